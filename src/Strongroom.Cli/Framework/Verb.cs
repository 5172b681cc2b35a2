using System.CommandLine;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Where a verb stands in the overview.</summary>
internal enum VerbGroup
{
    Start,
    Secrets,
    Move,
    Look,
    Vault,
}

/// <summary>One command of the command line: its options, its examples and what it does, in one class.</summary>
internal abstract class Verb : Command
{
    protected Verb(VerbGroup group, string name, string description, params (string Command, string Meaning)[] examples)
        : base(name, description)
    {
        Group = group;
        Examples = examples;
    }

    public VerbGroup Group { get; }

    public (string Command, string Meaning)[] Examples { get; }

    /// <summary>Does the job and returns the exit code. Failures are thrown as <see cref="SecretException"/>.</summary>
    protected abstract Task<int> RunAsync(Invocation invocation);

    /// <summary>The exit code when it fails before it began its job.</summary>
    protected virtual int FailureCode(SecretErrorKind kind) => ExitCode.For(kind);

    /// <summary>Ties the verb to the screen; called once, by the list of all verbs.</summary>
    public Verb Bind(Screen screen)
    {
        SetAction((result, cancellationToken) =>
        {
            var invocation = new Invocation(result, screen, cancellationToken);
            return Failures.ReportAsync(() => RunAsync(invocation), screen, invocation.Json, FailureCode);
        });
        return this;
    }
}
