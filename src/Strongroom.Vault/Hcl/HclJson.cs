using System.Text;
using System.Text.Json;

namespace Strongroom.Vault.Hcl;

/// <summary>Makes the same tree of JSON.</summary>
internal ref struct HclJson
{
    private readonly ReadOnlySpan<byte> _bytes;
    private readonly int _firstLine;
    private readonly int _indentation;
    private Utf8JsonReader _reader;
    private int _nodes;
    private int _line;
    private int _lineStart;
    private int _counted;

    private HclJson(ReadOnlySpan<byte> bytes, int firstLine, int indentation)
    {
        _bytes = bytes;
        _line = _firstLine = firstLine;
        _indentation = indentation;
        _reader = new Utf8JsonReader(bytes, new JsonReaderOptions { MaxDepth = HclLimits.DepthMax });
    }

    public static HclBody Read(string text, int firstLine, int indentation)
    {
        var bytes = Encoding.UTF8.GetBytes(text.StartsWith('\uFEFF') ? text[1..] : text);
        var json = new HclJson(bytes, firstLine, indentation);
        try
        {
            json._reader.Read();
            var body = json.ReadBody();
            json._reader.Read(); // whatever follows the closing brace is a fault of the JSON
            return body;
        }
        catch (JsonException e)
        {
            var line = firstLine + (int)(e.LineNumber ?? 0);
            var column = (int)(e.BytePositionInLine ?? 0) + 1 + indentation;
            throw new HclSyntaxException(line, column, "not JSON: it cannot be read from this place on", "check quotes, commas and braces before it");
        }
        catch (InvalidOperationException)
        {
            // A text with an unpaired surrogate is JSON but no text.
            var (line, column) = json.Place();
            throw new HclSyntaxException(line, column, "a text with half a character");
        }
    }

    private HclBody ReadBody()
    {
        var (line, column) = Place();
        var items = new List<HclItem>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            Count();
            var (keyLine, keyColumn) = Place();
            var key = new HclWord(keyLine, keyColumn, _reader.GetString()!);
            _reader.Read();
            items.Add(new HclItem(key, [], ReadValue(), IsBlock: false));
        }
        return new HclBody(line, column, items);
    }

    private HclValue ReadValue()
    {
        Count();
        var (line, column) = Place();
        switch (_reader.TokenType)
        {
            case JsonTokenType.String:
                return new HclText(line, column, _reader.GetString()!);
            case JsonTokenType.True or JsonTokenType.False:
                return new HclFlag(line, column, _reader.TokenType == JsonTokenType.True);
            case JsonTokenType.Number when _reader.TryGetDouble(out var number) && double.IsFinite(number):
                return new HclNumber(line, column, number, Encoding.UTF8.GetString(_reader.ValueSpan));
            case JsonTokenType.StartObject:
                return ReadBody();
            case JsonTokenType.StartArray:
                var items = new List<HclValue>();
                while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray) items.Add(ReadValue());
                return new HclList(line, column, items);
            case JsonTokenType.Null:
                throw new HclSyntaxException(line, column, "null is no value", "leave the key out");
            default:
                throw new HclSyntaxException(line, column, "this number is too large");
        }
    }

    private void Count()
    {
        if (++_nodes <= HclLimits.NodesMax) return;
        var (line, column) = Place();
        throw new HclSyntaxException(line, column, $"more than {HclLimits.NodesMax} values");
    }

    /// <summary>Where the current token begins. Tokens come in order, so each line is counted once.</summary>
    private (int Line, int Column) Place()
    {
        var at = (int)_reader.TokenStartIndex;
        while (_bytes[_counted..at].IndexOf((byte)'\n') is var end and >= 0)
        {
            _counted += end + 1;
            _lineStart = _counted;
            _line++;
        }
        return (_line, Encoding.UTF8.GetCharCount(_bytes[_lineStart..at]) + 1 + _indentation);
    }
}
