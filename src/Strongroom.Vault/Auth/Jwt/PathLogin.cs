using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary><c>login</c>: a token of somebody the mount believes, for one of ours.</summary>
internal static class PathLogin
{
    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, JwtEngine engine, RoleTable<JwtRole> roles, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var keys = await engine.KeysAsync(cancellationToken);
        var named = fields.Text("role") is { Length: > 0 } given ? given : keys.Config.DefaultRole;
        if (named.Length == 0) throw RequestFields.Invalid("missing role");
        var name = RoleTable<JwtRole>.Canonical(named);
        var role = await roles.FindAsync(name, cancellationToken) ?? throw RequestFields.Invalid($"role \"{name}\" could not be found");
        if (role.IsOidc) throw RequestFields.Invalid("role with oidc role_type is not allowed");
        if (fields.Text("jwt") is not { Length: > 0 } text) throw RequestFields.Invalid("missing token");
        if (!ClientNetworks.Allow(role.Token.BoundCidrs, call.Request.Origin.Address)) throw TokenStore.Denied("login");

        var claims = await VerifyAsync(keys, text, cancellationToken);
        JwtClaims.RequireIssuer(claims, keys.Config.BoundIssuer.Length > 0 ? keys.Config.BoundIssuer : keys.Config.DiscoveryUrl);
        JwtClaims.RequireSubject(claims, role.BoundSubject);
        JwtClaims.RequireAudience(claims, role.BoundAudiences);
        JwtClaims.RequireTime(claims, role, call.Now);
        JwtClaims.RequireBound(claims, role);

        return VaultResponse.Login(JwtIdentity.Grant(claims, role, name));
    }

    /// <summary>The claims of a token whose signature is good.</summary>
    private static async ValueTask<JsonElement> VerifyAsync(JwtKeySource keys, string text, CancellationToken cancellationToken)
    {
        var token = JwtText.Parse(text);
        var allowed = keys.Config.SupportedAlgorithms is { Length: > 0 } named ? named : JwtConfig.Algorithms;
        if (!allowed.Contains(token.Algorithm, StringComparer.Ordinal)) throw RequestFields.Invalid("error validating token: token signed with unexpected algorithm");
        if (!await keys.VerifiesAsync(token, cancellationToken))
            throw RequestFields.Invalid("error validating token: error verifying token signature: no known key successfully validated the token signature");
        return token.Claims;
    }
}
