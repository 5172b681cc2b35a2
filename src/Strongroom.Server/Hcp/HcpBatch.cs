using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Server.Hcp;

/// <summary>Many new secrets in one request. All of it is looked at before anything is written; then they are written one by one.</summary>
internal static class HcpBatch
{
    private const int CountMax = 100;

    public static async ValueTask PutAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        using var body = call.ReadBody();
        var updates = Updates(body.RootElement);
        var secrets = Read(body.RootElement);
        var versions = new int?[secrets.Count];
        for (var i = 0; i < secrets.Count && !updates; i++)
        {
            using var metadata = await HcpSecrets.MetadataAsync(call, project, app, secrets[i].Name);
            if (metadata is not null && HcpVersions.Latest(metadata.RootElement) is not null)
                throw new SecretException(SecretErrorKind.Conflict, $"the secret {secrets[i].Name} exists already");
            // Whoever makes it meanwhile is not overwritten.
            versions[i] = metadata?.RootElement.GetProperty("current_version").GetInt32() ?? 0;
        }
        writer.WriteStartArray("secrets"u8);
        for (var i = 0; i < secrets.Count; i++) await HcpSecrets.PutAsync(call, project, app, secrets[i].Name, secrets[i].Value, versions[i], writer);
        writer.WriteEndArray();
    }

    /// <summary>Whether secrets that exist get a new version; else the request fails.</summary>
    private static bool Updates(JsonElement body) => !body.TryGetProperty("conflicts", out var policy) ? false : policy.ValueKind == JsonValueKind.String && policy.GetString() is "UPDATE" or "FAIL"
        ? policy.ValueEquals("UPDATE"u8)
        : throw new SecretException(SecretErrorKind.InvalidInput, "conflicts is FAIL or UPDATE");

    private static List<(string Name, JsonElement Value)> Read(JsonElement body)
    {
        if (!body.TryGetProperty("secrets", out var given) || given.ValueKind != JsonValueKind.Array || given.GetArrayLength() is 0 or > CountMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"secrets is a list of 1 to {CountMax}");
        var secrets = new List<(string Name, JsonElement Value)>();
        foreach (var secret in given.EnumerateArray()) secrets.Add(HcpSecrets.ReadNew(secret));
        return secrets.DistinctBy(secret => secret.Name, StringComparer.Ordinal).Count() == secrets.Count
            ? secrets
            : throw new SecretException(SecretErrorKind.InvalidInput, "a name is there twice");
    }
}
