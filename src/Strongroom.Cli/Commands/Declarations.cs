using System.Text.Json;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Processes;
using Strongroom.Cli.Project;
using Strongroom.Formats;
using Strongroom.Imports;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>What an import adds to the manifest, shown before it is done, and what it cannot take over.</summary>
internal sealed class Declarations
{
    private readonly string _path;
    private readonly string _before;
    private readonly ManifestProposal _proposal;
    private readonly IReadOnlyList<TextFault> _leftovers;

    private Declarations(string path, string before, ManifestProposal proposal, IReadOnlyList<TextFault> leftovers) =>
        (_path, _before, _proposal, _leftovers) = (path, before, proposal, leftovers);

    /// <summary>Whether nothing is to be added or was kept.</summary>
    public bool IsEmpty => _proposal.Added.Count == 0 && _proposal.Kept.Count == 0;

    /// <summary>Whether there is something that was not taken over.</summary>
    public bool HasLeftovers => _leftovers.Count > 0;

    /// <summary>How many secrets the manifest says something else of.</summary>
    public int Kept => _proposal.Kept.Count;

    public static Declarations Make(Session session, IReadOnlyList<ImportedSecret> secrets, IReadOnlyList<TextFault> leftovers)
    {
        var path = Path.Combine(session.Root, ManifestFiles.Name);
        var before = File.ReadAllText(path);
        return new Declarations(path, before, ManifestProposal.Make(session.Manifest, before, secrets), leftovers);
    }

    public void Apply()
    {
        if (_proposal.Added.Count == 0) return;
        using var folder = LockedFolder.Take(Path.GetDirectoryName(_path)!);
        if (File.ReadAllText(_path) != _before)
            throw new SecretException(SecretErrorKind.Conflict, "was changed by somebody else meanwhile; nothing was changed", operation: "import", name: _path, help: "try again");
        OutputFile.ReplaceText(_path, _proposal.Text);
    }

    /// <summary>Tells what has no counterpart, what stays as it is, and each line that is added.</summary>
    public void Report(Invocation invocation, bool isDryRun)
    {
        if (invocation.Json) return;
        var screen = invocation.Screen;
        foreach (var leftover in _leftovers) screen.Warn(leftover.ToString());
        foreach (var name in _proposal.Kept) screen.Warn($"{name} is declared in another way in {ManifestFiles.Name} and was left alone");
        if (_proposal.Added.Count == 0) return;
        screen.Note($"{(isDryRun ? "Would add" : "Adding")} to {ManifestFiles.Name}:");
        foreach (var (line, text) in _proposal.Added) screen.Note($"{screen.Err.Dim($"{line,5} +")} {text}");
        if (isDryRun) return;
        screen.Done($"declared {Counted.Of(_proposal.Declared.Count, "secret")} in {ManifestFiles.Name}");
    }

    public void WriteJson(Utf8JsonWriter json, bool isDryRun)
    {
        json.WriteBoolean("dryRun", isDryRun);
        WriteTexts(json, "declared", _proposal.Declared);
        WriteTexts(json, "kept", _proposal.Kept);
        WriteTexts(json, "leftovers", [.. _leftovers.Select(leftover => leftover.ToString())]);
        WriteTexts(json, "manifest", [.. _proposal.Added.Select(added => added.Text)]);
    }

    private static void WriteTexts(Utf8JsonWriter json, string name, IReadOnlyList<string> texts)
    {
        json.WriteStartArray(name);
        foreach (var text in texts) json.WriteStringValue(text);
        json.WriteEndArray();
    }
}
