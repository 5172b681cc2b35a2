using System.CommandLine;

namespace Strongroom.Cli.Framework;

/// <summary>Options that every verb understands.</summary>
internal static class GlobalOptions
{
    public static readonly Option<string[]> Environment = new("--env", "-e")
    {
        Description = "Environment; run and export take several, the later laid over the earlier.",
        HelpName = "name",
        Recursive = true,
        Arity = ArgumentArity.OneOrMore,
        AllowMultipleArgumentsPerToken = false,
    };

    static GlobalOptions() => Environment.CompletionSources.Add(Names.CompleteEnvironment);

    public static readonly Option<string> Project = new("--project", "-C")
    {
        Description = "Look for strongroom.yaml from this folder on, not from the current one.",
        HelpName = "folder",
        Recursive = true,
    };

    public static readonly Option<bool> Json = new("--json") { Description = "Answer as JSON.", Recursive = true };

    public static readonly Option<bool> Quiet = new("--quiet", "-q") { Description = "Say nothing but the answer and errors.", Recursive = true };

    public static readonly Option[] All = [Environment, Project, Json, Quiet];
}
