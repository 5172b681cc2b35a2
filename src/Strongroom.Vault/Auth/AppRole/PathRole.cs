using System.Security.Cryptography;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary><c>role/:name</c>: makes, changes, reads and removes roles. <c>LIST role</c>: their names.</summary>
internal static class PathRole
{
    public static async ValueTask<VaultResponse> ListAsync(AuthCall call, AppRoleStore store, CancellationToken cancellationToken) =>
        call.IsList ? VaultResponse.Keys(await store.Roles.ListAsync(cancellationToken)) : throw call.Unsupported();

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        if (call.IsWrite) return await WriteAsync(call, store, name, cancellationToken);
        if (call.IsDelete) return VaultResponse.Done(await store.DeleteAsync(name, call.Context, cancellationToken));
        if (!call.IsRead) throw call.Unsupported();
        var role = await store.Roles.RequireAsync(name, cancellationToken);
        return VaultResponse.Ok(role.Write);
    }

    private static async ValueTask<VaultResponse> WriteAsync(AuthCall call, AppRoleStore store, string name, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        var warnings = new List<string>();
        var after = default(AppRoleEntry);
        var sequence = await store.ChangeAsync(name, role => after = Change(call, role, fields), call.Context, cancellationToken);
        if (fields.Text("token_type") is { } type && type is ("default-service" or "default-batch"))
            warnings.Add($"{type} has no useful meaning; adjusting to {type["default-".Length..]}");
        if (after!.Token.MaxTtl > call.MaxLeaseTtl)
            warnings.Add("token_max_ttl is greater than the backend mount's maximum TTL value; issued tokens' max TTL value will be truncated");
        var response = VaultResponse.Done(sequence);
        response.Warnings = warnings;
        return response;
    }

    private static AppRoleEntry Change(AuthCall call, AppRoleEntry? role, RequestFields fields)
    {
        if (role is not null && fields.Has("local_secret_ids"))
            throw RequestFields.Invalid("local_secret_ids can only be modified during role creation");
        var before = role ?? Make(call);
        var token = before.Token.Merge(fields, "policies", "period");
        return before with
        {
            RoleId = fields.Text("role_id") ?? before.RoleId,
            BindSecretId = fields.Flag("bind_secret_id") ?? before.BindSecretId,
            SecretIdBoundCidrs = fields.Names("secret_id_bound_cidrs") ?? fields.Names("bound_cidr_list") ?? before.SecretIdBoundCidrs,
            SecretIdNumUses = fields.Count("secret_id_num_uses") ?? before.SecretIdNumUses,
            SecretIdTtl = fields.Seconds("secret_id_ttl") ?? before.SecretIdTtl,
            LocalSecretIds = fields.Flag("local_secret_ids") ?? before.LocalSecretIds,
            Token = token with { Type = token.Type.Replace("default-", "", StringComparison.Ordinal) },
        };
    }

    private static AppRoleEntry Make(AuthCall call)
    {
        var random = call.System.Barrier.Random;
        var key = new byte[HMACSHA256.HashSizeInBytes];
        random.GetBytes(key);
        return new AppRoleEntry { Uid = TokenText.NewUuid(random), HashKey = key, RoleId = TokenText.NewUuid(random), BindSecretId = true };
    }
}
