using Strongroom.Formats;

namespace Strongroom.Manifest;

/// <summary>What reading a manifest gave: the manifest, or every fault in it.</summary>
/// <param name="Manifest">The manifest; null when there are faults.</param>
/// <param name="Faults">All faults by file, line and column; empty when there is none.</param>
public sealed record ManifestReading(ProjectManifest? Manifest, IReadOnlyList<TextFault> Faults);

/// <summary>Reads manifests from YAML, and reports everything that is wrong with one at once.</summary>
public static class ManifestReader
{
    /// <summary>The largest file, in characters: 1 Mi.</summary>
    public const int LengthMax = 1024 * 1024;

    /// <summary>Reads the text of <c>strongroom.yaml</c> with the text of <c>strongroom.local.yaml</c>, if there is one, over it.</summary>
    public static ManifestReading Read(string text, string? localText = null)
    {
        var faults = new TextFaults();
        var root = ReadYaml(ManifestFiles.Name, text, faults);
        if (localText is not null && ReadYaml(ManifestFiles.LocalName, localText, faults) is { } above)
            root = root is null ? null : ManifestMerge.Merge(root, above);
        // After a fault in the YAML the rest would be guesses.
        if (root is null || !faults.IsEmpty) return new ManifestReading(Manifest: null, faults.InOrder);
        var manifest = new ManifestBuilder(faults).Build(root);
        return new ManifestReading(faults.IsEmpty ? manifest : null, faults.InOrder);
    }

    private static MapNode? ReadYaml(string file, string text, TextFaults faults)
    {
        if (text.Length <= LengthMax) return new YamlTree(file, faults).Read(text);
        faults.Add(new TextPlace(file, 1, 1), $"longer than {LengthMax} characters");
        return null;
    }
}
