namespace Strongroom.Vault.Hcl;

/// <summary>Makes a tree of the tokens.</summary>
internal sealed class HclParser
{
    private readonly HclScanner _scanner;
    private HclToken _token;
    private int _nodes;

    public HclParser(string text, int firstLine, int indentation)
    {
        _scanner = new HclScanner(text, firstLine, indentation);
        _token = _scanner.Next();
    }

    public HclBody ReadFile()
    {
        var body = new HclBody(_token.Line, _token.Column, ReadItems(HclTokenKind.End, depth: 0));
        return body;
    }

    private List<HclItem> ReadItems(HclTokenKind end, int depth)
    {
        var items = new List<HclItem>();
        while (_token.Kind != end)
        {
            items.Add(ReadItem(depth));
            // Objects in one line are written with commas between their entries.
            if (_token.Kind == HclTokenKind.Comma && depth > 0) Advance();
        }
        return items;
    }

    private HclItem ReadItem(int depth)
    {
        if (_token.Kind is not (HclTokenKind.Word or HclTokenKind.Text))
        {
            throw Fault(_token, $"expected a key, found {_token.Describe()}", _token.Kind switch
            {
                HclTokenKind.End => "close the block with }",
                HclTokenKind.CloseBody => "there is no { for it",
                _ => null,
            });
        }
        var key = TakeWord();
        if (_token.Kind == HclTokenKind.Assign)
        {
            Advance();
            return new HclItem(key, [], ReadValue(depth), IsBlock: false);
        }
        var labels = new List<HclWord>();
        while (_token.Kind is HclTokenKind.Word or HclTokenKind.Text) labels.Add(TakeWord());
        if (_token.Kind != HclTokenKind.OpenBody)
            throw Fault(_token, $"expected '=' or '{{', found {_token.Describe()}", "write key = value, or key \"label\" { … }");
        return new HclItem(key, labels, ReadBody(depth), IsBlock: true);
    }

    private HclValue ReadValue(int depth)
    {
        Count();
        var token = _token;
        switch (token.Kind)
        {
            case HclTokenKind.Text:
                Advance();
                return new HclText(token.Line, token.Column, token.Text) { ContentLine = token.ContentLine, Indentation = token.Indentation };
            case HclTokenKind.Number:
                Advance();
                return new HclNumber(token.Line, token.Column, HclScanner.ValueOf(token), token.Text);
            case HclTokenKind.Word when token.Text is "true" or "false":
                Advance();
                return new HclFlag(token.Line, token.Column, token.Text == "true");
            case HclTokenKind.Word:
                throw Fault(token, $"expected a value, found {token.Describe()}", "put a text in quotes");
            case HclTokenKind.OpenList:
                return ReadList(depth);
            case HclTokenKind.OpenBody:
                return ReadBody(depth);
            default:
                throw Fault(token, $"expected a value, found {token.Describe()}");
        }
    }

    private HclBody ReadBody(int depth)
    {
        var open = Open(depth);
        var items = ReadItems(HclTokenKind.CloseBody, depth + 1);
        Advance();
        return new HclBody(open.Line, open.Column, items);
    }

    private HclList ReadList(int depth)
    {
        var open = Open(depth);
        var items = new List<HclValue>();
        while (_token.Kind != HclTokenKind.CloseList)
        {
            items.Add(ReadValue(depth + 1));
            if (_token.Kind == HclTokenKind.Comma) Advance();
            else if (_token.Kind != HclTokenKind.CloseList)
                throw Fault(_token, $"expected ',' or ']', found {_token.Describe()}", _token.Kind == HclTokenKind.Text ? "put a comma between two values" : null);
        }
        Advance();
        return new HclList(open.Line, open.Column, items);
    }

    private HclToken Open(int depth)
    {
        if (depth >= HclLimits.DepthMax) throw Fault(_token, $"nested more than {HclLimits.DepthMax} deep");
        var open = _token;
        Advance();
        return open;
    }

    private HclWord TakeWord()
    {
        Count();
        var word = new HclWord(_token.Line, _token.Column, _token.Text);
        Advance();
        return word;
    }

    private void Count()
    {
        if (++_nodes > HclLimits.NodesMax) throw Fault(_token, $"more than {HclLimits.NodesMax} values");
    }

    private void Advance() => _token = _scanner.Next();

    private static HclSyntaxException Fault(HclToken at, string message, string? suggestion = null) => new(at.Line, at.Column, message, suggestion);
}
