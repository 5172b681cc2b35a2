using System.Text.Json;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>Reads what a request changes about a mount.</summary>
internal static class MountTuning
{
    /// <summary>The member <c>config</c> of a request that mounts.</summary>
    public static MountEntry Apply(MountEntry entry, JsonElement config)
    {
        using var fields = RequestFields.Of(config);
        return Apply(entry, fields);
    }

    /// <summary>The body of a request that tunes.</summary>
    public static MountEntry Apply(MountEntry entry, RequestFields fields)
    {
        var tuned = entry with
        {
            DefaultLeaseTtl = Ttl(fields, "default_lease_ttl") ?? entry.DefaultLeaseTtl,
            MaxLeaseTtl = Ttl(fields, "max_lease_ttl") ?? entry.MaxLeaseTtl,
            ForceNoCache = fields.Flag("force_no_cache") ?? entry.ForceNoCache,
            Description = fields.Text("description") ?? entry.Description,
            ListingVisibility = fields.Text("listing_visibility") ?? entry.ListingVisibility,
            TokenType = fields.Text("token_type") ?? entry.TokenType,
            AuditNonHmacRequestKeys = fields.Names("audit_non_hmac_request_keys") ?? entry.AuditNonHmacRequestKeys,
            AuditNonHmacResponseKeys = fields.Names("audit_non_hmac_response_keys") ?? entry.AuditNonHmacResponseKeys,
            PassthroughRequestHeaders = fields.Names("passthrough_request_headers") ?? entry.PassthroughRequestHeaders,
            AllowedResponseHeaders = fields.Names("allowed_response_headers") ?? entry.AllowedResponseHeaders,
        };
        if (fields.Find("user_lockout_config") is { } lockout)
        {
            if (entry.Type is not ("userpass" or "approle" or "ldap"))
                throw RequestFields.Invalid($"tuning of user lockout configuration for auth type \"{entry.Type}\" not allowed");
            tuned = tuned with { UserLockout = entry.Lockout.Merge(lockout) };
        }
        if (fields.Pairs("options") is { Count: > 0 } options)
        {
            if (string.Equals(entry.Options.GetOption("version"), "2", StringComparison.Ordinal) && options.GetOption("version") is "1")
                throw RequestFields.Invalid("cannot downgrade mount from version 2 to version 1");
            var merged = new Dictionary<string, string>(entry.Options ?? [], StringComparer.Ordinal);
            foreach (var (name, value) in options) merged[name] = value;
            tuned = tuned with { Options = merged };
        }
        if (tuned.ListingVisibility is not ("" or "hidden" or "unauth")) throw RequestFields.Invalid("invalid listing_visibility");
        if (tuned.TokenType is not ("" or "service" or "batch" or "default-service" or "default-batch"))
            throw RequestFields.Invalid($"invalid value for 'token_type'");
        if (tuned.MaxLeaseTtl != 0 && tuned.DefaultLeaseTtl > tuned.MaxLeaseTtl)
            throw RequestFields.Invalid("backend max lease TTL cannot be less than its default lease TTL");
        return tuned;
    }

    /// <summary>A duration; 0 and "system" take the server's.</summary>
    private static long? Ttl(RequestFields fields, string name) =>
        string.Equals(fields.Text(name), "system", StringComparison.Ordinal) ? 0 : fields.Seconds(name);
}
