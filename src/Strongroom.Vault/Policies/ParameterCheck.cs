using System.Buffers;
using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>
/// Judges the parameters of a request, which are the keys of its body, or of the query of a read. Stricter than Vault in two things that it lets through:
/// a denied value is also found inside a list and inside a text of values separated by commas, and without regard to case.
/// </summary>
internal static class ParameterCheck
{
    private const Capability Checked = Capability.Read | Capability.Create | Capability.Update | Capability.Patch;

    public static bool Allows(ParameterRules rules, Capability needed, ReadOnlySpan<byte> body, IReadOnlyDictionary<string, string>? query = null)
    {
        if ((needed & Checked) == Capability.None) return true;
        if (body.IsEmpty && query is { Count: > 0 } && (needed & Capability.Read) != Capability.None) body = Encode(query);
        if (body.IsEmpty) return rules.Required.Count == 0;
        try
        {
            return AllowsObject(rules, body);
        }
        catch (JsonException)
        {
            return false;
        }
        catch (InvalidOperationException)
        {
            // A text that is no Unicode.
            return false;
        }
    }

    private static ReadOnlySpan<byte> Encode(IReadOnlyDictionary<string, string> query)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            foreach (var (name, value) in query) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan;
    }

    private static bool AllowsObject(ParameterRules rules, ReadOnlySpan<byte> body)
    {
        var reader = new Utf8JsonReader(body);
        if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject) return false;
        var seen = new HashSet<string>();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var name = reader.GetString()!;
            seen.Add(name);
            reader.Read();
            if (!AllowsOne(rules, name.ToLowerInvariant(), reader)) return false;
            reader.Skip();
        }
        reader.Read();
        foreach (var name in rules.Required)
            if (!seen.Contains(name)) return false;
        return true;
    }

    private static bool AllowsOne(ParameterRules rules, string name, Utf8JsonReader value)
    {
        if (rules.Denied.ContainsKey("*")) return false;
        if (rules.Denied.TryGetValue(name, out var denied) && (denied.Count == 0 || Holds(denied, value))) return false;
        if (rules.Allowed.Count == 0) return true;
        if (!rules.Allowed.TryGetValue(name, out var allowed)) return rules.Allowed.ContainsKey("*");
        return allowed.Count == 0 || Fits(allowed, value, StringComparison.Ordinal);
    }

    private static bool Fits(IReadOnlyList<ParameterValue> values, Utf8JsonReader value, StringComparison comparison)
    {
        var text = value.TokenType == JsonTokenType.String ? value.GetString() : null;
        foreach (var one in values)
        {
            var fits = value.TokenType switch
            {
                JsonTokenType.String => one.Fits(text, comparison),
                JsonTokenType.Number => one.Number is { } number && value.TryGetDouble(out var given) && given == number,
                JsonTokenType.True or JsonTokenType.False => one.Flag == (value.TokenType == JsonTokenType.True),
                _ => false,
            };
            if (fits) return true;
        }
        return false;
    }

    private static bool Holds(IReadOnlyList<ParameterValue> denied, Utf8JsonReader value)
    {
        if (value.TokenType == JsonTokenType.StartArray)
        {
            while (value.Read() && value.TokenType != JsonTokenType.EndArray)
            {
                if (Holds(denied, value)) return true;
                value.Skip();
            }
            return false;
        }
        if (Fits(denied, value, StringComparison.OrdinalIgnoreCase)) return true;
        if (value.TokenType != JsonTokenType.String || value.GetString() is not { } text || !text.Contains(',', StringComparison.Ordinal)) return false;
        foreach (var range in text.AsSpan().Split(','))
            foreach (var one in denied)
                if (one.Fits(text.AsSpan(range).Trim(), StringComparison.OrdinalIgnoreCase)) return true;
        return false;
    }
}
