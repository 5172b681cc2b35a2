using System.Text;
using System.Text.Json;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>JSON as YAML, with members in the order of their names, as Vault writes it.</summary>
internal static class YamlText
{
    public static string Of(JsonElement value)
    {
        var text = new StringBuilder();
        Append(text, value, 0);
        return text.ToString().TrimStart('\n', ' ').TrimEnd('\n') + "\n";
    }

    private static void Append(StringBuilder text, JsonElement value, int depth)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object when value.EnumerateObject().MoveNext():
                text.Append('\n');
                foreach (var member in value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal))
                {
                    text.Append(' ', depth * 2).Append(Scalar(member.Name)).Append(':');
                    // Lists stand under their name without being moved to the right.
                    Append(text, member.Value, member.Value.ValueKind == JsonValueKind.Array ? depth : depth + 1);
                }
                break;
            case JsonValueKind.Array when value.GetArrayLength() > 0:
                text.Append('\n');
                foreach (var item in value.EnumerateArray())
                {
                    var inner = new StringBuilder();
                    Append(inner, item, depth + 1);
                    text.Append(' ', depth * 2).Append('-').Append(' ').Append(inner.ToString().TrimStart('\n', ' '));
                }
                break;
            default:
                text.Append(' ').Append(value.ValueKind switch
                {
                    JsonValueKind.Object => "{}",
                    JsonValueKind.Array => "[]",
                    JsonValueKind.String => Scalar(value.GetString()!),
                    JsonValueKind.Undefined => "null",
                    _ => value.GetRawText(),
                }).Append('\n');
                break;
        }
    }

    /// <summary>Plain when nobody can take it for anything but this text, else in the quotes of JSON, which YAML reads the same.</summary>
    private static string Scalar(string text)
    {
        var isPlain = text.Length > 0 && (char.IsAsciiLetter(text[0]) || text[0] is '/' or '_') && !text.EndsWith(':') && !text.EndsWith(' ')
            && !text.Contains(": ", StringComparison.Ordinal) && !text.Contains(" #", StringComparison.Ordinal)
            && text.All(c => c is >= ' ' and < '\x7f')
            && text.ToLowerInvariant() is not ("true" or "false" or "null" or "yes" or "no" or "on" or "off" or "y" or "n");
        return isPlain ? text : "\"" + JsonEncodedText.Encode(text, System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping) + "\"";
    }
}
