using System.Text.Json;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>A mount as <c>sys/mounts</c>, <c>sys/auth</c> and <c>sys/internal/ui/mounts</c> describe it.</summary>
internal static class MountAnswer
{
    public static void Write(Utf8JsonWriter writer, string name, MountEntry entry)
    {
        writer.WriteStartObject(name);
        WriteMembers(writer, entry);
        writer.WriteEndObject();
    }

    public static void WriteMembers(Utf8JsonWriter writer, MountEntry entry)
    {
        writer.WriteString("accessor"u8, entry.Accessor);
        writer.WriteStartObject("config"u8);
        WriteConfig(writer, entry);
        writer.WriteEndObject();
        writer.WriteString("deprecation_status"u8, "supported"u8);
        writer.WriteString("description"u8, entry.Description);
        writer.WriteBoolean("external_entropy_access"u8, value: false);
        writer.WriteBoolean("local"u8, entry.Local);
        writer.WritePairs("options", entry.Options);
        writer.WriteString("plugin_version"u8, ""u8);
        writer.WriteString("running_plugin_version"u8, ""u8);
        writer.WriteString("running_sha256"u8, ""u8);
        writer.WriteBoolean("seal_wrap"u8, entry.SealWrap);
        writer.WriteString("type"u8, entry.Type);
        writer.WriteString("uuid"u8, entry.Id);
    }

    public static void WriteConfig(Utf8JsonWriter writer, MountEntry entry)
    {
        if (entry.AllowedResponseHeaders.Length > 0) writer.WriteStrings("allowed_response_headers", entry.AllowedResponseHeaders);
        if (entry.AuditNonHmacRequestKeys.Length > 0) writer.WriteStrings("audit_non_hmac_request_keys", entry.AuditNonHmacRequestKeys);
        if (entry.AuditNonHmacResponseKeys.Length > 0) writer.WriteStrings("audit_non_hmac_response_keys", entry.AuditNonHmacResponseKeys);
        writer.WriteNumber("default_lease_ttl"u8, entry.DefaultLeaseTtl);
        writer.WriteBoolean("force_no_cache"u8, entry.ForceNoCache);
        if (entry.ListingVisibility.Length > 0) writer.WriteString("listing_visibility"u8, entry.ListingVisibility);
        writer.WriteNumber("max_lease_ttl"u8, entry.MaxLeaseTtl);
        if (entry.PassthroughRequestHeaders.Length > 0) writer.WriteStrings("passthrough_request_headers", entry.PassthroughRequestHeaders);
        if (entry.IsAuth) writer.WriteString("token_type"u8, entry.TokenType.Length > 0 ? entry.TokenType : "default-service");
        entry.UserLockout?.Write(writer);
    }
}
