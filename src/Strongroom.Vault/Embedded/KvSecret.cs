using Strongroom.Secrets;
using Strongroom.Vault.Json;

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
        var cursor = new JsonCursor(answer);
        SecretValue? json = null;
        var version = 0;
        DateTime created = default;
        cursor.EnterObject();
        while (cursor.NextMember())
        {
            if (!cursor.IsObject)
            {
                cursor.Skip();
            }
            else if (cursor.NameIs("data"u8))
            {
                json = SecretValue.FromBytes(cursor.ReadRaw());
            }
            else
            {
                cursor.EnterObject();
                while (cursor.NextMember())
                {
                    if (cursor.NameIs("version"u8)) version = cursor.ReadInt32();
                    else if (cursor.NameIs("created_time"u8)) created = cursor.ReadTime();
                    else cursor.Skip();
                }
            }
        }
        return (json is null ? null : new KvSecret(path, json, version, new DateTimeOffset(created)), version);
    }
}
