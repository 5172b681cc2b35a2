using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>Reads the JSON bodies of the Vault API strictly; faults are InvalidInput and never quote the body.</summary>
internal static class KvBody
{
    private static readonly JsonDocumentOptions Options = new() { MaxDepth = KvLimits.DataDepthMax, AllowDuplicateProperties = false };

    /// <summary>The body as an object. The document refers to the caller's bytes and copies none of them.</summary>
    public static JsonDocument Parse(ReadOnlyMemory<byte> body)
    {
        var document = StrictJson.TryParse(body, Options) ?? throw Invalid("the body is not JSON, nests too deeply, repeats a name or has half a surrogate pair");
        if (document.RootElement.ValueKind == JsonValueKind.Object) return document;
        document.Dispose();
        throw Invalid("the body is not a JSON object");
    }

    /// <summary>The member <c>data</c>, which must be an object.</summary>
    public static JsonElement RequireData(JsonElement body)
    {
        if (!body.TryGetProperty("data"u8, out var data) || data.ValueKind == JsonValueKind.Null) throw Invalid("no data provided");
        if (data.ValueKind != JsonValueKind.Object) throw Invalid("data is not a JSON object");
        return data;
    }

    /// <summary>The member <c>field</c>: the name of one.</summary>
    public static string RequireField(JsonElement body) =>
        body.TryGetProperty("field"u8, out var field) && field.ValueKind == JsonValueKind.String ? field.GetString()! : throw Invalid("no field provided");

    /// <summary>The bytes of a value, inside the body.</summary>
    public static ReadOnlySpan<byte> Raw(JsonElement element) => JsonMarshal.GetRawUtf8Value(element);

    /// <summary>The version that the write must replace, when it says so.</summary>
    public static int? ReadCas(JsonElement body)
    {
        if (!body.TryGetProperty("options"u8, out var options) || options.ValueKind == JsonValueKind.Null) return null;
        if (options.ValueKind != JsonValueKind.Object) throw Invalid("options is not a JSON object");
        if (!options.TryGetProperty("cas"u8, out var cas)) return null;
        return ReadCount(cas, "cas");
    }

    /// <summary>The member <c>versions</c>: at least one number.</summary>
    public static List<int> RequireVersions(JsonElement body)
    {
        var numbers = new List<int>();
        if (body.TryGetProperty("versions"u8, out var versions) && versions.ValueKind == JsonValueKind.Array)
        {
            foreach (var version in versions.EnumerateArray()) numbers.Add(ReadCount(version, "versions"));
        }
        return numbers.Count > 0 ? numbers : throw Invalid("no version number provided");
    }

    /// <summary>The settings in a body, over those given.</summary>
    public static KvConfig ReadConfig(JsonElement body, KvConfig config)
    {
        if (body.TryGetProperty("max_versions"u8, out var max))
        {
            var count = ReadCount(max, "max_versions");
            if (count > KvLimits.VersionsMax) throw Invalid($"max_versions is more than {KvLimits.VersionsMax}");
            config = config with { VersionsMax = count };
        }
        if (body.TryGetProperty("cas_required"u8, out var cas))
        {
            if (cas.ValueKind is not (JsonValueKind.True or JsonValueKind.False)) throw Invalid("cas_required is not true or false");
            config = config with { CasRequired = cas.GetBoolean() };
        }
        if (!body.TryGetProperty("delete_version_after"u8, out var after)) return config;
        return config with
        {
            DeleteVersionAfter = after.ValueKind switch
            {
                JsonValueKind.String => GoDuration.Parse(after.GetString()!),
                JsonValueKind.Number => GoDuration.FromSeconds(after.GetDouble(), "delete_version_after"),
                _ => throw Invalid("delete_version_after is not a duration"),
            },
        };
    }

    /// <summary>
    /// Puts the member <c>custom_metadata</c>, when there is one, over the given pairs. A null removes a pair if
    /// <paramref name="merge"/>; without it the pairs are replaced as a whole.
    /// </summary>
    public static void ReadCustomMetadata(JsonElement body, SortedDictionary<string, string> pairs, bool merge)
    {
        if (!body.TryGetProperty("custom_metadata"u8, out var custom)) return;
        if (!merge || custom.ValueKind == JsonValueKind.Null) pairs.Clear();
        if (custom.ValueKind == JsonValueKind.Null) return;
        if (custom.ValueKind != JsonValueKind.Object) throw Invalid("custom_metadata is not a JSON object");
        foreach (var pair in custom.EnumerateObject())
        {
            if (merge && pair.Value.ValueKind == JsonValueKind.Null)
            {
                pairs.Remove(pair.Name);
                continue;
            }
            if (pair.Value.ValueKind != JsonValueKind.String) throw Invalid("custom_metadata has a value that is not text");
            var value = pair.Value.GetString()!;
            if (pair.Name.Length == 0 || Encoding.UTF8.GetByteCount(pair.Name) > KvLimits.CustomMetadataKeyLengthMax)
                throw Invalid($"custom_metadata has a key that is empty or longer than {KvLimits.CustomMetadataKeyLengthMax} bytes");
            if (value.Length == 0 || Encoding.UTF8.GetByteCount(value) > KvLimits.CustomMetadataValueLengthMax)
                throw Invalid($"custom_metadata has a value that is empty or longer than {KvLimits.CustomMetadataValueLengthMax} bytes");
            pairs[pair.Name] = value;
        }
        if (pairs.Count > KvLimits.CustomMetadataKeysMax) throw Invalid($"custom_metadata has more than {KvLimits.CustomMetadataKeysMax} keys");
    }

    public static SecretException Invalid(string reason) => new(SecretErrorKind.InvalidInput, reason);

    private static int ReadCount(JsonElement number, string name) =>
        number.ValueKind == JsonValueKind.Number && number.TryGetInt32(out var count) && count >= 0
            ? count
            : throw Invalid($"{name} is not a whole number from 0");
}
