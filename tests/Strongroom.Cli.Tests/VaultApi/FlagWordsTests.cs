using Shouldly;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Secrets;

namespace Strongroom.Cli.Tests.VaultApi;

public sealed class FlagWordsTests
{
    private static readonly Flag Field = new("field", "", "NAME");
    private static readonly Flag Policy = new("policy", "", "NAME") { Repeats = true };
    private static readonly Flag Force = new("force", "") { Aliases = ["f"] };

    [Theory]
    [InlineData("-field=x", "path")]
    [InlineData("-field", "x", "path")]
    [InlineData("--field=x", "path")]
    [InlineData("--field", "x", "path")]
    [InlineData("path", "-field=x")]
    public void Parse_takes_every_way_to_write_a_flag(params string[] words)
    {
        var parsed = Parse(words);
        parsed.Text(Field).ShouldBe("x");
        parsed.Arguments.ShouldBe(["path"]);
    }

    [Fact]
    public void Parse_takes_a_value_that_looks_like_a_flag() => Parse("-field", "-x").Text(Field).ShouldBe("-x");

    [Theory]
    [InlineData("-force", true)]
    [InlineData("-f", true)]
    [InlineData("-force=true", true)]
    [InlineData("-force=false", false)]
    [InlineData("-force=0", false)]
    public void Parse_takes_switches(string word, bool expected)
    {
        var parsed = Parse(word, "path");
        parsed.Switch(Force).ShouldBe(expected);
        parsed.Arguments.ShouldBe(["path"]);
    }

    [Fact]
    public void Parse_leaves_what_follows_two_hyphens() => Parse("-f", "--", "-field=x", "-").Arguments.ShouldBe(["-field=x", "-"]);

    [Fact]
    public void Parse_takes_a_hyphen_for_standard_input() => Parse("path", "-", "a=b").Arguments.ShouldBe(["path", "-", "a=b"]);

    [Fact]
    public void Parse_keeps_all_values_of_a_flag_that_repeats() => Parse("-policy=a", "-policy", "b").All(Policy).ShouldBe(["a", "b"]);

    [Theory]
    [InlineData("there is no flag -feild; did you mean -field?", "-feild=x")]
    [InlineData("-field needs a value: -field=NAME", "-field")]
    [InlineData("-field may be given only once", "-field=a", "-field=b")]
    [InlineData("-force must be true or false", "-force=perhaps")]
    public void Parse_says_what_is_wrong(string expected, params string[] words) => Should.Throw<SecretException>(() => Parse(words)).Message.ShouldBe(expected);

    [Theory]
    [InlineData("-help")]
    [InlineData("--help")]
    [InlineData("-h")]
    public void Parse_hears_a_call_for_help(string word) => Parse("path", word).WantsHelp.ShouldBeTrue();

    private static FlagWords Parse(params string[] words) => FlagWords.Parse([Field, Policy, Force], words);
}
