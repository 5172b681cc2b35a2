using System.Globalization;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Hcp;

/// <summary>Versions of a secret. One that is deleted or destroyed in the KV engine is not there.</summary>
internal static class HcpVersions
{
    public static async ValueTask ListAsync(HcpCall call, HcpProject project, string app, string name, Utf8JsonWriter writer)
    {
        using var metadata = await HcpSecrets.MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        var page = Page(metadata.RootElement, call.Query);
        Begin(writer);
        foreach (var version in page.Names)
        {
            writer.WriteStartObject();
            WriteFacts(writer, metadata.RootElement, Number(version));
            writer.WriteEndObject();
        }
        End(writer, page);
    }

    public static async ValueTask OpenAllAsync(HcpCall call, HcpProject project, string app, string name, Utf8JsonWriter writer)
    {
        using var metadata = await HcpSecrets.MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        var page = Page(metadata.RootElement, call.Query);
        Begin(writer);
        foreach (var version in page.Names)
        {
            using var found = await call.FindAsync(VaultOperation.Read, project.Data(app, name), Number(version));
            if (found is null) continue;
            using var json = JsonDocument.Parse(found.Data);
            writer.WriteStartObject();
            HcpSecrets.WriteVersion(writer, json.RootElement);
            writer.WriteEndObject();
        }
        End(writer, page);
    }

    public static async ValueTask GetAsync(HcpCall call, HcpProject project, string app, string name, string version, Utf8JsonWriter writer)
    {
        using var metadata = await HcpSecrets.MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        if (!IsThere(metadata.RootElement, Number(version))) throw HcpCall.NotFound();
        writer.WriteString("type"u8, "kv"u8);
        writer.WriteStartObject("static_version"u8);
        WriteFacts(writer, metadata.RootElement, Number(version));
        writer.WriteEndObject();
    }

    public static async ValueTask OpenAsync(HcpCall call, HcpProject project, string app, string name, string version, Utf8JsonWriter writer)
    {
        using var found = await call.FindAsync(VaultOperation.Read, project.Data(app, name), Number(version)) ?? throw HcpCall.NotFound();
        using var json = JsonDocument.Parse(found.Data);
        writer.WriteString("type"u8, "kv"u8);
        writer.WriteStartObject("static_version"u8);
        HcpSecrets.WriteVersion(writer, json.RootElement);
        writer.WriteEndObject();
    }

    /// <summary>Destroys a version for good, as this API has no way back.</summary>
    public static async ValueTask DeleteAsync(HcpCall call, HcpProject project, string app, string name, string version)
    {
        using var metadata = await HcpSecrets.MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        if (!IsThere(metadata.RootElement, Number(version))) throw HcpCall.NotFound();
        using var response = await call.SendAsync(VaultOperation.Update, project.Destroy(app, name), Encoding.UTF8.GetBytes($"{{\"versions\":[{Number(version)}]}}"));
    }

    /// <summary>The current version; null when it is deleted or destroyed, or there is none.</summary>
    public static int? Latest(JsonElement metadata)
    {
        var current = metadata.GetProperty("current_version").GetInt32();
        return IsThere(metadata, current) ? current : null;
    }

    public static string? CreatedAt(JsonElement metadata, int version) =>
        metadata.TryGetProperty("versions", out var versions) && versions.TryGetProperty(Text(version), out var one)
            ? one.GetProperty("created_time").GetString()
            : metadata.GetProperty("created_time").GetString();

    private static bool IsThere(JsonElement metadata, int version) =>
        metadata.GetProperty("versions").TryGetProperty(Text(version), out var one)
        && !one.GetProperty("destroyed").GetBoolean() && one.GetProperty("deletion_time").GetString() is null or "";

    // Numbers of one length are in order as texts, and the newest comes first.
    private static HcpPage Page(JsonElement metadata, IQueryCollection query)
    {
        var page = HcpPage.Cut(
            metadata.GetProperty("versions").EnumerateObject().Select(v => Number(v.Name)).Where(v => IsThere(metadata, v))
                .Select(v => (int.MaxValue - v).ToString("D10", CultureInfo.InvariantCulture)),
            query);
        return page with { Names = [.. page.Names.Select(text => Text(int.MaxValue - Number(text)))] };
    }

    private static void Begin(Utf8JsonWriter writer)
    {
        writer.WriteString("type"u8, "kv"u8);
        writer.WriteStartObject("static_versions"u8);
        writer.WriteStartArray("versions"u8);
    }

    private static void End(Utf8JsonWriter writer, HcpPage page)
    {
        writer.WriteEndArray();
        writer.WriteEndObject();
        page.Write(writer);
    }

    private static void WriteFacts(Utf8JsonWriter writer, JsonElement metadata, int version)
    {
        writer.WriteNumber("version"u8, version);
        writer.WriteString("created_at"u8, CreatedAt(metadata, version));
    }

    private static string Text(int version) => version.ToString(CultureInfo.InvariantCulture);

    private static int Number(string text) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number > 0
        ? number
        : throw new SecretException(SecretErrorKind.InvalidInput, "a version is a number from 1");
}
