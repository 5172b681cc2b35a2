using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Hcp;

/// <summary>
/// Secrets of an app. All of them are static: the text is the field <c>value</c> of a secret of the KV engine; one without that field is
/// given out as the JSON of its fields.
/// </summary>
internal static class HcpSecrets
{
    public static async ValueTask<IReadOnlyList<string>> NamesAsync(HcpCall call, HcpProject project, string app) =>
        [.. (await call.ListAsync(project.Secrets(app))).Where(HcpPath.IsPlain)];

    public static async ValueTask ListAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        var page = HcpPage.Cut(await NamesAsync(call, project, app, call.Query), call.Query);
        writer.WriteStartArray("secrets"u8);
        foreach (var name in page.Names)
        {
            using var metadata = await MetadataAsync(call, project, app, name);
            if (metadata is not null && HcpVersions.Latest(metadata.RootElement) is { } latest) WriteSecret(writer, name, metadata.RootElement, latest);
        }
        writer.WriteEndArray();
        page.Write(writer);
    }

    public static async ValueTask GetAsync(HcpCall call, HcpProject project, string app, string name, Utf8JsonWriter writer)
    {
        using var metadata = await MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        writer.WritePropertyName("secret"u8);
        WriteSecret(writer, name, metadata.RootElement, HcpVersions.Latest(metadata.RootElement) ?? throw HcpCall.NotFound());
    }

    public static async ValueTask OpenAsync(HcpCall call, HcpProject project, string app, string name, Utf8JsonWriter writer)
    {
        using var found = await call.FindAsync(VaultOperation.Read, project.Data(app, name)) ?? throw HcpCall.NotFound();
        writer.WritePropertyName("secret"u8);
        WriteOpen(writer, name, found);
    }

    public static async ValueTask OpenAllAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        var page = HcpPage.Cut(await NamesAsync(call, project, app, call.Query), call.Query);
        writer.WriteStartArray("secrets"u8);
        foreach (var name in page.Names)
        {
            // One that was deleted since, or is deleted and not destroyed, is no secret any more.
            using var found = await call.FindAsync(VaultOperation.Read, project.Data(app, name));
            if (found is not null) WriteOpen(writer, name, found);
        }
        writer.WriteEndArray();
        page.Write(writer);
    }

    public static async ValueTask PutAsync(HcpCall call, HcpProject project, string app, Utf8JsonWriter writer)
    {
        using var body = call.ReadBody();
        var (name, value) = ReadNew(body.RootElement);
        writer.WritePropertyName("secret"u8);
        await PutAsync(call, project, app, name, value, cas: null, writer);
    }

    /// <summary>Name and value of a secret that is to be. Throws InvalidInput.</summary>
    public static (string Name, JsonElement Value) ReadNew(JsonElement json)
    {
        var name = json.ValueKind == JsonValueKind.Object && json.TryGetProperty("name", out var given) && given.ValueKind == JsonValueKind.String ? given.GetString()! : "";
        HcpPath.RequireSecretName(name);
        return json.TryGetProperty("value", out var value) && value.ValueKind == JsonValueKind.String
            ? (name, value)
            : throw new SecretException(SecretErrorKind.InvalidInput, "the value is no text");
    }

    /// <summary>Writes a version with this value, when the current one is <paramref name="cas"/> or that is null, and what is known of it.</summary>
    public static async ValueTask PutAsync(HcpCall call, HcpProject project, string app, string name, JsonElement value, int? cas, Utf8JsonWriter writer)
    {
        using var content = new SecretBuffer(JsonMarshal.GetRawUtf8Value(value).Length + 64);
        using (var json = new Utf8JsonWriter(content))
        {
            json.WriteStartObject();
            json.WriteStartObject("data"u8);
            json.WritePropertyName("value"u8);
            value.WriteTo(json);
            json.WriteEndObject();
            if (cas is { } version)
            {
                json.WriteStartObject("options"u8);
                json.WriteNumber("cas"u8, version);
                json.WriteEndObject();
            }
            json.WriteEndObject();
        }
        using var response = await call.SendAsync(VaultOperation.Update, project.Data(app, name), content.WrittenMemory);
        using var written = JsonDocument.Parse(response.Data);
        WriteSecret(writer, name, written.RootElement, written.RootElement.GetProperty("version").GetInt32());
    }

    public static async ValueTask DeleteAsync(HcpCall call, HcpProject project, string app, string name)
    {
        using var metadata = await MetadataAsync(call, project, app, name) ?? throw HcpCall.NotFound();
        using var response = await call.SendAsync(VaultOperation.Delete, project.Metadata(app, name));
    }

    public static async ValueTask<JsonDocument?> MetadataAsync(HcpCall call, HcpProject project, string app, string name)
    {
        using var found = await call.FindAsync(VaultOperation.Read, project.Metadata(app, name));
        // Metadata holds no values: the copy may outlive the answer.
        return found is null ? null : JsonDocument.Parse(found.Data.ToArray());
    }

    /// <summary>Writes the static version of an answer of the KV engine, with its value.</summary>
    public static void WriteVersion(Utf8JsonWriter writer, JsonElement found)
    {
        var metadata = found.GetProperty("metadata");
        writer.WriteNumber("version"u8, metadata.GetProperty("version").GetInt32());
        writer.WriteString("created_at"u8, metadata.GetProperty("created_time").GetString());
        var data = found.GetProperty("data");
        if (data.TryGetProperty(SecretAddress.DefaultField, out var value) && value.ValueKind == JsonValueKind.String)
        {
            writer.WritePropertyName("value"u8);
            value.WriteTo(writer);
        }
        else
        {
            writer.WriteString("value"u8, JsonMarshal.GetRawUtf8Value(data));
        }
    }

    private static async ValueTask<IReadOnlyList<string>> NamesAsync(HcpCall call, HcpProject project, string app, IQueryCollection query) =>
        query.TryGetValue("types", out var types) && types.Count > 0 && !types.Contains("kv") ? [] : await NamesAsync(call, project, app);

    private static void WriteOpen(Utf8JsonWriter writer, string name, VaultResponse found)
    {
        using var json = JsonDocument.Parse(found.Data);
        var metadata = json.RootElement.GetProperty("metadata");
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("type"u8, "kv"u8);
        writer.WriteNumber("latest_version"u8, metadata.GetProperty("version").GetInt32());
        writer.WriteString("created_at"u8, metadata.GetProperty("created_time").GetString());
        writer.WriteStartObject("static_version"u8);
        WriteVersion(writer, json.RootElement);
        writer.WriteEndObject();
        writer.WriteEndObject();
    }

    private static void WriteSecret(Utf8JsonWriter writer, string name, JsonElement metadata, int latest)
    {
        writer.WriteStartObject();
        writer.WriteString("name"u8, name);
        writer.WriteString("type"u8, "kv"u8);
        writer.WriteNumber("latest_version"u8, latest);
        writer.WriteString("created_at"u8, metadata.GetProperty("created_time").GetString());
        if (metadata.TryGetProperty("versions", out var versions))
            writer.WriteString("version_count"u8, versions.EnumerateObject().Count().ToString(CultureInfo.InvariantCulture));
        writer.WriteStartObject("static_version"u8);
        writer.WriteNumber("version"u8, latest);
        writer.WriteString("created_at"u8, HcpVersions.CreatedAt(metadata, latest));
        writer.WriteEndObject();
        writer.WriteEndObject();
    }
}
