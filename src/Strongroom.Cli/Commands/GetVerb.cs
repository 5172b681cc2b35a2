using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Run;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>The long way to <see cref="GetCommand"/>.</summary>
internal sealed class GetVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("A name, NAME#field, or a reference such as vault://development/DB#password?version=2.");
    private readonly Option<string> _version = new("--version") { Description = "An older version: its number, or its name where versions have names.", HelpName = "version" };
    private readonly Option<bool> _reveal = new("--reveal") { Description = "Show the value on a terminal." };
    private readonly Option<bool> _noNewline = new("--no-newline", "-n") { Description = "No line break after the value." };
    private readonly Option<string> _output = new("--output", "-o") { Description = "Write the value to a file that only you can read.", HelpName = "file" };
    private readonly Option<bool> _noCache = new("--no-cache") { Description = "Ask the stores, not the cache." };

    public GetVerb() : base(
        VerbGroup.Secrets, "get", "Read one secret.",
        ("strongroom get OPENAI_API_KEY", "masked on a terminal, plain in a pipe"),
        ("strongroom get OPENAI_API_KEY --reveal", "shown"),
        ("strongroom get DATABASE_URL -e production --version 3", "an older version"),
        ("strongroom get DATABASE#password", "one field of a secret that has several"),
        ("strongroom get REGISTRY_TOKEN | docker login -u me --password-stdin", "handed to another program, and not as an argument, which ps shows"))
    {
        Add(_name);
        foreach (var option in new Option[] { _version, _reveal, _noNewline, _output, _noCache }) Add(option);
    }

    protected override Task<int> RunAsync(Invocation invocation) =>
        GetCommand.ExecuteAsync(OptionsOf(invocation), invocation.Screen, invocation.CancellationToken);

    internal GetOptions OptionsOf(Invocation invocation) => new()
    {
        Name = invocation.Get(_name),
        Environment = invocation.Environment,
        Project = invocation.Project,
        Version = invocation.Get(_version) is { } version ? SecretVersion.Parse(version) : null,
        Reveal = invocation.Get(_reveal),
        NoNewline = invocation.Get(_noNewline),
        Output = invocation.Get(_output),
        NoCache = invocation.Get(_noCache),
        Json = invocation.Json,
        Quiet = invocation.Screen.Quiet,
    };
}
