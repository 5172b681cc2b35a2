using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strongroom.Formats;

/// <summary>A piece of YAML with the place of its text, for changes that leave everything else as it is written.</summary>
/// <param name="Start">Where it begins.</param>
/// <param name="End">Behind its last character; spaces, line breaks and comments that follow are not its own.</param>
internal abstract record YamlSpan(int Start, int End);

/// <summary>A text; null for an alias, which stands for something written elsewhere.</summary>
internal sealed record ScalarSpan(int Start, int End, string? Text, bool IsBlock) : YamlSpan(Start, End);

/// <summary>A list.</summary>
internal sealed record ListSpan(int Start, int End) : YamlSpan(Start, End);

/// <summary>A mapping; <paramref name="IsFlow"/> for one in braces.</summary>
internal sealed record MapSpan(int Start, int End, bool IsFlow, int Indentation, IReadOnlyList<EntrySpan> Entries) : YamlSpan(Start, End)
{
    public EntrySpan? Find(string key)
    {
        foreach (var entry in Entries)
            if (string.Equals(entry.Key.Text, key, StringComparison.Ordinal)) return entry;
        return null;
    }
}

/// <summary>One key with what stands under it.</summary>
internal sealed record EntrySpan(ScalarSpan Key, YamlSpan Value);

/// <summary>Reads the places of a YAML document.</summary>
internal sealed class YamlSpans
{
    private const int DepthMax = 64;

    private readonly string _text;
    private readonly Parser _parser;

    private YamlSpans(string text)
    {
        _text = text;
        _parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
    }

    /// <summary>The root mapping; null when the document is empty or something else than a mapping.</summary>
    /// <exception cref="FormatException">It is no YAML, or several documents.</exception>
    public static MapSpan? Read(string text)
    {
        var spans = new YamlSpans(text);
        YamlSpan? root;
        try
        {
            root = spans.Document();
        }
        catch (Exception e) when (e is YamlException or InvalidOperationException)
        {
            // Its message may quote the text, so it is not kept.
            root = Broken;
        }
        return root is ListSpan { Start: < 0 } ? throw new FormatException("no YAML") : root as MapSpan;
    }

    /// <summary>What stands for a document that cannot be read.</summary>
    private static ListSpan Broken { get; } = new(-1, -1);

    private YamlSpan? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.Accept<StreamEnd>(out _)) return null;
        _parser.Consume<DocumentStart>();
        var root = Node(0);
        _parser.Consume<DocumentEnd>();
        return _parser.Accept<StreamEnd>(out _) ? root : throw new FormatException("several documents");
    }

    private YamlSpan Node(int depth)
    {
        if (depth > DepthMax) throw new FormatException("nested too deep");
        switch (_parser.Consume<ParsingEvent>())
        {
            case Scalar scalar:
                var isBlock = scalar.Style is ScalarStyle.Literal or ScalarStyle.Folded;
                return new ScalarSpan((int)scalar.Start.Index, isBlock ? (int)scalar.End.Index : Trimmed((int)scalar.Start.Index, (int)scalar.End.Index), scalar.Value, isBlock);
            case AnchorAlias alias:
                return new ScalarSpan((int)alias.Start.Index, (int)alias.End.Index, Text: null, IsBlock: false);
            case SequenceStart start:
                while (!_parser.Accept<SequenceEnd>(out _)) Node(depth + 1);
                return new ListSpan((int)start.Start.Index, Trimmed((int)start.Start.Index, (int)_parser.Consume<SequenceEnd>().End.Index));
            case MappingStart start:
                return Map(start, depth);
            default:
                throw new FormatException("something that is no value");
        }
    }

    private MapSpan Map(MappingStart start, int depth)
    {
        var entries = new List<EntrySpan>();
        while (!_parser.Accept<MappingEnd>(out _))
        {
            if (Node(depth + 1) is not ScalarSpan key) throw new FormatException("a key that is no text");
            entries.Add(new EntrySpan(key, Node(depth + 1)));
        }
        var end = _parser.Consume<MappingEnd>();
        var isFlow = start.Style == MappingStyle.Flow;
        return new MapSpan(
            (int)start.Start.Index, isFlow ? _text.IndexOf('}', (int)end.Start.Index) + 1 : entries[^1] is { } last ? Math.Max(last.Value.End, last.Key.End) : (int)start.Start.Index,
            isFlow, (int)start.Start.Column - 1, entries);
    }

    private int Trimmed(int start, int end)
    {
        end = Math.Min(end, _text.Length);
        while (end > start && char.IsWhiteSpace(_text[end - 1])) end--;
        return end;
    }
}
