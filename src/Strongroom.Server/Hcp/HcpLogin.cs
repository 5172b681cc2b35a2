using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hcp;

/// <summary>
/// <c>POST /oauth2/token</c>: OAuth 2.0 client credentials, in the form or as Basic authorization (RFC 6749, sections 2.3.1 and 4.4). The
/// client's id and secret are the role id and a secret id of an AppRole; the token is the one that the role gives.
/// </summary>
internal static class HcpLogin
{
    public static async Task AnswerAsync(HttpContext context, ServedVault vault, string authMount, RequestOrigin origin, ReadOnlyMemory<byte> body, CancellationToken cancellationToken)
    {
        if (!HttpMethods.IsPost(context.Request.Method))
        {
            await RefuseAsync(context, StatusCodes.Status405MethodNotAllowed, "invalid_request");
            return;
        }
        using var form = new FormFields(body);
        if (form.Text("grant_type") is not "client_credentials")
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, "unsupported_grant_type");
            return;
        }
        using var login = Login(context, form);
        if (login is null)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "invalid_client");
            return;
        }
        try
        {
            var request = new VaultRequest(VaultOperation.Update, $"auth/{authMount}/login", login.WrittenMemory) { Origin = origin with { Token = null, WrapTtl = TimeSpan.Zero } };
            using var response = HcpErrors.RequireAdmitted(await vault.HandleAsync(request, cancellationToken));
            await WriteTokenAsync(context, response.Auth!);
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.InvalidInput or SecretErrorKind.Denied or SecretErrorKind.NotFound or SecretErrorKind.Unsupported)
        {
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "invalid_client");
        }
    }

    private static SecretBuffer? Login(HttpContext context, FormFields form)
    {
        var header = context.Request.Headers.Authorization.ToString();
        if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
        {
            var decoded = new byte[header.Length];
            if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), decoded, out var length)) return null;
            using var pair = new FormFields(decoded.AsMemory(0, length), separator: (byte)':');
            System.Security.Cryptography.CryptographicOperations.ZeroMemory(decoded);
            return pair.Count == 2 ? Write(pair[0], pair[1]) : null;
        }
        return form.Find("client_id") is { } id && form.Find("client_secret") is { } secret ? Write(id, secret) : null;
    }

    private static SecretBuffer? Write(SecretBuffer id, SecretBuffer secret)
    {
        if (!System.Text.Unicode.Utf8.IsValid(id.Written) || !System.Text.Unicode.Utf8.IsValid(secret.Written)) return null;
        var login = new SecretBuffer(256);
        using var writer = new Utf8JsonWriter(login);
        writer.WriteStartObject();
        writer.WriteString("role_id"u8, id.Written);
        writer.WriteString("secret_id"u8, secret.Written);
        writer.WriteEndObject();
        writer.Flush();
        return login;
    }

    private static async Task WriteTokenAsync(HttpContext context, Vault.Tokens.IssuedAuth auth)
    {
        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer)
        {
            writer.WriteStartObject();
            writer.WriteString("access_token"u8, auth.Token!.Reveal());
            // A token without end is asked for anew once an hour, as HCP's are.
            writer.WriteNumber("expires_in"u8, auth.LeaseDuration > TimeSpan.Zero ? (long)auth.LeaseDuration.TotalSeconds : 3600);
            writer.WriteString("token_type"u8, "Bearer"u8);
            writer.WriteEndObject();
        }
    }

    private static async Task RefuseAsync(HttpContext context, int status, string error)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/json";
        var writer = new Utf8JsonWriter(context.Response.BodyWriter);
        await using (writer)
        {
            writer.WriteStartObject();
            writer.WriteString("error"u8, error);
            writer.WriteEndObject();
        }
    }
}
