using System.Security.Cryptography;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Passwords;
using Xunit;

namespace Strongroom.Tests.Vault.Passwords;

public sealed class PasswordPolicyTests
{
    private static readonly RandomNumberGenerator Random = RandomNumberGenerator.Create();

    [Fact]
    public void Generate_keeps_length_minimums_and_exclusions()
    {
        var policy = new PasswordPolicy { Length = 20, LowerMin = 3, UpperMin = 3, DigitMin = 5, SymbolMin = 4, Symbols = "!#", Excluded = "0O1lI" };
        for (var i = 0; i < 500; i++)
        {
            var password = policy.Generate(Random).RevealText();
            password.Length.ShouldBe(20);
            password.Count(char.IsAsciiLetterLower).ShouldBeGreaterThanOrEqualTo(3);
            password.Count(char.IsAsciiLetterUpper).ShouldBeGreaterThanOrEqualTo(3);
            password.Count(char.IsAsciiDigit).ShouldBeGreaterThanOrEqualTo(5);
            password.Count("!#".Contains).ShouldBeGreaterThanOrEqualTo(4);
            password.ShouldAllBe(c => !"0O1lI".Contains(c));
        }
    }

    [Fact]
    public void Generate_uses_every_character_about_equally()
    {
        var policy = new PasswordPolicy { Length = 4096, LowerMin = 0, UpperMin = null, DigitMin = null };
        var counts = Enumerable.Range(0, 10).SelectMany(_ => policy.Generate(Random).RevealText()).CountBy(c => c).ToDictionary();
        counts.Count.ShouldBe(26);
        counts.Values.ShouldAllBe(count => count > 1300 && count < 1850);
    }

    [Fact]
    public void Generate_of_an_impossible_policy_names_every_fault()
    {
        var policy = new PasswordPolicy { Length = 4, LowerMin = 3, UpperMin = 3, Excluded = "0123456789" };
        var error = Should.Throw<SecretException>(() => policy.Generate(Random));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain("excluded as a whole");
        error.Message.ShouldContain("the minimums need 7");
    }

    [Fact]
    public void Other_forms_have_their_shape()
    {
        GeneratedValue.Hex(Random, 16).RevealText().ShouldMatch("^[0-9a-f]{32}$");
        GeneratedValue.Base64(Random, 32).RevealText().ShouldMatch("^[A-Za-z0-9_-]{43}$");
        GeneratedValue.Uuid(Random).RevealText().ShouldMatch("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$");
    }
}
