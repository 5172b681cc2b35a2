using System.CommandLine;
using System.CommandLine.Completions;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Names of secrets as arguments: completed from the manifest, and never with a value behind them.</summary>
internal static class Names
{
    public static Argument<string> Argument(string description)
    {
        var argument = new Argument<string>("name") { Description = description };
        argument.CompletionSources.Add(Complete);
        return argument;
    }

    public static Argument<string[]> Arguments(string description, bool required)
    {
        var argument = new Argument<string[]>("names")
        {
            HelpName = "name",
            Description = description,
            Arity = required ? ArgumentArity.OneOrMore : ArgumentArity.ZeroOrMore,
        };
        argument.CompletionSources.Add(Complete);
        return argument;
    }

    /// <summary>An option that takes names of secrets.</summary>
    public static Option<string[]> Option(string name, string description)
    {
        var option = new Option<string[]>(name) { Description = description, HelpName = "name" };
        option.CompletionSources.Add(Complete);
        return option;
    }

    /// <summary>Refuses <c>NAME=value</c>: an argument stands in the shell's history and in the process list.</summary>
    public static string RequireWithoutValue(string name)
    {
        var equals = name.IndexOf('=');
        if (equals < 0) return name;
        throw new SecretException(
            SecretErrorKind.InvalidInput, $"give the value of {name[..equals]} through standard input, not as an argument",
            help: $"strongroom set {name[..equals]} asks for it; change the value if the one you typed is real, since your shell's history has it now");
    }

    /// <summary>The environments of the manifest, for <c>--env</c>.</summary>
    public static IEnumerable<CompletionItem> CompleteEnvironment(CompletionContext context) =>
        FromManifest(m => m.Environments.Select(e => new CompletionItem(e.Name)));

    /// <summary>The stores of the manifest.</summary>
    public static IEnumerable<CompletionItem> CompleteStore(CompletionContext context) =>
        FromManifest(m => m.Stores.Select(s => new CompletionItem(s.Name)));

    private static IEnumerable<CompletionItem> Complete(CompletionContext context) =>
        FromManifest(m => m.Secrets.Select(s => new CompletionItem(s.Name, detail: s.Description)));

    private static IEnumerable<CompletionItem> FromManifest(Func<ProjectManifest, IEnumerable<CompletionItem>> words)
    {
        try
        {
            return ManifestLoader.Load(CurrentFolder.Path, Environment.GetEnvironmentVariable) is { } manifest ? words(manifest) : [];
        }
        catch (SecretException)
        {
            return [];
        }
    }
}
