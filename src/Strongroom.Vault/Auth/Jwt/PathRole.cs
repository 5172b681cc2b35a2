using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary><c>role/:name</c>: makes, changes, reads and removes roles. <c>LIST role</c>: their names.</summary>
internal static class PathRole
{
    private static readonly string[] ReservedMetadata = ["role"];

    // Vault answers these writes with an empty envelope where other methods have no content.
    public static ValueTask<VaultResponse> HandleAsync(AuthCall call, RoleTable<JwtRole> roles, string name, CancellationToken cancellationToken) =>
        RoleEndpoint.HandleAsync(
            call, roles, name, static (before, fields) => Merge(before ?? new JwtRole { Type = JwtRole.Oidc }, fields), Write, VaultResponse.Empty, cancellationToken);

    private static JwtRole Merge(JwtRole role, RequestFields fields)
    {
        if (fields.Text("role_type") is { Length: > 0 } and not (JwtRole.Jwt or JwtRole.Oidc)) throw RequestFields.Invalid("invalid 'role_type': " + fields.Text("role_type"));
        var merged = role with
        {
            Type = fields.Text("role_type") is { Length: > 0 } type ? type : role.Type,
            AllowedRedirectUris = fields.Names("allowed_redirect_uris") ?? role.AllowedRedirectUris,
            Scopes = fields.Names("oidc_scopes") ?? role.Scopes,
            MaxAge = fields.Seconds("max_age") ?? role.MaxAge,
            Verbose = fields.Flag("verbose_oidc_logging") ?? role.Verbose,
            BoundAudiences = fields.Names("bound_audiences") ?? role.BoundAudiences,
            BoundSubject = fields.Text("bound_subject") ?? role.BoundSubject,
            BoundClaims = Claims(fields) ?? role.BoundClaims,
            BoundClaimsType = fields.Text("bound_claims_type") is { Length: > 0 } comparison ? comparison : role.BoundClaimsType,
            ClaimMappings = fields.Pairs("claim_mappings") ?? role.ClaimMappings,
            UserClaim = fields.Text("user_claim") ?? role.UserClaim,
            UserClaimJsonPointer = fields.Flag("user_claim_json_pointer") ?? role.UserClaimJsonPointer,
            GroupsClaim = fields.Text("groups_claim") ?? role.GroupsClaim,
            ExpirationLeeway = Leeway(fields, "expiration_leeway") ?? role.ExpirationLeeway,
            NotBeforeLeeway = Leeway(fields, "not_before_leeway") ?? role.NotBeforeLeeway,
            ClockSkewLeeway = Leeway(fields, "clock_skew_leeway") ?? role.ClockSkewLeeway,
            Token = role.Token.Merge(fields, TokenParameters.OlderNames),
        };
        Require(merged);
        return merged;
    }

    private static void Require(JwtRole role)
    {
        if (role.UserClaim.Length == 0) throw RequestFields.Invalid("a user claim must be defined on the role");
        if (role.BoundClaimsType is not ("string" or "glob")) throw RequestFields.Invalid("invalid 'bound_claims_type': " + role.BoundClaimsType);
        if (role.IsOidc && role.AllowedRedirectUris.Length == 0) throw RequestFields.Invalid("'allowed_redirect_uris' must be set if 'role_type' is 'oidc' or unspecified.");
        // A token of a login in a browser is for us alone; others are for whom they say.
        if (!role.IsOidc && role.BoundAudiences.Length == 0 && role.Token.BoundCidrs.Length == 0 && role.BoundSubject.Length == 0 && role.BoundClaims.Count == 0)
            throw RequestFields.Invalid("must have at least one bound constraint when creating/updating a role");
        foreach (var (name, value) in role.BoundClaims)
        {
            if (JwtClaims.Texts(value) is null) throw RequestFields.Invalid($"claim \"{name}\" is not a string or list");
        }
        var targets = new HashSet<string>(ReservedMetadata, StringComparer.Ordinal);
        foreach (var target in role.ClaimMappings.Values)
        {
            if (ReservedMetadata.Contains(target, StringComparer.Ordinal)) throw RequestFields.Invalid($"metadata key \"{target}\" is reserved and may not be a mapping destination");
            if (!targets.Add(target)) throw RequestFields.Invalid($"multiple keys are mapped to metadata key \"{target}\"");
        }
    }

    private static Dictionary<string, JsonElement>? Claims(RequestFields fields)
    {
        if (fields.Find("bound_claims") is not { } found) return null;
        if (found.ValueKind != JsonValueKind.Object) throw RequestFields.Invalid("'bound_claims' is not an object");
        var claims = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var member in found.EnumerateObject()) claims[member.Name] = member.Value.Clone();
        return claims;
    }

    /// <summary>A duration, or a negative number for none.</summary>
    private static long? Leeway(RequestFields fields, string name) => fields.Text(name)?.StartsWith('-') == true ? -1 : fields.Seconds(name);

    private static void Write(Utf8JsonWriter writer, JwtRole role)
    {
        writer.WriteStringsOrNull("allowed_redirect_uris", role.AllowedRedirectUris);
        writer.WriteStringsOrNull("bound_audiences", role.BoundAudiences);
        if (role.BoundClaims.Count == 0)
        {
            writer.WriteNull("bound_claims"u8);
        }
        else
        {
            writer.WriteStartObject("bound_claims"u8);
            foreach (var (name, value) in role.BoundClaims)
            {
                writer.WritePropertyName(name);
                value.WriteTo(writer);
            }
            writer.WriteEndObject();
        }
        writer.WriteString("bound_claims_type"u8, role.BoundClaimsType);
        writer.WriteString("bound_subject"u8, role.BoundSubject);
        writer.WritePairs("claim_mappings", role.ClaimMappings.Count == 0 ? null : role.ClaimMappings);
        writer.WriteNumber("clock_skew_leeway"u8, role.ClockSkewLeeway);
        writer.WriteNumber("expiration_leeway"u8, role.ExpirationLeeway);
        writer.WriteString("groups_claim"u8, role.GroupsClaim);
        writer.WriteNumber("max_age"u8, role.MaxAge);
        writer.WriteNumber("not_before_leeway"u8, role.NotBeforeLeeway);
        writer.WriteStringsOrNull("oidc_scopes", role.Scopes);
        writer.WriteString("role_type"u8, role.Type);
        role.Token.Write(writer);
        writer.WriteString("user_claim"u8, role.UserClaim);
        writer.WriteBoolean("user_claim_json_pointer"u8, role.UserClaimJsonPointer);
        writer.WriteBoolean("verbose_oidc_logging"u8, role.Verbose);
    }
}
