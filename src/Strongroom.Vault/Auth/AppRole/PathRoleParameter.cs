using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary><c>role/:name/policies</c>, <c>…/token-ttl</c> and so on: reads, sets and resets one parameter of a role.</summary>
internal static class PathRoleParameter
{
    private static readonly Dictionary<string, Parameter> Parameters = new(StringComparer.Ordinal)
    {
        ["policies"] = new(["token_policies", "policies"],
            (role, writer) => WriteBoth(role, "policies", name => writer.WriteStrings(name, role.Token.Policies)),
            (role, fields, name) => role with { Token = fields.Has(name) ? role.Token.MergePolicies(fields) : role.Token with { Policies = [] } }),
        ["bind-secret-id"] = new(["bind_secret_id"],
            (role, writer) => writer.WriteBoolean("bind_secret_id"u8, role.BindSecretId),
            (role, fields, name) => role with { BindSecretId = fields.Flag(name) ?? true }),
        ["secret-id-num-uses"] = new(["secret_id_num_uses"],
            (role, writer) => writer.WriteNumber("secret_id_num_uses"u8, role.SecretIdNumUses),
            (role, fields, name) => role with { SecretIdNumUses = fields.Count(name) ?? 0 }),
        ["secret-id-ttl"] = new(["secret_id_ttl"],
            (role, writer) => writer.WriteNumber("secret_id_ttl"u8, role.SecretIdTtl),
            (role, fields, name) => role with { SecretIdTtl = fields.Seconds(name) ?? 0 }),
        ["secret-id-bound-cidrs"] = new(["secret_id_bound_cidrs"],
            (role, writer) => writer.WriteStringsOrNull("secret_id_bound_cidrs", role.SecretIdBoundCidrs),
            (role, fields, name) => role with { SecretIdBoundCidrs = fields.Names(name) ?? [] }),
        ["bound-cidr-list"] = new(["bound_cidr_list"],
            (role, writer) => writer.WriteStringsOrNull("bound_cidr_list", role.SecretIdBoundCidrs),
            (role, fields, name) => role with { SecretIdBoundCidrs = fields.Names(name) ?? [] }),
        ["token-bound-cidrs"] = new(["token_bound_cidrs"],
            (role, writer) => writer.WriteStrings("token_bound_cidrs", role.Token.BoundCidrs),
            (role, fields, name) => role with { Token = role.Token with { BoundCidrs = fields.Names(name) ?? [] } }),
        ["token-num-uses"] = new(["token_num_uses"],
            (role, writer) => writer.WriteNumber("token_num_uses"u8, role.Token.NumUses),
            (role, fields, name) => role with { Token = role.Token with { NumUses = fields.Count(name) ?? 0 } }),
        ["token-ttl"] = new(["token_ttl"],
            (role, writer) => writer.WriteNumber("token_ttl"u8, role.Token.Ttl),
            (role, fields, name) => role with { Token = role.Token with { Ttl = fields.Seconds(name) ?? 0 } }),
        ["token-max-ttl"] = new(["token_max_ttl"],
            (role, writer) => writer.WriteNumber("token_max_ttl"u8, role.Token.MaxTtl),
            (role, fields, name) => role with { Token = role.Token with { MaxTtl = fields.Seconds(name) ?? 0 } }),
        ["period"] = new(["token_period", "period"],
            (role, writer) => WriteBoth(role, "period", name => writer.WriteNumber(name, role.Token.Period)),
            (role, fields, name) => role with { Token = role.Token with { Period = fields.Seconds(name) ?? 0 } }),
        ["local-secret-ids"] = new([],
            (role, writer) => writer.WriteBoolean("local_secret_ids"u8, role.LocalSecretIds), Set: null),
    };

    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, AppRoleStore store, string name, string parameterName, CancellationToken cancellationToken)
    {
        if (!Parameters.TryGetValue(parameterName, out var parameter)) throw call.NoPath();
        if (call.IsRead)
        {
            var role = await store.Roles.RequireAsync(name, cancellationToken);
            return VaultResponse.Ok(writer => parameter.Write(role, writer));
        }
        if (parameter.Set is not { } set || !(call.IsWrite || call.IsDelete)) throw call.Unsupported();
        using var fields = call.IsDelete ? RequestFields.Empty() : new RequestFields(call.Request);
        var member = Array.Find(parameter.Members, fields.Has) ?? parameter.Members[0];
        if (call.IsWrite && !fields.Has(member)) throw RequestFields.Invalid($"missing {member}");
        return VaultResponse.Done(await store.ChangeAsync(
            name, role => set(role ?? throw RoleTable<AppRoleEntry>.Missing(), fields, member), call.Context, cancellationToken));
    }

    /// <summary>Writes a parameter, and again under its older name when it was set by that.</summary>
    private static void WriteBoth(AppRoleEntry role, string name, Action<string> write)
    {
        write("token_" + name);
        if (role.Token.LegacyNames.Contains(name, StringComparer.Ordinal)) write(name);
    }

    /// <param name="Members">What it is called in a body; the first is its name today.</param>
    /// <param name="Write">Writes it into an answer.</param>
    /// <param name="Set">The role with the parameter that the body names, or as it is when no one says anything. Null cannot be changed.</param>
    private sealed record Parameter(
        string[] Members, Action<AppRoleEntry, Utf8JsonWriter> Write, Func<AppRoleEntry, RequestFields, string, AppRoleEntry>? Set);
}
