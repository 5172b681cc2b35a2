using System.Text;

namespace Strongroom.Formats;

/// <summary>
/// A change of a YAML text that leaves comments, order and every other character as they are. The text from
/// <paramref name="Start"/> on, <paramref name="Length"/> characters, makes way for <paramref name="Before"/>, a value in the form that the
/// caller writes, and <paramref name="After"/>. So the value, which may be a secret, is never part of a text here.
/// </summary>
internal sealed record YamlChange(int Start, int Length, string Before, string After)
{
    /// <summary>Sets what stands under a path of keys to a function of one argument: <c>NAME: {"fn::secret": VALUE}</c>.</summary>
    /// <param name="text">The document.</param>
    /// <param name="path">The keys, from the root; what is missing on the way is made.</param>
    /// <param name="open">What comes before the value: <c>"fn::secret": </c>.</param>
    /// <param name="close">What comes behind it, for functions inside functions.</param>
    /// <exception cref="FormatException">The document cannot be changed there: it is no YAML, or a list or an alias stands in the way.</exception>
    public static YamlChange Set(string text, IReadOnlyList<string> path, string open, string close)
    {
        if (YamlSpans.Read(text) is not { } map)
        {
            if (!IsBlank(text)) throw new FormatException("the document is no mapping");
            return Verified(text, path, Append(text, text.Length, 0, path, 0, open, close));
        }
        for (var i = 0; ; i++)
        {
            if (map.Find(path[i]) is not { } entry) return Verified(text, path, Insert(text, map, path, i, open, close));
            if (i == path.Count - 1) return Verified(text, path, Replace(entry.Value, open, close));
            if (entry.Value is MapSpan next)
            {
                map = next;
                continue;
            }
            if (entry.Value is not ScalarSpan { Text: "" or "~" or "null", IsBlock: false } nothing) throw new FormatException("something else stands in the way");
            var at = nothing.Text.Length == 0 ? text.IndexOf(':', entry.Key.End) + 1 : nothing.Start;
            return Verified(text, path, new YamlChange(at, nothing.Text.Length, (nothing.Text.Length == 0 ? " " : "") + Flow(path, i + 1, open), close + new string('}', path.Count - i)));
        }
    }

    /// <summary>Takes out what stands under a path of keys; null when nothing does.</summary>
    /// <exception cref="FormatException">The document cannot be read.</exception>
    public static YamlChange? Remove(string text, IReadOnlyList<string> path)
    {
        var map = YamlSpans.Read(text);
        for (var i = 0; i < path.Count - 1; i++) map = map?.Find(path[i])?.Value as MapSpan;
        if (map?.Find(path[^1]) is not { } entry) return null;
        if (map.Entries.Count == 1) return new YamlChange(map.Start, map.End - map.Start, "{}", "");
        var (start, end) = (entry.Key.Start, Math.Max(entry.Value.End, entry.Key.End));
        if (!map.IsFlow)
        {
            start = text.LastIndexOf('\n', Math.Max(0, start - 1)) + 1;
            if (entry.Value is not ScalarSpan { IsBlock: true }) end = NextLine(text, end);
        }
        else if (ReferenceEquals(entry, map.Entries[^1])) start = text.LastIndexOf(',', start);
        else end = text.IndexOf(',', end) + 1;
        return new YamlChange(start, end - start, "", "");
    }

    /// <summary>The text after the change, with <paramref name="value"/> in its place.</summary>
    public string Apply(string text, string value) => string.Concat(text.AsSpan(0, Start), Before, value, string.Concat(After, text.AsSpan(Start + Length)));

    /// <summary>Tries the change out with a value of its own: a document is never sent that reads differently from what was meant.</summary>
    private static YamlChange Verified(string text, IReadOnlyList<string> path, YamlChange change)
    {
        YamlSpan? at = YamlSpans.Read(change.Apply(text, "\"x\""));
        foreach (var key in path) at = (at as MapSpan)?.Find(key)?.Value;
        while (at is MapSpan { Entries: [var only] }) at = only.Value;
        return at is ScalarSpan { Text: "x" } ? change : throw new FormatException("written in a way that cannot be changed here");
    }

    private static YamlChange Replace(YamlSpan value, string open, string close) => value switch
    {
        // A mapping in lines of its own stays one.
        MapSpan { IsFlow: false } => new YamlChange(value.Start, value.End - value.Start, open, close),
        ScalarSpan { IsBlock: true } block => new YamlChange(block.Start, block.End - block.Start, "{" + open, close + "}\n"),
        ScalarSpan { Text.Length: 0 } nothing when nothing.Start == nothing.End => throw new FormatException("an empty value stands there"),
        ListSpan or ScalarSpan { Text: null } => throw new FormatException("a list or an alias stands there"),
        _ => new YamlChange(value.Start, value.End - value.Start, "{" + open, close + "}"),
    };

    private static YamlChange Insert(string text, MapSpan map, IReadOnlyList<string> path, int from, string open, string close)
    {
        if (!map.IsFlow)
        {
            var last = map.Entries[^1];
            var end = last.Value is ScalarSpan { IsBlock: true } ? last.Value.End : NextLine(text, map.End);
            return Append(text, end, map.Indentation, path, from, open, close);
        }
        var at = map.End - 1;
        while (char.IsWhiteSpace(text[at - 1])) at--;
        var comma = text[at - 1] is '{' or ',' ? "" : ", ";
        return new YamlChange(at, 0, comma + Flow(path, from, open)[1..], close + new string('}', path.Count - from));
    }

    private static YamlChange Append(string text, int at, int indentation, IReadOnlyList<string> path, int from, string open, string close)
    {
        var before = new StringBuilder();
        if (at > 0 && text[at - 1] != '\n') before.Append('\n');
        for (var i = from; i < path.Count; i++)
        {
            before.Append(' ', indentation).Append(Key(path[i])).Append(":\n");
            indentation += 2;
        }
        return new YamlChange(at, 0, before.Append(' ', indentation).Append(open).ToString(), close + "\n");
    }

    /// <summary><c>{"a": {"b": {OPEN</c>.</summary>
    private static string Flow(IReadOnlyList<string> path, int from, string open)
    {
        var flow = new StringBuilder("{");
        for (var i = from; i < path.Count; i++) flow.Append(Quoted(path[i])).Append(": {");
        return flow.Append(open).ToString();
    }

    private static string Key(string key)
    {
        if (key.Length == 0 || !(char.IsAsciiLetter(key[0]) || key[0] == '_') || key.ToUpperInvariant() is "NULL" or "TRUE" or "FALSE" or "YES" or "NO" or "ON" or "OFF" or "Y" or "N") return Quoted(key);
        foreach (var c in key)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '-')) return Quoted(key);
        return key;
    }

    private static string Quoted(string key) => $"\"{key.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\"";

    private static int NextLine(string text, int from)
    {
        var end = text.IndexOf('\n', from);
        return end < 0 ? text.Length : end + 1;
    }

    private static bool IsBlank(string text)
    {
        foreach (var line in text.AsSpan().EnumerateLines())
            if (line.TrimStart() is { IsEmpty: false } rest && rest[0] != '#' && !rest.StartsWith("---")) return false;
        return true;
    }
}
