using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>create</c>, <c>create-orphan</c>: a new token, with no more rights than the one that makes it unless that one has sudo there.</summary>
internal static class PathCreate
{
    private const int DisplayNameLengthMax = 256;

    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, bool orphan, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        var system = call.System;
        var parent = call.Own;
        if (parent.Entry.UsesLeft > 0 || parent.Entry.Revoked)
            throw RequestFields.Invalid("restricted use token cannot generate child tokens");

        var sudo = call.Context.Caller.Acl.Check(call.Request.Path, Capability.Sudo).IsAllowed;
        var policies = Policies(fields, parent.Entry, sudo);
        var root = policies is [PolicyStore.Root];
        if (fields.Flag("no_parent") == true && !orphan)
        {
            if (!sudo) throw RequestFields.Invalid("root or sudo privileges required to create orphan token");
            orphan = true;
        }
        var text = CustomText(fields, sudo) ?? TokenText.NewService(system.Barrier.Random);
        var now = system.Tokens.Now;
        var explicitMax = fields.Seconds("explicit_max_ttl") ?? 0;
        var period = fields.Seconds("period") ?? 0;
        if (period > 0 && !sudo) throw RequestFields.Invalid("root or sudo privileges required to create periodic token");
        var maxTtl = TokenLifetime.Shorter(explicitMax, system.MaxLeaseTtl);
        var wanted = fields.Seconds("ttl") ?? fields.Seconds("lease") ?? 0;
        var ttl = period > 0 ? TokenLifetime.Shorter(explicitMax, period)
            : root && wanted == 0 && explicitMax == 0 ? 0
            : TokenLifetime.Shorter(wanted > 0 ? wanted : system.DefaultLeaseTtl, maxTtl);
        if (root && ttl == 0 && parent.Entry.ExpiresAt != 0)
            throw RequestFields.Invalid("expiring root tokens cannot create non-expiring root tokens");

        var entry = new TokenEntry
        {
            Accessor = TokenText.NewAccessor(system.Barrier.Random),
            Policies = policies,
            Path = orphan && call.Request.Path.EndsWith("create-orphan", StringComparison.Ordinal) ? "auth/token/create-orphan" : "auth/token/create",
            DisplayName = DisplayName(fields),
            Metadata = fields.Pairs("meta") ?? fields.Pairs("metadata"),
            CreatedAt = now,
            CreationTtl = ttl,
            ExpiresAt = ttl == 0 ? 0 : now + ttl,
            ExplicitMaxTtl = explicitMax,
            Period = period,
            MaxTtl = period > 0 ? 0 : maxTtl,
            UsesLeft = fields.Count("num_uses") ?? 0,
            Renewable = ttl != 0 && (fields.Flag("renewable") ?? true),
            Parent = orphan ? null : parent.Hash.ToString(),
        };
        var (auth, sequence) = await system.Tokens.CreateAsync(text, entry, call.Context.BeginCommit, cancellationToken);
        return VaultResponse.Issued(auth, sequence);
    }

    private static string[] Policies(RequestFields fields, TokenEntry parent, bool sudo)
    {
        var noDefault = fields.Flag("no_default_policy") == true;
        var wanted = fields.Names("policies");
        if (wanted is null or [])
            return noDefault ? [.. parent.Policies.Where(name => !string.Equals(name, PolicyStore.Default, StringComparison.Ordinal))] : parent.Policies;
        var names = Logins.PolicyNames(wanted, noDefault);
        var isRoot = parent.Policies.Contains(PolicyStore.Root, StringComparer.Ordinal);
        if (names is [PolicyStore.Root] && !isRoot) throw RequestFields.Invalid("root tokens may not be created without parent token being root");
        if (sudo || isRoot) return names;
        foreach (var name in names)
        {
            if (!parent.Policies.Contains(name, StringComparer.Ordinal) && !string.Equals(name, PolicyStore.Default, StringComparison.Ordinal))
                throw RequestFields.Invalid("child policies must be subset of parent");
        }
        return names;
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
