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
    public static string AddSecret(string text, string name, string? type = null, string? description = null)
    {
        SecretExport.RequireEnvironmentName(name);
        var lines = new ManifestLines(text);
        var section = lines.FindKey(SectionKey, from: 0, lines.Count, indentation: 0);
        if (section < 0)
        {
            if (lines.Count > 0) lines.Append("");
            section = lines.Append(SectionKey + ":");
        }
        lines.RequireBlock(section, SectionKey);
        var end = lines.EndOfBlock(section);
        var indentation = lines.IndentationOfBlock(section, end);
        if (lines.FindKey(name, section + 1, end, indentation) >= 0) return text;
        var margin = new string(' ', indentation);
        var at = end;
        lines.Insert(at++, $"{margin}{name}:");
        if (type is not null) lines.Insert(at++, $"{margin}  type: {Quote(type)}");
        if (description is not null) lines.Insert(at, $"{margin}  description: {Quote(description)}");
        return Checked(lines.ToString(), name, isThere: true);
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
        if (entry < 0) return Checked(text, name, isThere: false);
        lines.Remove(entry, lines.EndOfBlock(entry));
        return Checked(lines.ToString(), name, isThere: false);
    }

    /// <summary>Reads the result back: an edit that did not do what was asked is never written.</summary>
    private static string Checked(string edited, string name, bool isThere)
    {
        var faults = new TextFaults();
        var root = new YamlTree(ManifestFiles.Name, faults).Read(edited);
        var found = root?.Find(SectionKey)?.Node is MapNode secrets && secrets.Find(name) is not null;
        return faults.IsEmpty && found == isThere ? edited : throw ByHand(name);
    }

    internal static SecretException ByHand(string name) =>
        new(SecretErrorKind.InvalidInput, "cannot be edited here without changing more than that", name: $"{ManifestFiles.Name}: {name}", help: "edit the file by hand");

    private static string Quote(string text)
    {
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
