using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Secrets;

public sealed class SecretReferenceTests
{
    [Theory]
    [InlineData("vault://development/OPENAI_API_KEY", "vault", "development/OPENAI_API_KEY", null, null)]
    [InlineData("vault://a/b#field?version=3", "vault", "a/b", "field", 3)]
    [InlineData("vault://a/b?version=12", "vault", "a/b", null, 12)]
    [InlineData("my-store2://a%20b%23c%C3%BC#f%3F", "my-store2", "a b#cü", "f?", null)]
    [InlineData("vault://pfad/schlüssel%25🔑", "vault", "pfad/schlüssel%🔑", null, null)]
    public void Parse_reads_all_parts(string text, string store, string path, string? field, int? version) =>
        SecretReference.Parse(text).ShouldBe(new SecretReference(store, new SecretAddress(path, field, version)));

    [Theory]
    [InlineData("development/X", "no store")]
    [InlineData("Vault://x", "store name")]
    [InlineData("://x", "store name")]
    [InlineData("vault://", "empty path")]
    [InlineData("vault:///x", "segment")]
    [InlineData("vault://x/", "segment")]
    [InlineData("vault://a/../b", "segment")]
    [InlineData("vault://x#", "empty field")]
    [InlineData("vault://x?version=0", "?version=")]
    [InlineData("vault://x?version=+1", "?version=")]
    [InlineData("vault://x?v=1", "?version=")]
    [InlineData("vault://x%2", "hexadecimal")]
    [InlineData("vault://x%GG", "hexadecimal")]
    [InlineData("vault://x%FF", "UTF-8")]
    [InlineData("vault://x%00", "NUL")]
    public void Parse_says_what_is_wrong(string text, string words)
    {
        var error = Should.Throw<SecretException>(() => SecretReference.Parse(text));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public void Parse_over_the_limits_is_refused()
    {
        SecretReference.TryParse("v://" + new string('a', SecretReference.PathLengthMax), out _, out _).ShouldBeTrue();
        SecretReference.TryParse("v://" + new string('a', SecretReference.PathLengthMax + 1), out _, out _).ShouldBeFalse();
        SecretReference.TryParse("v://a#" + new string('a', SecretReference.FieldLengthMax + 1), out _, out _).ShouldBeFalse();
        SecretReference.TryParse(new string('a', SecretReference.StoreLengthMax + 1) + "://a", out _, out _).ShouldBeFalse();
    }

    [Fact]
    public void Format_then_parse_gives_the_same_reference()
    {
        var word = ArbMap.Default.GeneratorFor<NonEmptyString>().Select(s => s.Get.Replace('/', '_').Replace('\0', '_'))
            .Where(s => IsUtf16(s) && s is not ("." or ".."));
        var references =
            from first in word
            from second in word
            from field in word
            from hasField in ArbMap.Default.GeneratorFor<bool>()
            from version in Gen.Choose(0, 9)
            select new SecretReference("vault", new SecretAddress($"{first}/{second}", hasField ? field : null, version == 0 ? null : version));
        Prop.ForAll(references.ToArbitrary(), reference => SecretReference.Parse(reference.ToString()) == reference).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Parse_of_any_text_never_throws_anything_else() =>
        Prop.ForAll(ArbMap.Default.ArbFor<NonNull<string>>(), text =>
        {
            _ = SecretReference.TryParse("v://" + text.Get, out _, out _);
            _ = SecretReference.TryParse(text.Get, out _, out _);
        }).QuickCheckThrowOnFailure();

    private static bool IsUtf16(string text)
    {
        foreach (var rune in text.EnumerateRunes())
            if (rune == System.Text.Rune.ReplacementChar) return false;
        return true;
    }
}
