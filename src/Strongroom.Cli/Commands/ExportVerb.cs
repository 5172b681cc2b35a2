using System.CommandLine;
using Strongroom.Caching;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Run;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>Writes the secrets of an environment in a form that another tool reads.</summary>
internal sealed class ExportVerb : Verb
{
    private static readonly Dictionary<string, ExportFormat> Formats = new(StringComparer.Ordinal)
    {
        ["dotenv"] = ExportFormat.DotEnv,
        ["json"] = ExportFormat.Json,
        ["yaml"] = ExportFormat.Yaml,
        ["shell"] = ExportFormat.Shell,
        ["fish"] = ExportFormat.Fish,
        ["docker"] = ExportFormat.Docker,
        ["github"] = ExportFormat.GitHub,
        ["kubernetes"] = ExportFormat.Kubernetes,
    };

    private readonly Option<string> _format = new Option<string>("--format", "-f") { Description = string.Join(", ", Formats.Keys) + "; dotenv unless said otherwise.", HelpName = "format" }
        .AcceptOnlyFromAmong([.. Formats.Keys]);
    private readonly Option<string> _output = new("--output", "-o") { Description = "Write to a file that only you can read.", HelpName = "file" };
    private readonly Option<string[]> _only = Names.Option("--only", "Only this secret; may be repeated.");
    private readonly Option<string[]> _except = Names.Option("--except", "Not this secret; may be repeated.");
    private readonly Option<bool> _reveal = new("--reveal") { Description = "Show values on a terminal." };
    private readonly Option<bool> _mask = new("--mask") { Description = "With github: also print the ::add-mask:: commands to standard error." };

    public ExportVerb() : base(
        VerbGroup.Move, "export", "Write secrets for another tool.",
        ("eval \"$(strongroom export --format shell)\"", "into this shell"),
        ("strongroom export --format fish | source", "the same in fish"),
        ("strongroom export -f docker -o app.env && docker run --env-file app.env app", "for docker"),
        ("strongroom export -f github --mask >> \"$GITHUB_ENV\"", "for the next steps of a GitHub job, masked in its log"),
        ("strongroom export -f kubernetes -e production | kubectl apply -f -", "as a Kubernetes Secret"))
    {
        foreach (var option in new Option[] { _format, _output, _only, _except, _reveal, _mask }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var resolved = await Overlay.ResolveAsync(
            session, invocation.Environments, invocation.Get(_only) ?? [], invocation.Get(_except) ?? [], CacheMode.Use, invocation.CancellationToken);
        List<SecretEntry> entries = [.. resolved.Select(s => new SecretEntry(s.Name, s.Value))];
        // The answer itself is JSON when asked; a file is in the form that was named.
        var isFile = OutputFile.PathOf(invocation.Get(_output)) is not null;
        var format = Formats[invocation.Json && !isFile ? "json" : invocation.Get(_format) ?? (invocation.Json ? "json" : "dotenv")];
        using var text = new SecretBuffer(4096);
        SecretExport.Write(text, format, entries, ObjectName(session.Manifest.Application));
        if (invocation.Get(_mask) && format == ExportFormat.GitHub) WriteMasks(entries);
        if (OutputFile.PathOf(invocation.Get(_output)) is { } path)
        {
            OutputFile.WritePrivate(path, text.Written);
            invocation.Answer($"wrote {Counted.Of(entries.Count, "secret")} to {path} {invocation.Screen.Err.Dim("(readable by you only)")}", json =>
            {
                json.WriteString("file", Path.GetFullPath(path));
                json.WriteStartArray("names");
                foreach (var entry in entries) json.WriteStringValue(entry.Name);
                json.WriteEndArray();
            });
        }
        else if (Masked.MayShow(invocation.Get(_reveal)))
        {
            invocation.Screen.Bytes(text.Written);
        }
        else
        {
            if (invocation.Json) JsonOutput.WriteObject(invocation.Screen, json => entries.ForEach(e => json.WriteNull(e.Name)));
            else foreach (var entry in entries) invocation.Screen.Line($"{entry.Name}={Masked.Show(entry.Value, invocation.Screen.Out)}");
            invocation.Screen.Note(invocation.Screen.Err.Dim("--reveal shows the values; a pipe or --output gets them as they are."));
        }
        return ExitCode.Success;
    }

    /// <summary>The application's name as Kubernetes takes names: lower-case letters, digits and hyphens.</summary>
    private static string ObjectName(string application)
    {
        var name = string.Concat(application.ToLowerInvariant().Select(c => char.IsAsciiLetterLower(c) || char.IsAsciiDigit(c) ? c : '-')).Trim('-');
        return name.Length > 0 ? name : "secrets";
    }

    /// <summary>The runner reads its commands from standard error as well, and standard output goes into its environment file.</summary>
    private static void WriteMasks(List<SecretEntry> entries)
    {
        using var masks = new SecretBuffer();
        GitHubExport.WriteMasks(masks, entries);
        using var error = Console.OpenStandardError();
        error.Write(masks.Written);
    }
}
