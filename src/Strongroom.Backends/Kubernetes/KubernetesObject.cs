using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Kubernetes;

/// <summary>What an object of the kind Secret looks like on the wire.</summary>
internal static class KubernetesObject
{
    private const string MergePatch = "application/merge-patch+json";

    /// <summary>The value of a key; null when there is no such key.</summary>
    /// <exception cref="SecretException">Malformed when it is no base64.</exception>
    public static SecretValue? Find(HttpAnswer answer, string key) => Has(answer, key) ? Decode(answer.Json().Member("data").Member(key)) : null;

    /// <summary>Whether there is a key.</summary>
    public static bool Has(HttpAnswer answer, string key) => answer.Json().Member("data").Member(key).ValueKind == JsonValueKind.String;

    /// <summary>The keys, in ordinal order.</summary>
    public static List<string> Keys(HttpAnswer answer)
    {
        var keys = new List<string>();
        if (answer.Json().Member("data") is { ValueKind: JsonValueKind.Object } data)
            foreach (var member in data.EnumerateObject()) keys.Add(member.Name);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    /// <summary>The state of the object: its <c>resourceVersion</c>.</summary>
    public static SecretVersion? VersionOf(HttpAnswer answer) =>
        answer.Json().Member("metadata").TextOf("resourceVersion") is { Length: > 0 } version ? SecretVersion.Named(version) : null;

    /// <summary>What a write made.</summary>
    public static WriteReceipt Receipt(HttpAnswer answer) => new(VersionOf(answer));

    /// <summary>All keys as one JSON object, as a secret of fields is given out without a field.</summary>
    public static SecretValue Whole(HttpAnswer answer)
    {
        var data = answer.Json().Member("data");
        using var whole = new SecretBuffer();
        using (var writer = new Utf8JsonWriter(whole, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (data.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in data.EnumerateObject())
                {
                    using var value = Decode(member.Value);
                    writer.WritePropertyName(member.Name);
                    SecretObject.Write(writer, value);
                }
            }
            writer.WriteEndObject();
        }
        return whole.ToValue();
    }

    /// <summary>The body that makes an object with one key.</summary>
    public static JsonBody New(string name, string key, SecretValue value) => JsonBody.Object((name, key, value), static (writer, made) =>
    {
        writer.WriteString("apiVersion", "v1");
        writer.WriteString("kind", "Secret");
        writer.WriteStartObject("metadata");
        writer.WriteString("name", made.name);
        writer.WriteEndObject();
        writer.WriteString("type", "Opaque");
        WriteData(writer, made.key, made.value);
    });

    /// <summary>The body that changes one key, or with no value removes it; over one version, if there is one to name.</summary>
    public static JsonBody Patch(string key, SecretValue? value, string? version) => JsonBody.Object((key, value, version), static (writer, change) =>
    {
        if (change.version is not null)
        {
            writer.WriteStartObject("metadata");
            writer.WriteString("resourceVersion", change.version);
            writer.WriteEndObject();
        }
        WriteData(writer, change.key, change.value);
    }, MergePatch);

    private static void WriteData(Utf8JsonWriter writer, string key, SecretValue? value)
    {
        writer.WriteStartObject("data");
        if (value is null) writer.WriteNull(key);
        else writer.WriteBase64String(key, value.Reveal());
        writer.WriteEndObject();
    }

    private static SecretValue Decode(JsonElement encoded)
    {
        if (encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out var bytes)) throw new SecretException(SecretErrorKind.Malformed, "was answered with a value that is no base64");
        var value = SecretValue.FromBytes(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }
}
