using System.Text;
using Shouldly;
using Strongroom.Cli.VaultApi;
using Strongroom.Cli.VaultApi.Flags;

namespace Strongroom.Cli.Tests.VaultApi;

public sealed class ApiVerbListTests
{
    [Fact]
    public void Names_are_unique() => ApiVerbList.All.Select(v => v.Name).ShouldBeUnique();

    [Fact]
    public void Every_flag_of_a_verb_has_one_meaning()
    {
        foreach (var verb in ApiVerbList.All) verb.AllFlags.SelectMany(f => f.Aliases.Prepend(f.Name)).ShouldBeUnique(verb.Name);
    }

    [Fact]
    public void Examples_parse()
    {
        foreach (var verb in ApiVerbList.All)
        {
            verb.Examples.ShouldNotBeEmpty(verb.Name);
            foreach (var (command, _) in verb.Examples)
            {
                var words = command.Split('<')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries);
                words[0].ShouldBe("vault");
                ApiVerbList.Find(words.AsSpan(1), out var count).ShouldBeSameAs(verb, command);
                var parsed = FlagWords.Parse(verb.AllFlags, words.AsSpan(1 + count));
                parsed.Arguments.Count.ShouldBeInRange(verb.Takes.Min, verb.Takes.Max, command);
            }
        }
    }

    [Theory]
    [InlineData("strongroom", "list", "secret/metadata")]
    [InlineData("strongroom", "list", "-format=json", "secret/")]
    [InlineData("strongroom", "delete", "secret/data/app")]
    [InlineData("strongroom", "audit", "list")]
    [InlineData("strongroom", "audit", "enable", "file")]
    [InlineData("strongroom", "kv", "get", "secret/app")]
    [InlineData("strongroom", "status")]
    [InlineData("strongroom", "server", "-dev")]
    [InlineData(null, "list")]
    [InlineData(null, "list", "-C", "/some/project")]
    [InlineData(null, "list", "--project", "./here")]
    [InlineData(null, "delete", "vault://secret/app#password")]
    [InlineData(null, "delete", "OPENAI_API_KEY")]
    [InlineData(null, "audit", "verify")]
    [InlineData(null, "vault", "status")]
    [InlineData(null, "set", "a/b")]
    [InlineData(null)]
    public void Dispatch_tells_vaults_words_from_ours(string? expected, params string[] arguments) => ApiDispatch.NameFor(arguments).ShouldBe(expected);

    [Theory]
    [InlineData("vault ", "read")]
    [InlineData("vault k", "kv")]
    [InlineData("vault kv ", "get")]
    [InlineData("vault kv metadata p", "patch")]
    [InlineData("vault token create -pol", "-policy=")]
    [InlineData("vault token create --pol", "--policy=")]
    [InlineData("vault write secret/x -for", "-force")]
    public void Completion_offers(string line, string expected) => ApiCompletion.Complete(line).ShouldContain(expected);

    [Theory]
    [InlineData("vault zz")]
    [InlineData("vault read secret/")]
    public void Completion_offers_nothing(string line) => ApiCompletion.Complete(line).ShouldBeEmpty();

    [Fact]
    public void Reference_says_what_the_commands_say()
    {
        var file = Path.Combine(Workshop.Repository, "docs", "reference", "vault-commands.md");
        const string begin = "<!-- commands -->\n", end = "<!-- end of commands -->\n";
        var text = File.ReadAllText(file);
        var (from, to) = (text.IndexOf(begin, StringComparison.Ordinal) + begin.Length, text.IndexOf(end, StringComparison.Ordinal));
        var expected = text[..from] + Render() + text[to..];
        if (Environment.GetEnvironmentVariable("STRONGROOM_UPDATE_DOCS") == "1") File.WriteAllText(file, expected);
        File.ReadAllText(file).ShouldBe(expected, "set STRONGROOM_UPDATE_DOCS=1 to rewrite it");
    }

    private static string Render()
    {
        var text = new StringBuilder("\n| command | what it does | flags of its own |\n|---|---|---|\n");
        foreach (var verb in ApiVerbList.All)
            text.Append($"| `{verb.Name}{(verb.Arguments.Length == 0 ? "" : " " + verb.Arguments.Replace("|", "\\|", StringComparison.Ordinal))}` | {verb.Summary} | {string.Join(' ', verb.Flags.Select(f => $"`{ApiHelp.Label(f).Replace("|", "\\|", StringComparison.Ordinal)}`"))} |\n");
        text.Append("\nEach has these, too:\n\n| flag | |\n|---|---|\n");
        foreach (var flag in CommonFlags.Output.Concat(CommonFlags.Connection)) text.Append($"| `{ApiHelp.Label(flag)}` | {flag.Help} |\n");
        return text.Append('\n').ToString();
    }
}
