using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Hcp;

/// <summary>
/// Apps. An app is there when it has secrets, or when it was made: then a secret of its name, beside its folder, holds the description.
/// </summary>
internal static class HcpApps
{
    public static async ValueTask ListAsync(HcpCall call, HcpProject project, Utf8JsonWriter writer)
    {
        var entries = await call.ListAsync(project.Apps);
        var page = HcpPage.Cut(entries.Select(entry => entry.TrimEnd('/')).Where(HcpPath.IsPlain).Distinct(), call.Query);
        writer.WriteStartArray("apps"u8);
        foreach (var app in page.Names) WriteApp(writer, project, app, description: null, secrets: null);
        writer.WriteEndArray();
        page.Write(writer);
    }

    public static async ValueTask GetAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        var secrets = await HcpSecrets.NamesAsync(call, project, app);
        using var marker = await MarkerAsync(call, project, app);
        if (secrets.Count == 0 && marker is null) throw HcpErrors.NoApp();
        writer.WritePropertyName("app"u8);
        WriteApp(writer, project, app, Description(marker), secrets.Count);
    }

    public static async ValueTask CreateAsync(HcpCall call, HcpProject project, Utf8JsonWriter writer)
    {
        using var body = call.ReadBody();
        var app = Text(body.RootElement, "name") ?? "";
        if (!HcpPath.IsPlain(app)) throw new SecretException(SecretErrorKind.InvalidInput, "the name of an app is letters, digits, '-', '_' and '.'");
        if (await MarkerAsync(call, project, app) is { } known)
        {
            known.Dispose();
            throw Exists();
        }
        var description = Text(body.RootElement, "description");
        await WriteMarkerAsync(call, project, app, description);
        writer.WritePropertyName("app"u8);
        WriteApp(writer, project, app, description, secrets: 0);
    }

    /// <summary>Changes the description of an app.</summary>
    public static async ValueTask UpdateAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        using var body = call.ReadBody();
        if (body.RootElement.TryGetProperty("sync_names", out var syncs) && syncs.ValueKind == JsonValueKind.Array && syncs.GetArrayLength() > 0)
            throw new SecretException(SecretErrorKind.Unsupported, "not implemented: this server has no syncs");
        var secrets = await HcpSecrets.NamesAsync(call, project, app);
        using var marker = await MarkerAsync(call, project, app);
        if (secrets.Count == 0 && marker is null) throw HcpErrors.NoApp();
        var description = Text(body.RootElement, "description") ?? Description(marker);
        await WriteMarkerAsync(call, project, app, description);
        writer.WritePropertyName("app"u8);
        WriteApp(writer, project, app, description, secrets.Count);
    }

    /// <summary>Deletes an app that has no secrets: what would be lost with it is deleted by its name.</summary>
    public static async ValueTask DeleteAsync(HcpCall call, HcpProject project, string app)
    {
        if ((await HcpSecrets.NamesAsync(call, project, app)).Count > 0) throw new SecretException(SecretErrorKind.InvalidInput, "the app still has secrets: delete them first");
        using var marker = await MarkerAsync(call, project, app) ?? throw HcpErrors.NoApp();
        using var response = await call.SendAsync(VaultOperation.Delete, project.AppMetadata(app));
    }

    /// <summary>Deletes an app with the secrets that this API shows; what lies deeper in its folder stays.</summary>
    public static async ValueTask PurgeAsync(HcpCall call, HcpProject project, string app)
    {
        var secrets = await HcpSecrets.NamesAsync(call, project, app);
        using var marker = await MarkerAsync(call, project, app);
        if (secrets.Count == 0 && marker is null) throw HcpErrors.NoApp();
        foreach (var name in secrets) (await call.SendAsync(VaultOperation.Delete, project.Metadata(app, name))).Dispose();
        if (marker is not null) (await call.SendAsync(VaultOperation.Delete, project.AppMetadata(app))).Dispose();
    }

    private static async ValueTask WriteMarkerAsync(HcpCall call, HcpProject project, string app, string? description)
    {
        using var content = new SecretBuffer();
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteStartObject("data"u8);
            json.WriteString("description"u8, description ?? "");
            json.WriteEndObject();
            json.WriteEndObject();
        }
        using var response = await call.SendAsync(VaultOperation.Update, project.AppData(app), content.WrittenMemory);
    }

    private static ValueTask<VaultResponse?> MarkerAsync(HcpCall call, HcpProject project, string app) => call.FindAsync(VaultOperation.Read, project.AppData(app));

    private static string? Description(VaultResponse? marker)
    {
        if (marker is null) return null;
        using var json = JsonDocument.Parse(marker.Data);
        return Text(json.RootElement.GetProperty("data"), "description");
    }

    private static string? Text(JsonElement json, string name) =>
        json.TryGetProperty(name, out var member) && member.ValueKind == JsonValueKind.String ? member.GetString() : null;

    private static SecretException Exists() => new(SecretErrorKind.Conflict, "the app exists already");

    private static void WriteApp(Utf8JsonWriter writer, HcpProject project, string app, string? description, int? secrets)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, app);
        writer.WriteString("organization_id"u8, project.Organization);
        writer.WriteString("project_id"u8, project.Id);
        writer.WriteString("resource_name"u8, $"secrets/project/{project.Id}/app/{app}");
        if (description is { Length: > 0 }) writer.WriteString("description"u8, description);
        if (secrets is { } count) writer.WriteNumber("secret_count"u8, count);
        writer.WriteEndObject();
    }
}
