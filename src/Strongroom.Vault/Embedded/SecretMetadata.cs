using System.Text.Json;

namespace Strongroom.Vault.Embedded;

/// <summary>One version of a secret, without its value.</summary>
/// <param name="Number">Its number, from 1.</param>
/// <param name="CreatedAt">When it was written.</param>
/// <param name="DeletedAt">When it was softly deleted, or will be.</param>
/// <param name="Destroyed">True when its value is gone for good.</param>
public sealed record SecretVersionInfo(int Number, DateTimeOffset CreatedAt, DateTimeOffset? DeletedAt, bool Destroyed);

/// <summary>Everything about a secret but its values.</summary>
/// <param name="Path">Path of the secret.</param>
/// <param name="CurrentVersion">Number of the newest version; 0 when nothing was written yet.</param>
/// <param name="CreatedAt">When the secret was first written.</param>
/// <param name="UpdatedAt">When it last got a version or other metadata.</param>
/// <param name="Custom">What people and programs note about it: owner, description, tags, type.</param>
/// <param name="Versions">The versions kept, oldest first.</param>
public sealed record SecretMetadata(
    string Path, int CurrentVersion, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyDictionary<string, string> Custom, IReadOnlyList<SecretVersionInfo> Versions)
{
    /// <summary>Key of the custom metadata that names who is responsible.</summary>
    public const string OwnerKey = "owner";

    /// <summary>Key of the custom metadata that says what it is for.</summary>
    public const string DescriptionKey = "description";

    /// <summary>Key of the custom metadata with words to find it by, separated by commas.</summary>
    public const string TagsKey = "tags";

    /// <summary>Key of the custom metadata that says which kind of secret it is: <c>database</c>, <c>api-key</c>, <c>storage</c>.</summary>
    public const string TypeKey = "type";

    /// <summary>Reads the answer to <c>metadata/:path</c>.</summary>
    internal static SecretMetadata Parse(string path, ReadOnlyMemory<byte> answer)
    {
        using var document = JsonDocument.Parse(answer);
        var root = document.RootElement;
        var custom = new Dictionary<string, string>(StringComparer.Ordinal);
        var pairs = root.GetProperty("custom_metadata"u8);
        if (pairs.ValueKind == JsonValueKind.Object)
        {
            foreach (var pair in pairs.EnumerateObject()) custom[pair.Name] = pair.Value.GetString()!;
        }
        var versions = new List<SecretVersionInfo>();
        foreach (var version in root.GetProperty("versions"u8).EnumerateObject())
        {
            var deletion = version.Value.GetProperty("deletion_time"u8);
            versions.Add(new SecretVersionInfo(
                int.Parse(version.Name), Time(version.Value.GetProperty("created_time"u8)),
                deletion.ValueEquals(""u8) ? null : Time(deletion), version.Value.GetProperty("destroyed"u8).GetBoolean()));
        }
        return new SecretMetadata(
            path, root.GetProperty("current_version"u8).GetInt32(), Time(root.GetProperty("created_time"u8)),
            Time(root.GetProperty("updated_time"u8)), custom, versions);
    }

    private static DateTimeOffset Time(JsonElement element) => new(element.GetDateTime());
}
