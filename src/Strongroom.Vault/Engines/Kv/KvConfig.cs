using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>What holds for all secrets of a mount unless they say otherwise.</summary>
/// <param name="VersionsMax">Versions to keep; 0 is <see cref="KvLimits.VersionsDefault"/>.</param>
/// <param name="CasRequired">Whether every write must say which version it replaces.</param>
/// <param name="DeleteVersionAfter">How long a version lives at most; zero is for ever.</param>
internal sealed record KvConfig(int VersionsMax, bool CasRequired, TimeSpan DeleteVersionAfter)
{
    public static readonly KvConfig Default = new(0, CasRequired: false, TimeSpan.Zero);

    public static KvConfig Decode(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json);
        return KvBody.ReadConfig(document.RootElement, Default);
    }

    public void Encode(SecretBuffer buffer)
    {
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        writer.WriteBoolean("cas_required"u8, CasRequired);
        writer.WriteString("delete_version_after"u8, GoDuration.Format(DeleteVersionAfter));
        writer.WriteNumber("max_versions"u8, VersionsMax);
        writer.WriteEndObject();
    }
}
