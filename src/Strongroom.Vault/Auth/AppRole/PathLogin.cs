using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary><c>login</c>: a role id and, unless the role asks for none, a secret id for a token.</summary>
internal static class PathLogin
{
    private static readonly byte[] NoKey = new byte[32];

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, AppRoleStore store, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var roleId = fields.RequireText("role_id").Trim();
        var secretId = fields.Text("secret_id")?.Trim() ?? "";
        if (roleId.Length > AppRoleStore.IdLengthMax || secretId.Length > AppRoleStore.IdLengthMax) throw RequestFields.Invalid("invalid role ID");

        var (name, role) = await store.FindByRoleIdAsync(roleId, cancellationToken);
        // An unknown role costs the same look-up of a secret id, so that the time of the answer tells nothing more than its text.
        var hash = AppRoleStore.Hash(role?.HashKey ?? NoKey, secretId);
        var secret = await store.FindSecretIdAsync(role?.Uid ?? "nobody", hash, cancellationToken);
        if (role is null) throw RequestFields.Invalid("invalid role ID");

        var failures = call.System.LoginFailures;
        if (failures.IsLocked(call.Mount, roleId)) throw TokenStore.Denied();
        var address = call.Request.Origin.Address;
        if (role.BindSecretId)
        {
            if (secretId.Length == 0) throw RequestFields.Invalid("missing secret_id");
            secret = await SpendAsync(call, store, role, hash, secret, cancellationToken);
            failures.Clear(call.Mount.Accessor, roleId);
        }
        if (!ClientNetworks.Allow(role.SecretIdBoundCidrs, address))
            throw RequestFields.Invalid($"source address \"{address}\" unauthorized by CIDR restrictions on the role");

        var token = role.Token;
        if (role.BindSecretId && secret!.Value.Value.TokenBoundCidrs is { Length: > 0 } cidrs) token = token with { BoundCidrs = cidrs };
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        if (role.BindSecretId)
        {
            foreach (var (key, value) in secret!.Value.Value.Metadata) metadata[key] = value;
        }
        metadata["role_name"] = name;
        return VaultResponse.Login(new AuthGrant(token, "", metadata) { Alias = role.RoleId, Role = name, AliasMetadata = metadata });
    }

    /// <summary>The secret id, with one use taken off. Throws InvalidInput. A client in the wrong place takes no use.</summary>
    private static async ValueTask<StoredRecord<SecretIdEntry>> SpendAsync(
        AuthCall call, AppRoleStore store, AppRoleEntry role, string hash, StoredRecord<SecretIdEntry>? secret, CancellationToken cancellationToken)
    {
        if (secret is not { } found || found.Value.IsExpired(call.Now)) throw Failed();
        if (!ClientNetworks.Contain(role.SecretIdBoundCidrs, found.Value.Cidrs))
            throw RequestFields.Invalid("failed to verify subset relationship between CIDR blocks on the role and CIDR blocks on the secret ID");
        var address = call.Request.Origin.Address;
        if (!ClientNetworks.Allow(found.Value.Cidrs, address) || !ClientNetworks.Allow(role.SecretIdBoundCidrs, address))
            throw RequestFields.Invalid($"source address \"{address}\" unauthorized through CIDR restrictions on the secret ID");
        if (found.Value.UsesLeft != 0 && !await store.SpendAsync(role, hash, found, call.Now, call.Context, cancellationToken))
            throw Failed();
        return found;

        Secrets.SecretException Failed()
        {
            call.System.LoginFailures.Add(call.Mount, role.RoleId, exists: true);
            return RequestFields.Invalid("invalid secret id");
        }
    }
}
