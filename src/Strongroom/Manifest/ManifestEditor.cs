using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>
/// Adds and removes secrets in the text of a manifest, and leaves every other line as it is, comments included. Knows block
/// style, which is how manifests are written; what it cannot edit safely it refuses.
/// </summary>
public static class ManifestEditor
{
    private const string SectionKey = "secrets";

    /// <summary>The text with an entry for <paramref name="name"/> as the last of <c>secrets:</c>; unchanged when it has one.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a bad name, or a text that must be edited by hand.</exception>
    public static string AddSecret(string text, string name, string? type = null, string? description = null) =>
        AddSecret(text, name, [("type", Quote(type)), ("description", Quote(description))]);

    /// <summary>The same with any keys of an entry, their values as YAML; those without a value are left out.</summary>
    internal static string AddSecret(string text, string name, IReadOnlyList<(string Key, string? Value)> keys)
    {
        SecretExport.RequireEnvironmentName(name);
        return Add(text, SectionKey, name, value: null, keys);
    }

    /// <summary>The text with one more key, its value as YAML, in the entry of a secret that has no such key yet.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a text that must be edited by hand.</exception>
    internal static string AddKey(string text, string name, string key, string value)
    {
        var lines = new ManifestLines(text);
        var section = lines.FindKey(SectionKey, from: 0, lines.Count, indentation: 0);
        if (section < 0) throw ByHand(name);
        var end = lines.EndOfBlock(section);
        var indentation = lines.IndentationOfBlock(section, end);
        var entry = lines.FindKey(name, section + 1, end, indentation);
        if (entry < 0) throw ByHand(name);
        lines.RequireBlock(entry, name);
        lines.Insert(entry + 1, $"{new string(' ', lines.IndentationOfBlock(entry, lines.EndOfBlock(entry)))}{key}: {value}");
        return Checked(lines.ToString(), SectionKey, name, isThere: true);
    }

    /// <summary>The text with a store as the last of <c>stores:</c>; unchanged when it has one of that name.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a text that must be edited by hand.</exception>
    internal static string AddStore(string text, string name, string kind, IReadOnlyList<KeyValuePair<string, string>> settings) => Add(
        text, "stores", name, settings.Count == 0 ? kind : null,
        settings.Count == 0 ? [] : [("kind", kind), .. settings.Select(setting => (setting.Key, Quote(setting.Value)))]);

    /// <summary>The text with the chain written down; unchanged when it is.</summary>
    internal static string AddChain(string text, IReadOnlyList<string> stores)
    {
        var lines = new ManifestLines(text);
        if (lines.FindKey("chain", from: 0, lines.Count, indentation: 0) >= 0) return text;
        var section = lines.FindKey("stores", from: 0, lines.Count, indentation: 0);
        lines.Insert(section < 0 ? lines.Count : lines.EndOfBlock(section), $"chain: [{string.Join(", ", stores)}]");
        return lines.ToString();
    }

    /// <summary>The text with entries for all of <paramref name="names"/> that have none, read back once: thousands at a time take no longer than a few.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a bad name, or a text that must be edited by hand.</exception>
    public static string AddSecrets(string text, IReadOnlyList<string> names)
    {
        var present = Entries(text, SectionKey, out _);
        var missing = new List<string>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in names)
        {
            SecretExport.RequireEnvironmentName(name);
            if (seen.Add(name) && present?.Find(name) is null) missing.Add(name);
        }
        if (missing.Count == 0) return text;
        // The first finds or makes the section, the others stand below it.
        var lines = new ManifestLines(Add(text, SectionKey, missing[0], value: null, []));
        var section = lines.FindKey(SectionKey, from: 0, lines.Count, indentation: 0);
        var at = lines.EndOfBlock(section);
        var margin = new string(' ', lines.IndentationOfBlock(section, at));
        for (var i = 1; i < missing.Count; i++) lines.Insert(at++, $"{margin}{missing[i]}:");
        var edited = lines.ToString();
        var entries = Entries(edited, SectionKey, out var isReadable);
        foreach (var name in missing)
            if (!isReadable || entries?.Find(name) is null) throw ByHand(name);
        return edited;
    }

    private static string Add(string text, string sectionKey, string name, string? value, IReadOnlyList<(string Key, string? Value)> keys)
    {
        var lines = new ManifestLines(text);
        var section = lines.FindKey(sectionKey, from: 0, lines.Count, indentation: 0);
        if (section < 0)
        {
            if (lines.Count > 0) lines.Append("");
            section = lines.Append(sectionKey + ":");
        }
        lines.RequireBlock(section, sectionKey);
        var end = lines.EndOfBlock(section);
        var indentation = lines.IndentationOfBlock(section, end);
        if (lines.FindKey(name, section + 1, end, indentation) >= 0) return text;
        var margin = new string(' ', indentation);
        var at = end;
        lines.Insert(at++, $"{margin}{name}:{(value is null ? "" : " " + value)}");
        foreach (var (key, setting) in keys)
            if (setting is not null) lines.Insert(at++, $"{margin}  {key}: {setting}");
        return Checked(lines.ToString(), sectionKey, name, isThere: true);
    }

    /// <summary>The text without the entry for <paramref name="name"/>; unchanged when there is none.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a text that must be edited by hand.</exception>
    public static string RemoveSecret(string text, string name)
    {
        var lines = new ManifestLines(text);
        var section = lines.FindKey(SectionKey, from: 0, lines.Count, indentation: 0);
        if (section < 0) return text;
        var end = lines.EndOfBlock(section);
        var entry = lines.FindKey(name, section + 1, end, lines.IndentationOfBlock(section, end));
        if (entry < 0) return Checked(text, SectionKey, name, isThere: false);
        lines.Remove(entry, lines.EndOfBlock(entry));
        return Checked(lines.ToString(), SectionKey, name, isThere: false);
    }

    /// <summary>Reads the result back: an edit that did not do what was asked is never written.</summary>
    private static string Checked(string edited, string section, string name, bool isThere)
    {
        var found = Entries(edited, section, out var isReadable)?.Find(name) is not null;
        return isReadable && found == isThere ? edited : throw ByHand(name);
    }

    private static MapNode? Entries(string text, string section, out bool isReadable)
    {
        var faults = new TextFaults();
        var root = new YamlTree(ManifestFiles.Name, faults).Read(text);
        isReadable = faults.IsEmpty;
        return root?.Find(section)?.Node as MapNode;
    }

    internal static SecretException ByHand(string name) =>
        new(SecretErrorKind.InvalidInput, "cannot be edited here without changing more than that", name: $"{ManifestFiles.Name}: {name}", help: "edit the file by hand");

    /// <summary>A text as YAML that means just this text.</summary>
    [return: System.Diagnostics.CodeAnalysis.NotNullIfNotNull(nameof(text))]
    internal static string? Quote(string? text)
    {
        if (text is null) return null;
        using var quoted = new SecretBuffer();
        QuotedText.Write(quoted, Encoding.UTF8.GetBytes(text));
        return IsPlain(text) ? text : Encoding.UTF8.GetString(quoted.Written);
    }

    private static bool IsPlain(string text)
    {
        if (text.Length == 0 || !char.IsAsciiLetter(text[0]) || text is "true" or "false" or "null") return false;
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or ' ' or '.' or ',')) return false;
        return text[^1] != ' ';
    }
}
