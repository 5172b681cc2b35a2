using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>
/// <c>role/:name/secret-id</c>: a new random secret id (pull), or the accessors of all. <c>role/:name/custom-secret-id</c>: one that the
/// client chose (push). The vault keeps the hash; this answer is the only place where a secret id stands in the clear.
/// </summary>
internal static class PathSecretId
{
    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        if (call.IsList)
            return VaultResponse.Keys(await store.ListAccessorsAsync(await RequireRoleAsync(store, name, cancellationToken), cancellationToken));
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        return await AddAsync(call, store, name, TokenText.NewUuid(call.System.Barrier.Random), fields, cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleCustomAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var secretId = fields.RequireText("secret_id").Trim();
        if (secretId.Length is 0 or > AppRoleStore.IdLengthMax) throw RequestFields.Invalid($"secret_id has 1 to {AppRoleStore.IdLengthMax} characters");
        return await AddAsync(call, store, name, secretId, fields, cancellationToken);
    }

    /// <summary>The role. Throws InvalidInput, as these endpoints do in Vault.</summary>
    public static async ValueTask<AppRoleEntry> RequireRoleAsync(AppRoleStore store, string name, CancellationToken cancellationToken) =>
        await store.Roles.FindAsync(name, cancellationToken) ?? throw RequestFields.Invalid($"role \"{name}\" does not exist");

    private static async ValueTask<VaultResponse> AddAsync(
        AuthCall call, AppRoleStore store, string name, string secretId, RequestFields fields, CancellationToken cancellationToken)
    {
        var role = await RequireRoleAsync(store, name, cancellationToken);
        if (!role.BindSecretId) throw RequestFields.Invalid("bind_secret_id is not set on the role");
        var ttl = Ttl(call, role, fields);
        var entry = new SecretIdEntry
        {
            Accessor = TokenText.NewUuid(call.System.Barrier.Random),
            UsesLeft = Uses(role, fields),
            Ttl = ttl,
            CreatedAt = call.Now,
            UpdatedAt = call.Now,
            ExpiresAt = ttl == 0 ? 0 : call.Now + ttl,
            Metadata = Metadata(fields),
            Cidrs = Networks(fields, "cidr_list", role.SecretIdBoundCidrs),
            TokenBoundCidrs = Networks(fields, "token_bound_cidrs", role.Token.BoundCidrs),
        };
        var sequence = await store.AddAsync(role, AppRoleStore.Hash(role, secretId), entry, call.Context, cancellationToken);
        return VaultResponse.Ok(
            writer =>
            {
                writer.WriteString("secret_id"u8, secretId);
                writer.WriteString("secret_id_accessor"u8, entry.Accessor);
                writer.WriteNumber("secret_id_num_uses"u8, entry.UsesLeft);
                writer.WriteNumber("secret_id_ttl"u8, entry.Ttl);
            },
            sequence);
    }

    private static int Uses(AppRoleEntry role, RequestFields fields)
    {
        if (fields.Count("num_uses") is not { } uses) return role.SecretIdNumUses;
        return role.SecretIdNumUses > 0 && (uses == 0 || uses > role.SecretIdNumUses)
            ? throw RequestFields.Invalid("num_uses cannot be higher than the role's secret_id_num_uses")
            : uses;
    }

    private static long Ttl(AuthCall call, AppRoleEntry role, RequestFields fields)
    {
        var ttl = fields.Seconds("ttl") ?? role.SecretIdTtl;
        if (role.SecretIdTtl > 0 && (ttl == 0 || ttl > role.SecretIdTtl)) throw RequestFields.Invalid("ttl cannot be longer than the role's secret_id_ttl");
        return Math.Min(ttl, call.MaxLeaseTtl);
    }

    private static string[] Networks(RequestFields fields, string name, string[] ofRole)
    {
        var networks = fields.Names(name) ?? [];
        foreach (var network in networks) ClientNetworks.Require(network);
        return ClientNetworks.Contain(ofRole, networks)
            ? networks
            : throw RequestFields.Invalid("failed to verify subset relationship between CIDR blocks on the role and CIDR blocks on the secret ID");
    }

    /// <summary>An object, the same as text, or <c>a=b,c=d</c>.</summary>
    private static Dictionary<string, string> Metadata(RequestFields fields)
    {
        if (fields.Find("metadata")?.ValueKind == JsonValueKind.Object || fields.Text("metadata") is not { Length: > 0 } text || text.TrimStart().StartsWith('{'))
            return fields.Pairs("metadata") ?? [];
        var pairs = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var item in text.Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var equals = item.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) throw RequestFields.Invalid("failed to parse metadata");
            pairs[item[..equals].Trim()] = item[(equals + 1)..].Trim();
        }
        return pairs;
    }
}
