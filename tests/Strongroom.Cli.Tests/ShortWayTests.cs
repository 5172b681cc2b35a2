using Shouldly;
using Strongroom.Cli.Commands;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Run;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Tests;

/// <summary>The short way must mean exactly what the full parser means, or leave the line to it.</summary>
public sealed class ShortWayTests
{
    private static readonly Screen Nowhere = Screen.OfProcess();

    private static readonly string[] RunWords =
    [
        "-e", "--env", "dev", "testing", "--only", "--except", "A", "-C", "--project", "/p", "--clean", "--mask", "--watch", "--offline", "-q",
        "--quiet", "--json", "--env=dev", "-edev", "--", "npm", "start", "--help", "-x", "@file", "", "[suggest:3]", "--no-such",
    ];

    private static readonly string[] GetWords =
    [
        "A", "vault://a/b#c", "-e", "--env", "dev", "-C", "--project", "/p", "--reveal", "-n", "--no-newline", "--no-cache", "--json", "-q",
        "--quiet", "--version", "2", "-o", "--output", "file", "--env=dev", "-nq", "--", "-x", "@file", "", "--help",
    ];

    [Fact]
    public void ParseRun_agrees_with_the_full_parser()
    {
        var understood = 0;
        foreach (var line in Lines("run", RunWords, seed: 1))
        {
            if (ShortWay.ParseRun(line) is not { } quick) continue;
            understood++;
            var (verb, invocation) = Parse<RunVerb>(line);
            Describe(quick).ShouldBe(Describe(verb.OptionsOf(invocation)), string.Join(' ', line));
        }
        understood.ShouldBeGreaterThan(200);
    }

    [Fact]
    public void ParseGet_agrees_with_the_full_parser()
    {
        var understood = 0;
        foreach (var line in Lines("get", GetWords, seed: 2))
        {
            if (ShortWay.ParseGet(line) is not { } quick) continue;
            understood++;
            var (verb, invocation) = Parse<GetVerb>(line);
            quick.ShouldBe(verb.OptionsOf(invocation), string.Join(' ', line));
        }
        understood.ShouldBeGreaterThan(200);
    }

    [Theory]
    [InlineData("run", "--", "env")]
    [InlineData("run", "-e", "a", "-e", "b", "--only", "X", "--mask", "--", "sh", "-c", "a b", "--", "--help")]
    public void ParseRun_understands_ordinary_lines(params string[] line) => ShortWay.ParseRun(line).ShouldNotBeNull();

    [Theory]
    [InlineData("get", "A")]
    [InlineData("get", "-e", "production", "A", "-n")]
    public void ParseGet_understands_ordinary_lines(params string[] line) => ShortWay.ParseGet(line).ShouldNotBeNull();

    /// <summary>Random lines of the words, half of the `run` ones with a program at the end.</summary>
    private static IEnumerable<string[]> Lines(string verb, string[] words, int seed)
    {
        var random = new Random(seed);
        for (var i = 0; i < 20_000; i++)
        {
            var line = new List<string> { verb };
            for (var n = random.Next(1, 6); n > 0; n--) line.Add(words[random.Next(words.Length)]);
            if (verb == "run" && random.Next(2) == 0) line.AddRange(["--", "program", words[random.Next(words.Length)]]);
            yield return [.. line];
        }
    }

    private static (T Verb, Invocation Invocation) Parse<T>(string[] line) where T : Verb
    {
        var result = CommandLine.Parse(VerbList.Build(Nowhere), line);
        result.Errors.ShouldBeEmpty(string.Join(' ', line));
        return (result.CommandResult.Command.ShouldBeOfType<T>(string.Join(' ', line)), new Invocation(result, Nowhere, CancellationToken.None));
    }

    private static string Describe(RunOptions o) =>
        $"{Words(o.Command)} {Words(o.Environments)} {o.Project} {Words(o.Only)} {Words(o.Except)} {o.Clean} {o.Mask} {o.Watch} {o.Offline} {o.Quiet}";

    private static string Words(IReadOnlyList<string> words) => $"[{string.Join('|', words)}]";
}
