using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary><c>login/:name</c>: a password for a token. A user who does not exist costs the same time and is locked out the same way.</summary>
internal static class PathLogin
{
    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, RoleTable<UserEntry> users, PasswordCheck check, string name, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        var canonical = RoleTable<UserEntry>.Canonical(name);
        using var fields = new RequestFields(call.Request);
        using var password = PathUsers.RequirePassword(fields);
        var user = await check.AloneAsync(canonical, call.Request.Origin.Address, () => MatchAsync(call, users, check, canonical, password, cancellationToken), cancellationToken);
        if (!ClientNetworks.Allow(user.Token.BoundCidrs, call.Request.Origin.Address)) throw TokenStore.Denied("login");
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["username"] = canonical };
        return VaultResponse.Login(new AuthGrant(user.Token, canonical, metadata) { Alias = canonical, Role = canonical });
    }

    /// <summary>The user whose password it is. Throws Denied for who is locked out, and InvalidInput.</summary>
    private static async ValueTask<UserEntry> MatchAsync(
        AuthCall call, RoleTable<UserEntry> users, PasswordCheck check, string name, SecretValue password, CancellationToken cancellationToken)
    {
        var failures = call.System.LoginFailures;
        if (failures.IsLocked(call.Mount, name)) throw TokenStore.Denied();
        var user = await users.FindAsync(name, cancellationToken);
        var hash = user?.Password ?? PasswordHash.Nobody(call.System.PasswordIterations);
        if (!await check.WorkAsync(() => hash.Matches(password), cancellationToken) || user is null)
        {
            failures.Add(call.Mount, name, exists: user is not null);
            throw RequestFields.Invalid("invalid username or password");
        }
        failures.Clear(call.Mount.Accessor, name);
        await RenewHashAsync(call, users, check, name, hash, password, cancellationToken);
        return user;
    }

    /// <summary>Derives a password anew that was derived with other iterations, so that all names cost the same.</summary>
    private static async ValueTask RenewHashAsync(
        AuthCall call, RoleTable<UserEntry> users, PasswordCheck check, string name, PasswordHash old, SecretValue password, CancellationToken cancellationToken)
    {
        var iterations = call.System.PasswordIterations;
        if (old.Iterations == iterations) return;
        var hash = await check.WorkAsync(() => PasswordHash.Of(password, iterations, call.System.Barrier.Random), cancellationToken);
        await users.ChangeAsync(
            name,
            user => user is null ? throw RequestFields.Invalid("invalid username or password")
                : user.Password.Salt.AsSpan().SequenceEqual(old.Salt) ? user with { Password = hash } : user,
            call.Context, cancellationToken);
    }
}
