using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Run;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>The long way to <see cref="RunCommand"/>.</summary>
internal sealed class RunVerb : Verb
{
    private readonly Option<string[]> _only = Names.Option("--only", "Only this secret; may be repeated.");
    private readonly Option<string[]> _except = Names.Option("--except", "Not this secret; may be repeated.");
    private readonly Option<bool> _clean = new("--clean") { Description = "Pass on only PATH, HOME, TERM, LANG and the like, and the secrets." };
    private readonly Option<bool> _mask = new("--mask") { Description = "Replace secrets in the program's output by ********." };
    private readonly Option<bool> _watch = new("--watch") { Description = "Restart the program when a secret changes." };
    private readonly Option<bool> _offline = new("--offline") { Description = "Answer from the encrypted disk cache where a store cannot be reached." };
    private readonly Argument<string[]> _command = new("command")
    {
        Description = "The program and its arguments, after --.",
        Arity = ArgumentArity.OneOrMore,
        CaptureRemainingTokens = true,
    };

    public RunVerb() : base(
        VerbGroup.Start, "run", "Start a program with the secrets of this project in its environment.",
        ("strongroom run -- npm start", "the default environment"),
        ("strongroom run -e production --clean -- ./server", "production, and nothing else of your shell"),
        ("strongroom run --mask -- ./ci.sh", "no secret reaches the log"),
        ("strongroom run -e shared -e development -- make", "one environment laid over another"))
    {
        foreach (var option in new Option[] { _only, _except, _clean, _mask, _watch, _offline }) Add(option);
        Add(_command);
    }

    protected override Task<int> RunAsync(Invocation invocation) =>
        RunCommand.ExecuteAsync(OptionsOf(invocation), invocation.Screen, invocation.CancellationToken);

    protected override int FailureCode(SecretErrorKind kind) => ExitCode.RunFailed;

    internal RunOptions OptionsOf(Invocation invocation) => new()
    {
        Command = invocation.Get(_command),
        Environments = invocation.Environments,
        Project = invocation.Project,
        Only = invocation.Get(_only) ?? [],
        Except = invocation.Get(_except) ?? [],
        Clean = invocation.Get(_clean),
        Mask = invocation.Get(_mask),
        Watch = invocation.Get(_watch),
        Offline = invocation.Get(_offline),
        Quiet = invocation.Screen.Quiet,
    };
}
