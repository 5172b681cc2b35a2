using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>What <c>enable</c> and <c>tune</c> can set of a mount.</summary>
internal static class MountSettings
{
    private static readonly Flag Description = new("description", "What it is for.", "TEXT");
    private static readonly Flag DefaultTtl = new("default-lease-ttl", "How long what it gives out lives.", "DURATION");
    private static readonly Flag MaxTtl = new("max-lease-ttl", "How long at most.", "DURATION");
    private static readonly Flag Visibility = new("listing-visibility", "hidden or unauth: whether those without a token see it.", "WORD");
    private static readonly Flag TokenType = new("token-type", "The type of its tokens.", "TYPE");
    private static readonly Flag Options = new("options", "An option, key=value; may be repeated.", "KEY=VALUE") { Repeats = true };
    private static readonly Flag Version = new("version", "The version of the KV engine, 1 or 2.", "N");
    private static readonly Flag AuditRequest = new("audit-non-hmac-request-keys", "A key of requests that audit shows as it is; may be repeated.", "KEY") { Repeats = true };
    private static readonly Flag AuditResponse = new("audit-non-hmac-response-keys", "A key of answers that audit shows as it is; may be repeated.", "KEY") { Repeats = true };
    private static readonly Flag PassthroughHeaders = new("passthrough-request-headers", "A header that the engine gets to see; may be repeated.", "HEADER") { Repeats = true };
    private static readonly Flag AllowedHeaders = new("allowed-response-headers", "A header that the engine may answer; may be repeated.", "HEADER") { Repeats = true };
    private static readonly Flag Local = new("local", "Not replicated.");
    private static readonly Flag SealWrap = new("seal-wrap", "Wrapped by the seal as well, where the server can.");

    public static readonly Flag[] Flags = [Description, DefaultTtl, MaxTtl, Visibility, TokenType, Options, Version, AuditRequest, AuditResponse, PassthroughHeaders, AllowedHeaders];

    /// <summary>What cannot be changed later.</summary>
    public static readonly Flag[] OnceOnly = [Local, SealWrap];

    public static string? VersionOf(ApiCall call) => call.Text(Version);

    /// <summary>Writes what was given. A new mount has its limits in <c>config</c>, a tuned one beside the rest.</summary>
    public static void Write(Utf8JsonWriter writer, ApiCall call, bool isNew)
    {
        if (call.Text(Description) is { } description) writer.WriteString("description", description);
        if (isNew && call.Switch(Local)) writer.WriteBoolean("local", value: true);
        if (isNew && call.Switch(SealWrap)) writer.WriteBoolean("seal_wrap", value: true);
        if (call.All(Options) is var given && (given.Count > 0 || call.Text(Version) is not null))
        {
            using var options = KeyValues.Parse(given);
            writer.WriteStartObject("options");
            options.WriteTo(writer);
            if (call.Text(Version) is { } version) writer.WriteString("version", version);
            writer.WriteEndObject();
        }
        if (isNew) writer.WriteStartObject("config");
        foreach (var (flag, member) in new[] { (DefaultTtl, "default_lease_ttl"), (MaxTtl, "max_lease_ttl"), (Visibility, "listing_visibility"), (TokenType, "token_type") })
            if (call.Text(flag) is { } text) writer.WriteString(member, text);
        foreach (var (flag, member) in new[]
                 {
                     (AuditRequest, "audit_non_hmac_request_keys"), (AuditResponse, "audit_non_hmac_response_keys"),
                     (PassthroughHeaders, "passthrough_request_headers"), (AllowedHeaders, "allowed_response_headers"),
                 })
        {
            if (call.All(flag) is { Count: > 0 } keys) writer.WriteStrings(member, keys.SelectMany(k => k.Split(',')));
        }
        if (isNew) writer.WriteEndObject();
    }
}
