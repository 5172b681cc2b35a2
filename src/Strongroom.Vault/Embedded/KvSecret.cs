using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Embedded;

/// <summary>One version of a secret with its value. Dispose of it, which zeroes the value.</summary>
public sealed class KvSecret : IDisposable
{
    internal KvSecret(string path, SecretValue json, int version, DateTimeOffset createdAt) =>
        (Path, Json, Version, CreatedAt) = (path, json, version, createdAt);

    /// <summary>Path of the secret.</summary>
    public string Path { get; }

    /// <summary>The whole value: a JSON object.</summary>
    public SecretValue Json { get; }

    /// <summary>Number of the version, from 1.</summary>
    public int Version { get; }

    /// <summary>When the version was written.</summary>
    public DateTimeOffset CreatedAt { get; }

    /// <summary>The names of the fields, in the order of the value.</summary>
    public IReadOnlyList<string> FieldNames => JsonFields.Names(Json.Reveal());

    /// <summary>One field, or null when there is none. Text comes as its bytes, anything else as JSON. The receiver owns it.</summary>
    public SecretValue? Field(string name) => JsonFields.Find(Json.Reveal(), name);

    /// <summary>What an address without a field means: the field <c>value</c>, or else the whole object. The receiver owns it.</summary>
    public SecretValue Default() => Field(SecretAddress.DefaultField) ?? Json.Copy();

    /// <summary>Zeroes the value.</summary>
    public void Dispose() => Json.Dispose();

    /// <summary>Reads the answer to <c>data/:path</c>: no secret when the version it tells of is deleted or destroyed.</summary>
    internal static (KvSecret? Secret, int Version) Parse(string path, ReadOnlySpan<byte> answer)
    {
        var reader = new Utf8JsonReader(answer);
        SecretValue? json = null;
        var version = 0;
        DateTime created = default;
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var isData = reader.ValueTextEquals("data"u8);
            reader.Read();
            if (isData && reader.TokenType == JsonTokenType.StartObject)
            {
                var start = (int)reader.TokenStartIndex;
                reader.Skip();
                json = SecretValue.FromBytes(answer[start..(int)reader.BytesConsumed]);
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
                {
                    if (reader.ValueTextEquals("version"u8)) { reader.Read(); version = reader.GetInt32(); }
                    else if (reader.ValueTextEquals("created_time"u8)) { reader.Read(); created = reader.GetDateTime(); }
                    else reader.Skip();
                }
            }
        }
        return (json is null ? null : new KvSecret(path, json, version, new DateTimeOffset(created)), version);
    }
}
