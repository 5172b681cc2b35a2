using Shouldly;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ValueTemplateTests
{
    [Theory]
    [InlineData("", "")]
    [InlineData("plain", "plain")]
    [InlineData("a ${X} b", "a [X] b")]
    [InlineData("${X}${Y_2}", "[X][Y_2]")]
    [InlineData("$${X} costs $5 $", "${X} costs $5 $")]
    [InlineData("$$$${X}", "$${X}")]
    [InlineData("${vault://a/b#c?version=2}", "[vault://a/b#c?version=2]")]
    [InlineData("${X|url}", "%5BX%5D")]
    public void Expand_replaces_every_piece(string text, string expected)
    {
        using var value = ValueTemplate.Parse(text).Expand(part => SecretValue.FromText($"[{part.Name ?? part.Reference!.ToString()}]"));
        value.RevealText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("a ${X", "at character 3")]
    [InlineData("${}", "neither a name nor a reference")]
    [InlineData("${a b}", "neither a name nor a reference")]
    [InlineData("${X|base64}", "unknown conversion")]
    [InlineData("${Vault://x}", "store name")]
    public void Parse_says_what_is_wrong(string text, string words)
    {
        var error = Should.Throw<SecretException>(() => ValueTemplate.Parse(text));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain(words);
    }

    [Fact]
    public void Expand_over_the_limit_is_refused()
    {
        using var large = SecretValue.FromBytes(new byte[SecretValue.LengthMax]);
        Should.Throw<SecretException>(() => ValueTemplate.Parse("${X}${X}").Expand(_ => large)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }
}
