using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary><c>oidc/callback</c>: ends a login in a browser: what the provider sent the browser back with, for a token of ours.</summary>
internal static class PathCallback
{
    private const int CodeLengthMax = 8 * 1024;
    private const int NamesMax = 64;

    // RFC 6749 section 4.1.2.1, OpenID Connect Core section 3.1.2.6.
    private static readonly string[] Errors =
    [
        "invalid_request", "unauthorized_client", "access_denied", "unsupported_response_type", "invalid_scope", "server_error", "temporarily_unavailable",
        "interaction_required", "login_required", "account_selection_required", "consent_required",
    ];

    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, JwtEngine engine, RoleTable<JwtRole> roles, OidcFlows flows, CancellationToken cancellationToken)
    {
        if (!call.IsRead) call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        if (await engine.FindConfigAsync(cancellationToken) is null) throw Failed("Could not load configuration");
        // Whatever comes of it, it was the only try.
        if (flows.Take(fields.Text("state") ?? "", call.Now) is not { } flow || !ReferenceEquals(flow.Keys, await engine.KeysAsync(cancellationToken)))
            throw Failed("Expired or missing OAuth state.");
        var role = await roles.FindAsync(flow.Role, cancellationToken) ?? throw Failed("Role could not be found");
        if (fields.Text("error") is { Length: > 0 } error) throw Failed(Array.Find(Errors, known => known == error) ?? "An unknown error occurred during OIDC authentication.");
        if (flow.ClientNonce.Length > 0 && !CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(fields.Text("client_nonce") ?? ""), Encoding.UTF8.GetBytes(flow.ClientNonce)))
            throw RequestFields.Invalid("invalid client_nonce");
        if (!ClientNetworks.Allow(role.Token.BoundCidrs, call.Request.Origin.Address)) throw TokenStore.Denied("login");
        if (fields.Text("code") is not { Length: > 0 and <= CodeLengthMax } code) throw Failed("No code or id_token received.");

        var claims = await ClaimsAsync(call, flow, role, code, cancellationToken);
        try
        {
            JwtClaims.RequireBound(claims, role);
            return VaultResponse.Login(JwtIdentity.Grant(claims, role, flow.Role));
        }
        catch (SecretException e) when (role.Verbose)
        {
            throw RequestFields.Invalid($"{e.Reason}; the claims are: {string.Join(", ", claims.EnumerateObject().Select(claim => claim.Name).Take(NamesMax))}");
        }
    }

    private static async ValueTask<JsonElement> ClaimsAsync(AuthCall call, OidcFlow flow, JwtRole role, string code, CancellationToken cancellationToken)
    {
        try
        {
            var provider = await flow.Keys.DiscoverAsync(cancellationToken);
            var tokens = await OidcExchange.TokensAsync(call.System.Http, provider, flow, code, cancellationToken);
            var claims = await IdToken.VerifyAsync(flow, provider, role, tokens, call.Now, cancellationToken);
            return await OidcExchange.WithUserInfoAsync(call.System.Http, provider, flow.Keys.Config, claims, tokens.AccessToken, cancellationToken);
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Malformed)
        {
            throw Failed($"No response from provider. {e.Reason}");
        }
    }

    private static SecretException Failed(string reason) => RequestFields.Invalid("Vault login failed. " + reason);
}
