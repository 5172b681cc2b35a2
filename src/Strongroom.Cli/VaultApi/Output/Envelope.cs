using System.Text.Json;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Output;

/// <summary>The envelope of the API's answers: lease, data, auth, wrapping.</summary>
internal static class Envelope
{
    /// <summary>False for the plain objects that some endpoints of <c>sys</c> answer.</summary>
    public static bool IsEnvelope(JsonElement root) => root.ValueKind == JsonValueKind.Object && root.TryGetProperty("lease_id", out _);

    /// <summary>A member of an object that is neither missing nor null.</summary>
    public static JsonElement? Member(JsonElement root, string name) =>
        root.ValueKind == JsonValueKind.Object && root.TryGetProperty(name, out var member) && member.ValueKind is not JsonValueKind.Null ? member : null;

    /// <summary>The envelope without members that are empty, in Vault's order.</summary>
    public static void WriteEnvelope(Utf8JsonWriter writer, JsonElement root)
    {
        writer.WriteStartObject();
        foreach (var name in (ReadOnlySpan<string>)["request_id", "lease_id", "lease_duration", "renewable", "data", "warnings", "auth", "wrap_info", "mount_type"])
        {
            if (!root.TryGetProperty(name, out var member)) continue;
            if (name is "auth" or "wrap_info" or "mount_type" && member.ValueKind == JsonValueKind.Null) continue;
            writer.WritePropertyName(name);
            member.WriteTo(writer);
        }
        writer.WriteEndObject();
    }

    /// <summary>One field of an answer. A field of a version of a secret is found without saying <c>data.data</c>.</summary>
    public static JsonElement FieldOf(JsonElement root, string field)
    {
        if (!IsEnvelope(root)) return Member(root, field) ?? default;
        if (Member(root, "wrap_info") is { } wrap && field.StartsWith("wrapp", StringComparison.Ordinal)) return Member(wrap, WrapMember(field)) ?? default;
        if (Member(root, "auth") is { } auth && AuthMember(field) is { } member) return Member(auth, member) ?? default;
        if (field is "lease_id" or "lease_duration") return Member(root, field) ?? default;
        if (field == "lease_renewable") return Member(root, "renewable") ?? default;
        if (field == "refresh_interval") return Member(root, "lease_duration") ?? default;
        if (Member(root, "data") is not { } data) return default;
        if (data.TryGetProperty(field, out var value) && field != "data") return value;
        var inner = Member(data, "data");
        if (inner is { ValueKind: JsonValueKind.Object } && Member(data, "metadata") is { ValueKind: JsonValueKind.Object } && inner.Value.TryGetProperty(field, out value)) return value;
        return field == "data" ? inner ?? data : default;
    }

    /// <summary>Keys and values as Vault lists them.</summary>
    public static Columns Table(JsonElement root)
    {
        var table = new Columns("Key", "Value");
        if (!IsEnvelope(root))
        {
            AddAll(table, root);
            return table;
        }
        var id = Member(root, "lease_id")?.GetString() ?? "";
        var duration = Member(root, "lease_duration") is { } seconds ? seconds.GetInt64() : 0;
        if (duration > 0 && id.Length > 0)
        {
            table.Add("lease_id", id);
            table.Add("lease_duration", GoDuration.Format(TimeSpan.FromSeconds(duration)));
            table.Add("lease_renewable", GoText.Of(root.GetProperty("renewable")));
        }
        else if (duration > 0)
        {
            table.Add("refresh_interval", GoDuration.Format(TimeSpan.FromSeconds(duration)));
        }
        if (Member(root, "auth") is { } auth) AddAuth(table, auth);
        if (Member(root, "wrap_info") is { } wrap) AddWrap(table, wrap);
        if (Member(root, "data") is { } data) AddAll(table, data);
        return table;
    }

    /// <summary>The members of an object by their names.</summary>
    public static void AddAll(Columns table, JsonElement data)
    {
        if (data.ValueKind != JsonValueKind.Object) return;
        foreach (var member in data.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal)) table.Add(member.Name, GoText.OfField(member.Name, member.Value));
    }

    private static void AddAuth(Columns table, JsonElement auth)
    {
        table.Add("token", Text(auth, "client_token"));
        table.Add("token_accessor", Text(auth, "accessor"));
        var seconds = Member(auth, "lease_duration") is { } duration ? duration.GetInt64() : 0;
        table.Add("token_duration", seconds == 0 ? "∞" : GoDuration.Format(TimeSpan.FromSeconds(seconds)));
        table.Add("token_renewable", Text(auth, "renewable"));
        table.Add("token_policies", Quoted(auth, "token_policies"));
        table.Add("identity_policies", Quoted(auth, "identity_policies"));
        table.Add("policies", Quoted(auth, "policies"));
        if (Member(auth, "metadata") is not { ValueKind: JsonValueKind.Object } metadata) return;
        foreach (var member in metadata.EnumerateObject().OrderBy(m => m.Name, StringComparer.Ordinal)) table.Add("token_meta_" + member.Name, GoText.Of(member.Value));
    }

    private static void AddWrap(Columns table, JsonElement wrap)
    {
        table.Add("wrapping_token:", Text(wrap, "token"));
        table.Add("wrapping_accessor:", Text(wrap, "accessor"));
        table.Add("wrapping_token_ttl:", GoText.OfField("ttl", wrap.GetProperty("ttl")));
        table.Add("wrapping_token_creation_time:", Text(wrap, "creation_time"));
        table.Add("wrapping_token_creation_path:", Text(wrap, "creation_path"));
        if (Member(wrap, "wrapped_accessor") is { } accessor && GoText.Of(accessor).Length > 0) table.Add("wrapped_accessor:", GoText.Of(accessor));
    }

    private static string Text(JsonElement root, string name) => Member(root, name) is { } value ? GoText.Of(value) : "";

    private static string Quoted(JsonElement root, string name) => Member(root, name) is { ValueKind: JsonValueKind.Array } list
        ? $"[{string.Join(' ', list.EnumerateArray().Select(i => $"\"{i.GetString()}\""))}]"
        : "[]";

    private static string? AuthMember(string field) => field switch
    {
        "token" => "client_token",
        "token_accessor" => "accessor",
        "token_duration" => "lease_duration",
        "token_renewable" => "renewable",
        "token_policies" or "identity_policies" or "policies" => field,
        _ => null,
    };

    private static string WrapMember(string field) => field switch
    {
        "wrapping_token" => "token",
        "wrapping_accessor" => "accessor",
        "wrapping_token_ttl" => "ttl",
        "wrapping_token_creation_time" => "creation_time",
        "wrapping_token_creation_path" => "creation_path",
        _ => field,
    };
}
