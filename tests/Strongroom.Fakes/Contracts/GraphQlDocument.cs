using System.Text;

namespace Strongroom.Fakes.Contracts;

/// <summary>A field of a selection with its arguments (each a variable's name, or null for a literal) and what is selected below it.</summary>
internal sealed record GraphQlField(string Key, string Name, IReadOnlyList<(string Name, string? Variable)> Arguments, IReadOnlyList<GraphQlField> Fields);

/// <summary>One operation: <c>query</c> or <c>mutation</c>, its variables with their types, and its selection. Fragments are not read.</summary>
internal sealed record GraphQlDocument(string Kind, IReadOnlyDictionary<string, string> Variables, IReadOnlyList<GraphQlField> Fields)
{
    /// <exception cref="FormatException">It is no such document.</exception>
    public static GraphQlDocument Parse(string text)
    {
        var reader = new Reader(Tokens(text));
        var kind = "query";
        var variables = new Dictionary<string, string>();
        if (reader.Peek is not "{")
        {
            kind = reader.Next();
            if (reader.Peek is not "{" and not "(") reader.Next();
            if (reader.Take("("))
            {
                while (!reader.Take(")"))
                {
                    reader.Expect("$");
                    var name = reader.Next();
                    reader.Expect(":");
                    variables[name] = reader.Type();
                }
            }
        }
        var fields = Selection(reader);
        return reader.Peek.Length == 0 ? new GraphQlDocument(kind, variables, fields) : throw new FormatException($"'{reader.Peek}' stands behind the operation");
    }

    private static List<GraphQlField> Selection(Reader reader)
    {
        reader.Expect("{");
        var fields = new List<GraphQlField>();
        while (!reader.Take("}"))
        {
            var key = reader.Next();
            var name = reader.Take(":") ? reader.Next() : key;
            var arguments = new List<(string, string?)>();
            if (reader.Take("("))
            {
                while (!reader.Take(")"))
                {
                    var argument = reader.Next();
                    reader.Expect(":");
                    arguments.Add((argument, reader.Value()));
                }
            }
            fields.Add(new GraphQlField(key, name, arguments, reader.Peek is "{" ? Selection(reader) : []));
        }
        return fields;
    }

    private static List<string> Tokens(string text)
    {
        var tokens = new List<string>();
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsWhiteSpace(text[i]) || text[i] == ',') continue;
            var token = new StringBuilder().Append(text[i]);
            if (text[i] == '"')
            {
                while (++i < text.Length && text[i] != '"') token.Append(text[i] == '\\' ? text[++i] : text[i]);
            }
            else if (char.IsLetterOrDigit(text[i]) || text[i] is '_' or '-')
            {
                while (i + 1 < text.Length && (char.IsLetterOrDigit(text[i + 1]) || text[i + 1] is '_' or '.')) token.Append(text[++i]);
            }
            tokens.Add(token.ToString());
        }
        return tokens;
    }

    private sealed class Reader(List<string> tokens)
    {
        private int _at;

        public string Peek => _at < tokens.Count ? tokens[_at] : "";

        public string Next() => _at < tokens.Count ? tokens[_at++] : throw new FormatException("it ends too early");

        public bool Take(string token)
        {
            if (Peek != token) return false;
            _at++;
            return true;
        }

        public void Expect(string token)
        {
            if (!Take(token)) throw new FormatException($"'{Peek}' stands where {token} is expected");
        }

        public string Type()
        {
            var type = Take("[") ? $"[{Type()}" : Next();
            if (type[0] == '[')
            {
                Expect("]");
                type += "]";
            }
            return Take("!") ? type + "!" : type;
        }

        /// <summary>The name of a variable; null for a literal, which is passed over.</summary>
        public string? Value()
        {
            if (Take("$")) return Next();
            var depth = 0;
            do
            {
                var token = Next();
                if (token is "{" or "[") depth++;
                if (token is "}" or "]") depth--;
            }
            while (depth > 0);
            return null;
        }
    }
}
