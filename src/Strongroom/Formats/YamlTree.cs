using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace Strongroom.Formats;

/// <summary>
/// Reads YAML into nodes by the parser's events. Our files need no anchors, tags or several documents, so none is taken: that
/// leaves nothing to expand, and the limits below bound the work.
/// </summary>
internal sealed class YamlTree(string file, TextFaults faults)
{
    private const int DepthMax = 16;
    private const int NodesMax = 50_000;

    private int _nodes;

    /// <summary>The mapping that the text is; null when it is none or cannot be read, with the fault recorded.</summary>
    public MapNode? Read(string text)
    {
        var start = new TextPlace(file, 1, 1);
        try
        {
            var parser = new Parser(new Scanner(new StringReader(text), skipComments: true));
            parser.Consume<StreamStart>();
            if (parser.Accept<StreamEnd>(out _)) return new MapNode(start, []);
            parser.Consume<DocumentStart>();
            var root = ReadNode(parser, depth: 0);
            parser.Consume<DocumentEnd>();
            if (!parser.Accept<StreamEnd>(out var next)) faults.Add(Place(parser.Current!), "a second document begins here", "keep one document; remove ---");
            if (root is ScalarNode { IsEmpty: true }) return new MapNode(start, []);
            if (root is MapNode map) return map;
            faults.Add(root.Place, $"expected a mapping, found {root.Shape}", "write keys with a colon");
        }
        catch (YamlRefusedException)
        {
            // The fault stands in the list already.
        }
        catch (YamlException e)
        {
            YamlProblem.Report(e, text, file, faults);
        }
        catch (InvalidOperationException)
        {
            // What the library throws at some texts that it should call faulty; it does not say where.
            faults.Add(start, "not YAML: it cannot be read");
        }
        return null;
    }

    private YamlNode ReadNode(Parser parser, int depth)
    {
        var current = parser.Consume<ParsingEvent>();
        if (depth > DepthMax) throw Refuse(current, $"nested more than {DepthMax} deep");
        if (++_nodes > NodesMax) throw Refuse(current, $"more than {NodesMax} values");
        switch (current)
        {
            case AnchorAlias alias:
                throw Refuse(alias, "aliases are not taken", "write the value again");
            case NodeEvent node when !node.Anchor.IsEmpty:
                throw Refuse(node, "anchors are not taken", "write the value where it belongs");
            case NodeEvent { Tag.IsEmpty: false } node:
                throw Refuse(node, "tags are not taken", "quote the value to make it text");
            case Scalar scalar:
                return new ScalarNode(Place(scalar), scalar.Value, scalar.Style == ScalarStyle.Plain);
            case SequenceStart sequence:
                return ReadList(parser, Place(sequence), depth);
            case MappingStart mapping:
                return ReadMap(parser, Place(mapping), depth);
            default:
                throw Refuse(current, "something that is no value");
        }
    }

    private ListNode ReadList(Parser parser, TextPlace place, int depth)
    {
        var items = new List<YamlNode>();
        while (!parser.TryConsume<SequenceEnd>(out _)) items.Add(ReadNode(parser, depth + 1));
        return new ListNode(place, items);
    }

    private MapNode ReadMap(Parser parser, TextPlace place, int depth)
    {
        var entries = new List<MapEntry>();
        var seen = new Dictionary<string, int>();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            var key = ReadNode(parser, depth + 1);
            var node = ReadNode(parser, depth + 1);
            if (key is not ScalarNode name) faults.Add(key.Place, $"expected a key, found {key.Shape}");
            else if (!seen.TryAdd(name.Text, key.Place.Line))
                faults.Add(key.Place, $"key '{TextFaults.Shorten(name.Text)}' stands on line {seen[name.Text]} already", "remove one of them");
            else entries.Add(new MapEntry(key.Place, name.Text, node));
        }
        return new MapNode(place, entries);
    }

    private TextPlace Place(ParsingEvent at) => new(file, (int)at.Start.Line, (int)at.Start.Column);

    private YamlRefusedException Refuse(ParsingEvent at, string message, string? suggestion = null)
    {
        faults.Add(Place(at), message, suggestion);
        return new YamlRefusedException();
    }

    private sealed class YamlRefusedException : Exception;
}
