using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>roles/:name</c>: what tokens made at <c>create/:name</c> may and must be.</summary>
internal static class PathRoles
{
    public static RoleTable<TokenRole> Table(VaultSystem system) => new(system.Barrier.View("sys/token/"), "role/", TokenJson.Default.TokenRole);

    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, CancellationToken cancellationToken)
    {
        var roles = Table(call.System);
        var name = call.Argument.TrimEnd('/');
        switch (call.Request.Operation)
        {
            case VaultOperation.List when name.Length == 0:
                return VaultResponse.Keys(await roles.ListAsync(cancellationToken));
            case VaultOperation.Read when name.Length > 0:
                var role = await roles.RequireAsync(name, cancellationToken);
                return VaultResponse.Ok(writer => Write(writer, RoleTable<TokenRole>.Canonical(name), role));
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await roles.DeleteAsync(name, call.Context, cancellationToken));
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                using (var fields = new RequestFields(call.Request))
                    return VaultResponse.Done(await roles.ChangeAsync(name, before => Merge(before ?? new TokenRole(), fields), call.Context, cancellationToken));
            default:
                throw TokenEngine.Unsupported(call.Request);
        }
    }

    private static TokenRole Merge(TokenRole role, RequestFields fields)
    {
        var merged = role with
        {
            AllowedPolicies = TokenParameters.PolicyNames(fields.Names("allowed_policies")) ?? role.AllowedPolicies,
            AllowedPoliciesGlob = fields.Names("allowed_policies_glob") ?? role.AllowedPoliciesGlob,
            DisallowedPolicies = TokenParameters.PolicyNames(fields.Names("disallowed_policies")) ?? role.DisallowedPolicies,
            DisallowedPoliciesGlob = fields.Names("disallowed_policies_glob") ?? role.DisallowedPoliciesGlob,
            Orphan = fields.Flag("orphan") ?? role.Orphan,
            NotRenewable = fields.Flag("renewable") is { } renewable ? !renewable : role.NotRenewable,
            PathSuffix = fields.Text("path_suffix") ?? role.PathSuffix,
            AllowedEntityAliases = fields.Names("allowed_entity_aliases") ?? role.AllowedEntityAliases,
            Token = role.Token.Merge(fields, "period", "explicit_max_ttl", "bound_cidrs"),
        };
        if (merged.PathSuffix.Length > 0) RoleTable<TokenRole>.Canonical(merged.PathSuffix);
        if (merged.Token.Type == "batch")
        {
            var wrong = merged.Token.ExplicitMaxTtl != 0 ? "an explicit max TTL" : !merged.Orphan ? "a parent" : !merged.NotRenewable ? "renewal" : null;
            if (wrong is not null) throw RequestFields.Invalid($"'token_type' cannot be 'batch' when role is set to generate tokens with {wrong}");
        }
        return merged;
    }

    private static void Write(Utf8JsonWriter writer, string name, TokenRole role)
    {
        var token = role.Token;
        writer.WriteStringsOrNull("allowed_entity_aliases", role.AllowedEntityAliases);
        writer.WriteStrings("allowed_policies", role.AllowedPolicies);
        writer.WriteStrings("allowed_policies_glob", role.AllowedPoliciesGlob);
        writer.WriteStrings("disallowed_policies", role.DisallowedPolicies);
        writer.WriteStrings("disallowed_policies_glob", role.DisallowedPoliciesGlob);
        writer.WriteNumber("explicit_max_ttl"u8, token.ExplicitMaxTtl);
        writer.WriteString("name"u8, name);
        writer.WriteBoolean("orphan"u8, role.Orphan);
        writer.WriteString("path_suffix"u8, role.PathSuffix);
        writer.WriteNumber("period"u8, token.Period);
        writer.WriteBoolean("renewable"u8, !role.NotRenewable);
        if (token.BoundCidrs.Length > 0) writer.WriteStrings("token_bound_cidrs", token.BoundCidrs);
        writer.WriteNumber("token_explicit_max_ttl"u8, token.ExplicitMaxTtl);
        writer.WriteBoolean("token_no_default_policy"u8, token.NoDefaultPolicy);
        if (token.NumUses > 0) writer.WriteNumber("token_num_uses"u8, token.NumUses);
        writer.WriteNumber("token_period"u8, token.Period);
        writer.WriteString("token_type"u8, token.Type == "default" ? "default-service" : token.Type);
    }
}
