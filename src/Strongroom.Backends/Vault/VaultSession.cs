using System.Net;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Backends.Vault;

/// <summary>
/// A client that is logged in: it gets a token when one is first needed, renews it at two thirds of its life, logs in anew at its
/// end, and once when the server refuses a token that is no longer one.
/// </summary>
/// <remarks>Wire notes: https://developer.hashicorp.com/vault/api-docs and the pages of the auth methods below it.</remarks>
internal sealed class VaultSession : IDisposable
{
    private readonly VaultConnection _connection;
    private readonly TransportFactory? _transport;
    private readonly CredentialKeeper _token;
    private readonly Lock _lock = new();
    private VaultClient? _client;

    public VaultSession(VaultConnection connection, TransportFactory? transport)
    {
        _connection = connection;
        _transport = transport;
        _token = new CredentialKeeper(ObtainAsync, connection.Client.Time);
    }

    /// <summary>Sends a call with the token and returns the answer, whatever its status but 403. The caller disposes it.</summary>
    /// <exception cref="SecretException">Denied when the token may not, Unreachable.</exception>
    public async ValueTask<VaultReply> SendAsync(VaultCall call, CancellationToken cancellationToken)
    {
        var credential = await _token.GetAsync(cancellationToken);
        var reply = await Client().SendAsync(call with { Token = credential.Token }, cancellationToken);
        if (reply.Status != HttpStatusCode.Forbidden) return reply;
        reply.Dispose();

        // The server answers a token that is gone and one that may not alike; only a look at the token itself tells them apart.
        if (await IsAliveAsync(credential, cancellationToken)) throw NotPermitted(call);
        _token.Refuse(credential);
        var fresh = await _token.GetAsync(cancellationToken);
        if (ReferenceEquals(fresh, credential) || fresh.Token.Equals(credential.Token)) throw TokenIsGone();
        reply = await Client().SendAsync(call with { Token = fresh.Token }, cancellationToken);
        if (reply.Status != HttpStatusCode.Forbidden) return reply;
        reply.Dispose();
        throw await IsAliveAsync(fresh, cancellationToken) ? NotPermitted(call) : TokenIsGone();
    }

    /// <summary>The failure that an answer means; the caller handles what is no failure to it before.</summary>
    public static SecretException Failure(VaultReply reply)
    {
        var status = (int)reply.Status;
        var (kind, reason) = status switch
        {
            400 => (SecretErrorKind.InvalidInput, "is not taken by the server"),
            401 or 403 => (SecretErrorKind.Denied, "is refused"),
            404 => (SecretErrorKind.NotFound, "is not there"),
            405 => (SecretErrorKind.Unsupported, "is not possible on this mount"),
            412 => (SecretErrorKind.Throttled, "has not reached this server yet"),
            413 => (SecretErrorKind.InvalidInput, "is larger than the server takes"),
            429 => (SecretErrorKind.Throttled, "was sent too often: a quota of the server"),
            472 or 473 => (SecretErrorKind.Unreachable, "cannot be answered by a standby"),
            503 => (SecretErrorKind.Unreachable, "cannot be answered: the server is sealed or in maintenance"),
            507 => (SecretErrorKind.StorageFull, "finds the server's storage full"),
            >= 500 => (SecretErrorKind.Unreachable, $"failed in the server with status {status}"),
            _ => (SecretErrorKind.Malformed, $"was answered with status {status}"),
        };
        return new SecretException(kind, reason, retryAfter: reply.RetryAfter);
    }

    /// <summary>Who the token is, in one line.</summary>
    public async ValueTask<string> WhoAsync(CancellationToken cancellationToken)
    {
        using var reply = await SendAsync(new VaultCall("GET", "auth/token/lookup-self"), cancellationToken);
        if (!reply.IsSuccess) throw Failure(reply);
        var name = reply.Data.TextOf("display_name") ?? "a token";
        var policies = string.Join(", ", reply.Data.ItemsOf("policies").Select(p => p.GetString()));
        var left = reply.Data.NumberOf("ttl") is > 0 and { } seconds ? $", for {GoDuration.Format(TimeSpan.FromSeconds(seconds))} more" : "";
        return $"as {name} with {policies}{left}";
    }

    public void Dispose()
    {
        _token.Dispose();
        lock (_lock) _client?.Dispose();
    }

    private VaultClient Client()
    {
        if (_client is { } known) return known;
        lock (_lock)
            return _client ??= _transport is null ? new VaultClient(_connection.Client) : new VaultClient(_connection.Client, _transport());
    }

    private async ValueTask<bool> IsAliveAsync(Credential credential, CancellationToken cancellationToken)
    {
        using var reply = await Client().SendAsync(new VaultCall("GET", "auth/token/lookup-self") { Token = credential.Token }, cancellationToken);
        if (reply.Status == HttpStatusCode.TooManyRequests || (int)reply.Status >= 500) throw Failure(reply);
        return reply.Status is not (HttpStatusCode.Forbidden or HttpStatusCode.NotFound or HttpStatusCode.Unauthorized or HttpStatusCode.BadRequest);
    }

    private async ValueTask<Credential> ObtainAsync(Credential? known, CancellationToken cancellationToken)
    {
        if (known is not null && await RenewAsync(known, cancellationToken) is { } renewed) return renewed;
        if (_connection.Method is not "token") return await LoginAsync(cancellationToken);
        var token = _connection.Proof() ?? throw new SecretException(
            SecretErrorKind.Denied, "has no token to ask with", help: "set VAULT_TOKEN or run strongroom login");
        return _connection.RenewsToken && known is null
            ? await RenewAsync(new Credential(token, RenewAt: null), cancellationToken) ?? new Credential(token, RenewAt: null)
            : new Credential(token, RenewAt: null);
    }

    /// <summary>The token with a longer life; null when it cannot have one, or too short a one to be worth it.</summary>
    private async ValueTask<Credential?> RenewAsync(Credential credential, CancellationToken cancellationToken)
    {
        using var reply = await Client().SendAsync(
            new VaultCall("POST", "auth/token/renew-self") { Token = credential.Token, Body = "{}"u8.ToArray() }, cancellationToken);
        if ((int)reply.Status >= 500) throw Failure(reply);
        if (!reply.IsSuccess || !reply.Auth.IsTrue("renewable")) return null;
        // Near the end of its longest life a token is renewed for ever shorter times; then a new one serves better.
        return reply.Auth.NumberOf("lease_duration") is >= 30 and { } seconds ? Lasting(credential.Token, seconds) : null;
    }

    private async ValueTask<Credential> LoginAsync(CancellationToken cancellationToken)
    {
        using var proof = await ProofAsync(cancellationToken);
        using var body = LoginBody(proof);
        var path = _connection.Method is "userpass"
            ? $"auth/{_connection.AuthMount}/login/{_connection.UserName}"
            : $"auth/{_connection.AuthMount}/login";
        using var reply = await Client().SendAsync(new VaultCall("POST", path) { IsAnonymous = true, Body = body.WrittenMemory }, cancellationToken);

        // The methods say "no" with 400, 403 and some with 500. Asking again would only burn a secret id or lock a user out.
        if (reply.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.BadGateway or HttpStatusCode.GatewayTimeout or HttpStatusCode.TooManyRequests)
            throw Failure(reply);
        if (!reply.IsSuccess)
        {
            throw new SecretException(
                SecretErrorKind.Denied, $"needs a login, and {_connection.Method} at auth/{_connection.AuthMount}/ refused it (status {(int)reply.Status})",
                help: $"check {_connection.ProofSource} and the role");
        }
        var token = reply.Auth.SecretOf("client_token") ?? throw new SecretException(SecretErrorKind.Malformed, "logged in and got no token");
        return reply.Auth.NumberOf("lease_duration") is > 0 and { } seconds ? Lasting(token, seconds) : new Credential(token, RenewAt: null);
    }

    private Credential Lasting(SecretValue token, long seconds) =>
        new(token, _connection.Client.Time.GetUtcNow() + TimeSpan.FromSeconds(seconds * 2.0 / 3));

    private async ValueTask<SecretValue?> ProofAsync(CancellationToken cancellationToken)
    {
        if (_connection.Method is "cert") return null;
        var proof = _connection.Proof() ?? throw new SecretException(
            SecretErrorKind.Denied, $"needs a login, and there is nothing to log in with", help: $"set {_connection.ProofSource}");
        if (!_connection.IsWrapped) return proof;
        using (proof) return await UnwrapAsync(proof, cancellationToken);
    }

    /// <summary>Takes the secret id out of its wrapping, after a look at where it was wrapped: a token that somebody slipped in is not unwrapped.</summary>
    private async ValueTask<SecretValue> UnwrapAsync(SecretValue wrapping, CancellationToken cancellationToken)
    {
        using (var body = Body(writer => WriteSecret(writer, "token", wrapping)))
        using (var lookup = await Client().SendAsync(
            new VaultCall("POST", "sys/wrapping/lookup") { IsAnonymous = true, Body = body.WrittenMemory }, cancellationToken))
        {
            if (lookup.Status is HttpStatusCode.ServiceUnavailable or HttpStatusCode.TooManyRequests) throw Failure(lookup);
            if (!lookup.IsSuccess) throw UsedWrapping();
            var path = lookup.Data.TextOf("creation_path") ?? "";
            if (!path.StartsWith($"auth/{_connection.AuthMount}/role/", StringComparison.Ordinal) || !path.EndsWith("/secret-id", StringComparison.Ordinal))
                throw new SecretException(SecretErrorKind.Denied, "was given a wrapping token that wraps no secret id of this mount", help: "somebody may have put it there: tell your security team");
        }
        using var reply = await Client().SendAsync(new VaultCall("POST", "sys/wrapping/unwrap") { Token = wrapping, Body = "{}"u8.ToArray() }, cancellationToken);
        if (!reply.IsSuccess) throw UsedWrapping();
        return reply.Data.SecretOf("secret_id") ?? throw new SecretException(SecretErrorKind.Malformed, "was given a wrapping token without a secret id");
    }

    private SecretBuffer LoginBody(SecretValue? proof) => Body(writer =>
    {
        switch (_connection.Method)
        {
            case "approle":
                writer.WriteString("role_id", _connection.RoleId ?? throw Unset("role-id", "VAULT_ROLE_ID"));
                WriteSecret(writer, "secret_id", proof!);
                break;
            case "userpass":
                if (_connection.UserName is null) throw Unset("username", "VAULT_USERNAME");
                WriteSecret(writer, "password", proof!);
                break;
            case "cert":
                if (_connection.Role is { } name) writer.WriteString("name", name);
                break;
            default:
                if (_connection.Role is { } role) writer.WriteString("role", role);
                WriteSecret(writer, "jwt", proof!);
                break;
        }
    });

    private static SecretBuffer Body(Action<Utf8JsonWriter> members)
    {
        var buffer = new SecretBuffer();
        try
        {
            using var writer = new Utf8JsonWriter(buffer);
            writer.WriteStartObject();
            members(writer);
            writer.WriteEndObject();
            writer.Flush();
            return buffer;
        }
        catch
        {
            buffer.Dispose();
            throw;
        }
    }

    private static void WriteSecret(Utf8JsonWriter writer, string name, SecretValue value) => writer.WriteString(name, value.Reveal());

    private static SecretException Unset(string setting, string variable) =>
        new(SecretErrorKind.Denied, "needs a login, and something for it is not set", help: $"set {setting} in the manifest or {variable}");

    private static SecretException UsedWrapping() => new(
        SecretErrorKind.Denied, "was given a wrapping token that is used or expired",
        help: "if you did not use it yourself, somebody else has your secret id: destroy it and tell your security team");

    private SecretException TokenIsGone() => new(
        SecretErrorKind.Denied, "was asked with a token that is expired, revoked or unknown",
        help: _connection.Method is "token" ? "run strongroom login, or set a new VAULT_TOKEN" : "the server revoked it right after the login");

    private static SecretException NotPermitted(VaultCall call) => new(
        SecretErrorKind.Denied, "is not permitted by the token's policies", help: $"the policy needs {Capability(call)} on \"{call.Path}\"");

    private static string Capability(VaultCall call) => call.Method switch
    {
        VaultCall.List => "list",
        "GET" => "read",
        "DELETE" => "delete",
        _ => "create and update",
    };
}
