using Strongroom.Vault.Auth;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>Turns a successful login into a token, by the rules that hold for all auth methods.</summary>
internal static class Logins
{
    /// <summary>Makes the token of a login and the answer that gives it out.</summary>
    public static async ValueTask<VaultResponse> CompleteAsync(
        VaultSystem system, MountEntry mount, AuthGrant grant, VaultRequest request, RequestContext context, CancellationToken cancellationToken)
    {
        var now = system.Tokens.Now;
        var parameters = grant.Token;
        var policies = PolicyNames(parameters.Policies, parameters.NoDefaultPolicy);
        if (policies is [PolicyStore.Root]) throw RequestFields.Invalid("auth methods cannot create root tokens");
        var identity = grant.Alias is { Length: > 0 } ? await system.Identity.LoginAsync(mount, grant, context, cancellationToken) : null;
        var (ttl, maxTtl) = Lifetimes(system, mount, parameters);
        var batch = IsBatch(mount, parameters);
        var entry = new TokenEntry
        {
            Accessor = batch ? "" : TokenText.NewAccessor(system.Barrier.Random),
            Policies = policies,
            Path = request.Path,
            DisplayName = $"{mount.Path["auth/".Length..^1].Replace('/', '-')}-{grant.DisplayName}".TrimEnd('-'),
            Metadata = grant.Metadata,
            CreatedAt = now,
            CreationTtl = ttl,
            ExpiresAt = now + ttl,
            ExplicitMaxTtl = batch ? 0 : parameters.ExplicitMaxTtl,
            Period = parameters.Period,
            MaxTtl = maxTtl,
            UsesLeft = parameters.NumUses,
            Renewable = grant.Renewable && !batch,
            BoundCidrs = parameters.BoundCidrs,
            LoginRole = grant.Role,
            EntityId = identity?.EntityId ?? "",
            Batch = batch,
        };
        if (batch)
        {
            if (!IsThere(system, mount)) throw TokenStore.Denied("login");
            return VaultResponse.Issued(await system.Tokens.CreateBatchAsync(entry, cancellationToken) with { IdentityPolicies = identity?.Policies ?? [] }, 0);
        }
        var text = TokenText.NewService(system.Barrier.Random);
        var (auth, sequence) = await system.Tokens.CreateAsync(text, entry, context.BeginCommit, cancellationToken);
        // Whoever takes the mount away ends its tokens after that: one made since is seen by him, one made later is ended here.
        if (!IsThere(system, mount))
        {
            await system.Tokens.RevokeAsync(text.Hash, orphanChildren: false, CancellationToken.None);
            throw TokenStore.Denied("login");
        }
        return VaultResponse.Issued(auth with { IdentityPolicies = identity?.Policies ?? [] }, sequence);
    }

    /// <summary>Throws InvalidInput when a token came from a login whose role or user is gone: it lives out its time, but gets no more.</summary>
    public static async ValueTask RequireRoleAsync(VaultSystem system, TokenEntry token, CancellationToken cancellationToken)
    {
        if (token.LoginRole is not { } role) return;
        if (system.Mounts.Table.Find(token.Path)?.Engine is not AuthEngine engine || !await engine.HasRoleAsync(role, cancellationToken)) throw RequestFields.Invalid($"role \"{role}\" does not exist during renewal");
    }

    /// <summary>Whether the mount of a login is still where it was when that began.</summary>
    private static bool IsThere(VaultSystem system, MountEntry mount) => system.Mounts.Table.FindByAccessor(mount.Accessor)?.Path == mount.Path;

    /// <summary>The names sorted, each once, with <c>default</c> unless it is not wanted.</summary>
    public static string[] PolicyNames(IEnumerable<string> names, bool noDefault)
    {
        var sorted = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var name in names) sorted.Add(NameCase.Lower(name.Trim()));
        sorted.Remove("");
        if (sorted.Contains(PolicyStore.Root)) return [PolicyStore.Root];
        if (!noDefault) sorted.Add(PolicyStore.Default);
        return [.. sorted];
    }

    /// <summary>What the mount insists on, else what the role says, else the mount's default. Throws InvalidInput when that is batch and the role asks for what batch tokens do not have.</summary>
    private static bool IsBatch(MountEntry mount, TokenParameters parameters)
    {
        var type = mount.TokenType is "service" or "batch" ? mount.TokenType
            : parameters.Type is not "default" ? parameters.Type
            : mount.TokenType;
        if (type is not ("batch" or "default-batch")) return false;
        if (parameters.Period != 0 || parameters.NumUses != 0) throw RequestFields.Invalid("batch tokens cannot have a period or a number of uses");
        return true;
    }

    /// <summary>The first life of a token and the one that renewals add up to, in seconds: what is asked for, cut by role, mount and server.</summary>
    private static (long Ttl, long MaxTtl) Lifetimes(VaultSystem system, MountEntry mount, TokenParameters parameters)
    {
        var maxTtl = TokenLifetime.Shorter(parameters.MaxTtl, TokenLifetime.Shorter(mount.MaxLeaseTtl, system.MaxLeaseTtl));
        maxTtl = TokenLifetime.Shorter(parameters.ExplicitMaxTtl, maxTtl);
        if (parameters.Period > 0) return (TokenLifetime.Shorter(parameters.ExplicitMaxTtl, parameters.Period), parameters.ExplicitMaxTtl);
        var ttl = parameters.Ttl > 0 ? parameters.Ttl : mount.DefaultLeaseTtl > 0 ? mount.DefaultLeaseTtl : system.DefaultLeaseTtl;
        return (TokenLifetime.Shorter(ttl, maxTtl), maxTtl);
    }
}
