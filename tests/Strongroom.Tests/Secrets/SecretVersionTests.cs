using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Secrets;

public sealed class SecretVersionTests
{
    [Theory]
    [InlineData("3", 3, null)]
    [InlineData("2147483647", int.MaxValue, null)]
    [InlineData("2147483648", null, "2147483648")]
    [InlineData("007", null, "007")]
    [InlineData("AWSPREVIOUS", null, "AWSPREVIOUS")]
    [InlineData("-1", null, "-1")]
    public void Parse_takes_what_looks_like_a_number_for_one(string text, int? number, string? name)
    {
        var version = SecretVersion.Parse(text);

        (version.Number, version.Name, version.ToString()).ShouldBe((number, name, text));
    }

    [Theory]
    [InlineData("vault://db#password?version=3")]
    [InlineData("aws://db#password?version=AWSPREVIOUS")]
    [InlineData("azure://db?version=9f6d1a4d0f0e4c1c8a0d7e5b3c2a1f00")]
    public void Reference_with_a_version_comes_back_as_it_was(string text) => SecretReference.Parse(text).ToString().ShouldBe(text);

    [Theory]
    [InlineData("0")]
    [InlineData("+1")]
    [InlineData("a b")]
    [InlineData("")]
    public void Reference_refuses_what_is_no_version(string version) => SecretReference.TryParse($"vault://x?version={version}", out _, out _).ShouldBeFalse();

    [Fact]
    public void RequireNumber_names_the_version_that_is_none() =>
        Should.Throw<SecretException>(() => SecretVersion.Named("AWSPREVIOUS").RequireNumber()).Message.ShouldContain("asks for the version 'AWSPREVIOUS'");
}
