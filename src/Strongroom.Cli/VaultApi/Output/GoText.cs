using System.Text;
using System.Text.Json;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>JSON in the words of Go's <c>%v</c>, which Vault's tables are written in.</summary>
internal static class GoText
{
    /// <summary>The text of a value: <c>map[a:1 b:2]</c>, <c>[x y]</c>, <c>&lt;nil&gt;</c>.</summary>
    public static string Of(JsonElement value)
    {
        if (value.ValueKind == JsonValueKind.String) return value.GetString()!;
        var text = new StringBuilder();
        Append(text, value);
        return text.ToString();
    }

    /// <summary>The text of a field, with times to live as durations.</summary>
    public static string OfField(string name, JsonElement value) =>
        IsDuration(name) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var seconds) && Math.Abs(seconds) < int.MaxValue * 2L
            ? GoDuration.Format(TimeSpan.FromSeconds(seconds))
            : Of(value);

    private static bool IsDuration(string name) =>
        name is "period" or "ttl" or "duration" or "lease_max" or "ttl_max"
        || name.EndsWith("_period", StringComparison.Ordinal) || name.EndsWith("_ttl", StringComparison.Ordinal)
        || name.EndsWith("_duration", StringComparison.Ordinal) || name.EndsWith("_lease_max", StringComparison.Ordinal)
        || name.EndsWith("_ttl_max", StringComparison.Ordinal);

    private static void Append(StringBuilder text, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                text.Append("map[");
                var members = value.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal).ToList();
                for (var i = 0; i < members.Count; i++)
                {
                    text.Append(i == 0 ? "" : " ").Append(members[i].Name).Append(':');
                    Append(text, members[i].Value);
                }
                text.Append(']');
                break;
            case JsonValueKind.Array:
                text.Append('[');
                var first = true;
                foreach (var item in value.EnumerateArray())
                {
                    if (!first) text.Append(' ');
                    first = false;
                    Append(text, item);
                }
                text.Append(']');
                break;
            case JsonValueKind.String:
                text.Append(value.GetString());
                break;
            case JsonValueKind.Null or JsonValueKind.Undefined:
                text.Append("<nil>");
                break;
            default:
                text.Append(value.GetRawText());
                break;
        }
    }
}
