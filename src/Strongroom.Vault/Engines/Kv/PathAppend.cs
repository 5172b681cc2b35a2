using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>
/// <c>append/:path</c>, which Vault has not: adds elements to lists inside a secret, atomically. The body is
/// <c>{"data": {"field": element}}</c>; each field must be absent, a list, or text that is a JSON list, and stays what it was.
/// A secret that is not there is made.
/// </summary>
internal static class PathAppend
{
    public static async ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation is not (VaultOperation.Update or VaultOperation.Create)) throw KvEngine.NotSupported(call);
        using var body = KvBody.Parse(call.Request.Body);
        var elements = KvBody.RequireData(body.RootElement);
        var cas = KvBody.ReadCas(body.RootElement);
        return await KvChange.RunAsync(
            call,
            async (found, commit, token) =>
            {
                if (found?.Find(null) is null) return await AddAsync("{}"u8.ToArray());
                var (_, current) = await PathData.RequireCurrentAsync(call, found, token);
                using (current) return await AddAsync(current.Value);

                ValueTask<KvChange> AddAsync(ReadOnlyMemory<byte> old)
                {
                    var appended = Append(old, elements);
                    return KvChange.AddVersionAsync(call, found, commit, appended.WrittenMemory, cas, appended, token);
                }
            },
            cancellationToken);
    }

    private static SecretBuffer Append(ReadOnlyMemory<byte> old, JsonElement elements)
    {
        using var document = JsonDocument.Parse(old);
        var buffer = new SecretBuffer(old.Length + 512);
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        foreach (var member in document.RootElement.EnumerateObject())
        {
            writer.WritePropertyName(member.Name);
            if (elements.TryGetProperty(member.Name, out var element)) AppendTo(writer, member.Value, element, member.Name);
            else writer.WriteRawValue(KvBody.Raw(member.Value), skipInputValidation: true);
        }
        foreach (var member in elements.EnumerateObject())
        {
            if (document.RootElement.TryGetProperty(member.Name, out _)) continue;
            writer.WritePropertyName(member.Name);
            WriteList(writer, list: null, member.Value);
        }
        writer.WriteEndObject();
        writer.Flush();
        return buffer;
    }

    private static void AppendTo(Utf8JsonWriter writer, JsonElement value, JsonElement element, string field)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            WriteList(writer, value, element);
            return;
        }
        if (value.ValueKind != JsonValueKind.String) throw NoList(field);
        using var text = new SecretBuffer(KvBody.Raw(value).Length + 2);
        using var list = ParseList(value, text, field);
        using var longer = new SecretBuffer(KvBody.Raw(value).Length + 512);
        using (var inner = new Utf8JsonWriter(longer)) WriteList(inner, list.RootElement, element);
        writer.WriteStringValue(longer.Written);
    }

    private static JsonDocument ParseList(JsonElement value, SecretBuffer text, string field)
    {
        var reader = new Utf8JsonReader(KvBody.Raw(value));
        reader.Read();
        text.Advance(reader.CopyString(text.GetSpan(KvBody.Raw(value).Length)));
        try
        {
            var list = JsonDocument.Parse(text.WrittenMemory);
            if (list.RootElement.ValueKind == JsonValueKind.Array) return list;
            list.Dispose();
        }
        catch (JsonException)
        {
            // Falls through to the one answer for everything that is no list; the text itself must not be quoted.
        }
        throw NoList(field);
    }

    private static void WriteList(Utf8JsonWriter writer, JsonElement? list, JsonElement element)
    {
        writer.WriteStartArray();
        if (list is { } old)
        {
            foreach (var item in old.EnumerateArray()) writer.WriteRawValue(KvBody.Raw(item), skipInputValidation: true);
        }
        writer.WriteRawValue(KvBody.Raw(element), skipInputValidation: true);
        writer.WriteEndArray();
    }

    private static SecretException NoList(string field) =>
        new(SecretErrorKind.InvalidInput, "is not a list, so nothing can be added to it", operation: "append", name: field);
}
