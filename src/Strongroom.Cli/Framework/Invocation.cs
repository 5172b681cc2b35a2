using System.CommandLine;
using System.Text.Json;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>One call of a verb: what was typed, where to write, when to stop.</summary>
internal sealed class Invocation
{
    private readonly ParseResult _result;

    public Invocation(ParseResult result, Screen screen, CancellationToken cancellationToken)
    {
        _result = result;
        Screen = screen;
        CancellationToken = cancellationToken;
        screen.Quiet = result.GetValue(GlobalOptions.Quiet);
    }

    public Screen Screen { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>True when the answer is for a program.</summary>
    public bool Json => _result.GetValue(GlobalOptions.Json);

    /// <summary>The environments asked for, the last one winning; empty when none was named.</summary>
    public IReadOnlyList<string> Environments => _result.GetValue(GlobalOptions.Environment) ?? [];

    /// <summary>The one environment asked for, by a verb that works on one; null is the manifest's default.</summary>
    /// <exception cref="SecretException">InvalidInput when several were named.</exception>
    public string? Environment => Environments.Count > 1
        ? throw new SecretException(SecretErrorKind.InvalidInput, "takes one environment", operation: _result.CommandResult.Command.Name)
        : Environments.Count == 1 ? Environments[0] : null;

    /// <summary>The folder given with --project; null is the current one.</summary>
    public string? Project => _result.GetValue(GlobalOptions.Project);

    /// <summary>Where to look for the project.</summary>
    public string Directory => Project ?? CurrentFolder.Path;

    /// <summary>Opens the project.</summary>
    public Session OpenSession(bool acceptRestored = false) => Session.Open(Directory, acceptRestored);

    /// <summary>Tells what was done: a person reads the line, a program the object with these fields.</summary>
    public void Answer(string line, Action<Utf8JsonWriter> fields)
    {
        if (Json) JsonOutput.WriteObject(Screen, fields);
        else Screen.Done(line);
    }

    public T? Get<T>(Option<T> option) => _result.GetValue(option);

    public T Get<T>(Argument<T> argument) => _result.GetValue(argument)!;

    public bool Has(Option option) => _result.GetResult(option) is { Implicit: false };
}
