using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary>
/// <c>create</c>, <c>create-orphan</c>, <c>create/:role</c>: a new token, with no more rights than the one that makes it unless that one has
/// sudo there or a role says otherwise.
/// </summary>
internal static class PathCreate
{
    private const int DisplayNameLengthMax = 256;

    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, bool orphan, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        fields.Know("id", "lease", "metadata", "no_default_policy", "no_parent", "policies", "renewable", "type");
        var system = call.System;
        var parent = call.Own;
        if (parent.Entry.Batch) throw RequestFields.Invalid("batch tokens cannot create more tokens");
        if (parent.Entry.UsesLeft > 0 || parent.Entry.Revoked)
            throw RequestFields.Invalid("restricted use token cannot generate child tokens");

        var role = orphan ? null : await RoleAsync(call, cancellationToken);
        var sudo = call.Context.Caller.Acl.Check(call.Request.Path, Capability.Sudo).IsAllowed;
        var policies = CreatePolicies.Of(fields, parent.Entry, role, sudo);
        var path = orphan ? "auth/token/create-orphan" : Path(call, role);
        orphan |= IsOrphan(fields, role, sudo);
        var batch = IsBatch(fields, role);
        var period = fields.Seconds("period") ?? 0;
        if (period > 0 && !sudo && role is null) throw RequestFields.Invalid("root or sudo privileges required to create periodic token");
        var entry = Lived(call, fields, role, policies is [PolicyStore.Root], role?.Token.Period > 0 ? role.Token.Period : period) with
        {
            Policies = policies,
            Path = path,
            DisplayName = DisplayName(fields),
            Metadata = fields.Pairs("meta") ?? fields.Pairs("metadata"),
            UsesLeft = fields.Count("num_uses") is > 0 and { } uses ? TokenUses(uses, role) : role?.Token.NumUses ?? 0,
            Parent = orphan ? null : parent.Hash.ToString(),
            Role = role is null ? null : RoleTable<TokenRole>.Canonical(call.Argument),
            EntityId = await AliasEntityAsync(call, fields, role, cancellationToken) ?? (orphan ? "" : parent.Entry.EntityId),
            // A child reaches no further than its parent, unless a role says from where.
            BoundCidrs = role?.Token.BoundCidrs is { Length: > 0 } networks ? networks : orphan ? [] : parent.Entry.BoundCidrs,
            Batch = batch,
        };
        if (batch)
        {
            RequireBatch(fields, entry);
            return VaultResponse.Issued(await system.Tokens.CreateBatchAsync(entry with { Renewable = false, MaxTtl = 0 }, cancellationToken), 0);
        }
        var text = CustomText(fields, sudo) ?? TokenText.NewService(system.Barrier.Random);
        var stored = entry with { Accessor = TokenText.NewAccessor(system.Barrier.Random) };
        var (auth, sequence) = await system.Tokens.CreateAsync(text, stored, call.Context.BeginCommit, cancellationToken);
        return VaultResponse.Issued(auth, sequence);
    }

    private static async ValueTask<TokenRole?> RoleAsync(TokenCall call, CancellationToken cancellationToken) => call.Argument.Length == 0 ? null
        : await PathRoles.Table(call.System).FindAsync(call.Argument, cancellationToken) ?? throw RequestFields.Invalid($"unknown role {call.Argument}");

    /// <summary>The identity that the request names by an alias, where the role allows to name it; null when it names none.</summary>
    private static async ValueTask<string?> AliasEntityAsync(TokenCall call, RequestFields fields, TokenRole? role, CancellationToken cancellationToken)
    {
        if (fields.Text("entity_alias") is not { Length: > 0 } named) return null;
        if (role is null) throw RequestFields.Invalid("'entity_alias' is only allowed in combination with token role");
        var alias = named.ToLowerInvariant();
        if (!Array.Exists(role.AllowedEntityAliases, allowed => Glob.Matches(allowed.ToLowerInvariant(), alias))) throw RequestFields.Invalid("invalid 'entity_alias' value");
        var mount = call.System.Mounts.Table.Find("auth/token/")!.Entry!;
        return (await call.System.Identity.ResolveAsync(mount, alias, [], call.Context, cancellationToken)).Id;
    }

    private static string Path(TokenCall call, TokenRole? role)
    {
        if (role is null) return "auth/token/create";
        var path = "auth/token/create/" + RoleTable<TokenRole>.Canonical(call.Argument);
        return role.PathSuffix.Length == 0 ? path : $"{path}/{role.PathSuffix}";
    }

    private static bool IsOrphan(RequestFields fields, TokenRole? role, bool sudo)
    {
        if (role is not null) return role.Orphan;
        if (fields.Flag("no_parent") != true) return false;
        return sudo ? true : throw RequestFields.Invalid("root or sudo privileges required to create orphan token");
    }

    /// <summary>A record with its times: what is asked for, cut by role and server.</summary>
    private static TokenEntry Lived(TokenCall call, RequestFields fields, TokenRole? role, bool root, long period)
    {
        var system = call.System;
        var now = system.Tokens.Now;
        var explicitMax = TokenLifetime.Shorter(fields.Seconds("explicit_max_ttl") ?? 0, role?.Token.ExplicitMaxTtl ?? 0);
        var maxTtl = TokenLifetime.Shorter(explicitMax, system.MaxLeaseTtl);
        var wanted = fields.Seconds("ttl") ?? fields.Seconds("lease") ?? 0;
        var ttl = period > 0 ? TokenLifetime.Shorter(explicitMax, period)
            : root && wanted == 0 && explicitMax == 0 ? 0
            : TokenLifetime.Shorter(wanted > 0 ? wanted : system.DefaultLeaseTtl, maxTtl);
        if (root && ttl == 0 && call.Own.Entry.ExpiresAt != 0)
            throw RequestFields.Invalid("expiring root tokens cannot create non-expiring root tokens");
        return new TokenEntry
        {
            Accessor = "",
            Policies = [],
            Path = "",
            DisplayName = "",
            CreatedAt = now,
            CreationTtl = ttl,
            ExpiresAt = ttl == 0 ? 0 : now + ttl,
            ExplicitMaxTtl = explicitMax,
            Period = period,
            MaxTtl = period > 0 ? 0 : maxTtl,
            Renewable = ttl != 0 && (fields.Flag("renewable") ?? true) && role?.NotRenewable != true,
        };
    }

    private static int TokenUses(int uses, TokenRole? role) =>
        role is { Token.NumUses: > 0 } ? Math.Min(uses, role.Token.NumUses) : uses;

    private static bool IsBatch(RequestFields fields, TokenRole? role)
    {
        if (role?.Token.Type is "service" or "batch") return role.Token.Type == "batch";
        return fields.Text("type") switch
        {
            null or "" => role?.Token.Type == "default-batch",
            "service" => false,
            "batch" => true,
            _ => throw RequestFields.Invalid("invalid 'type' value"),
        };
    }

    private static void RequireBatch(RequestFields fields, TokenEntry entry)
    {
        if (entry.Policies is [PolicyStore.Root]) throw RequestFields.Invalid("batch tokens cannot be root tokens");
        if (fields.Text("id") is { Length: > 0 }) throw RequestFields.Invalid("batch token cannot have \"id\" set");
        // That clients ask for renewal by habit is no fault: they are told that there is none.
        var wrong = entry.ExplicitMaxTtl != 0 ? "explicit_max_ttl" : entry.UsesLeft != 0 ? "num_uses" : entry.Period != 0 ? "period" : null;
        if (wrong is not null) throw RequestFields.Invalid($"batch token cannot have \"{wrong}\" set");
    }

    private static ClientToken? CustomText(RequestFields fields, bool sudo)
    {
        if (fields.Text("id") is not { Length: > 0 } id) return null;
        if (!sudo) throw RequestFields.Invalid("root or sudo privileges required to specify token id");
        if (id.StartsWith("s.", StringComparison.Ordinal) || id.StartsWith(TokenText.ServicePrefix, StringComparison.Ordinal)
            || id.StartsWith(TokenText.BatchPrefix, StringComparison.Ordinal))
            throw RequestFields.Invalid("custom token ID cannot have the prefix of a generated one");
        if (id.Length > 256 || id.Contains('.', StringComparison.Ordinal)) throw RequestFields.Invalid("custom token ID has up to 256 characters and no '.'");
        return new ClientToken(id);
    }

    private static string DisplayName(RequestFields fields)
    {
        var name = fields.Text("display_name") is { Length: > 0 } given ? "token-" + given : "token";
        return name.Length <= DisplayNameLengthMax ? name : throw RequestFields.Invalid($"display_name is longer than {DisplayNameLengthMax} characters");
    }
}
