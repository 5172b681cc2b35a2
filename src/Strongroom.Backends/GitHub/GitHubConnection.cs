using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.GitHub;

/// <summary>How requests prove who sends them: a token from a variable, or an app that logs in with its private key.</summary>
/// <param name="Variable">The variable that holds the token; null for an app.</param>
/// <param name="AppId">Id of the app; null for a token.</param>
/// <param name="InstallationId">Where the app is installed.</param>
/// <param name="KeyFile">File of the app's private key, PEM.</param>
internal sealed record GitHubLogin(string? Variable, string? AppId = null, string? InstallationId = null, string? KeyFile = null)
{
    /// <summary>The way that the settings say; by default the token that GitHub's own tools take.</summary>
    public static GitHubLogin From(BackendSettings settings)
    {
        var variable = settings.Text("token-variable") ?? (settings.Variable("GITHUB_TOKEN") is null && settings.Variable("GH_TOKEN") is not null ? "GH_TOKEN" : "GITHUB_TOKEN");
        var (app, installation) = (settings.Text("app-id"), settings.Text("installation-id"));
        var keyFile = settings.Text("private-key-file") is null ? null : settings.FullPath("private-key-file");
        if (app is null && installation is null && keyFile is null) return new GitHubLogin(variable);
        if (app is null || installation is null || keyFile is null) settings.Fault("app-id, installation-id and private-key-file go together");
        if (!IsId(app) || !IsId(installation)) settings.Fault("app-id and installation-id are letters and digits");
        return new GitHubLogin(Variable: null, app, installation, keyFile);
    }

    private static bool IsId(ReadOnlySpan<char> text)
    {
        foreach (var c in text)
            if (!char.IsAsciiLetterOrDigit(c)) return false;
        return true;
    }
}

/// <summary>
/// Sends requests to GitHub: signs in, tells failures apart by <see cref="Fault"/> and keeps changes one after the other and a second
/// apart, as GitHub asks of everybody who changes much.
/// </summary>
internal sealed class GitHubConnection : IDisposable
{
    private static readonly MediaTypeWithQualityHeaderValue Accepted = new("application/vnd.github+json");

    /// <summary>A login of an app may live ten minutes at most; clocks differ.</summary>
    private static readonly TimeSpan LoginLifetime = TimeSpan.FromMinutes(9);
    private static readonly TimeSpan ClockDifference = TimeSpan.FromMinutes(1);

    /// <summary>How long to wait when GitHub limits and does not say.</summary>
    private static readonly TimeSpan UnsaidWait = TimeSpan.FromMinutes(1);

    private readonly BackendSettings _settings;
    private readonly Uri _api;
    private readonly GitHubLogin _login;
    private readonly GitHubScope _scope;
    private readonly HttpCaller _http;
    private readonly CredentialKeeper _credentials;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly CallRate _changes;

    public GitHubConnection(BackendSettings settings, Uri api, GitHubLogin login, GitHubScope scope)
    {
        (_settings, _api, _login, _scope) = (settings, api, login, scope);
        _http = new HttpCaller(settings.Transport, settings.Time);
        _credentials = new CredentialKeeper(LogInAsync, settings.Time);
        _changes = new CallRate(callsPerSecond: 1, burst: 1, settings.Time);
    }

    /// <summary>Asks; the path begins below the address of the API, without a slash.</summary>
    public ValueTask<HttpAnswer> GetAsync(string path, CancellationToken cancellationToken) =>
        SendAsync(() => new HttpRequestMessage(HttpMethod.Get, Target(path)), cancellationToken);

    /// <summary>Changes something; <paramref name="body"/> is asked for anew when the login had run out.</summary>
    public async ValueTask<HttpAnswer> ChangeAsync(HttpMethod method, string path, Func<HttpContent?> body, CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            await _changes.TakeAsync(cancellationToken);
            return await SendAsync(() => new HttpRequestMessage(method, Target(path)) { Content = body() }, cancellationToken);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>The error table: by status, and for limits by the headers that tell them from a refusal.</summary>
    public SecretException Fault(HttpAnswer answer) => (int)answer.Status switch
    {
        429 => Throttled(answer),
        403 when IsLimited(answer) => Throttled(answer),
        401 => new(SecretErrorKind.Denied, "the token is not valid", help: _login.Variable is { } variable ? $"has the token in {variable} run out?" : "is the app's key still valid?"),
        403 => new(SecretErrorKind.Denied, "denied", help: _scope.NeededRight),
        404 => new(SecretErrorKind.NotFound, "is not there, or the token may not see it", help: _scope.NeededRight),
        409 => new(SecretErrorKind.Conflict, "somebody else is changing it"),
        400 or 413 or 422 => new(SecretErrorKind.InvalidInput, $"was refused by GitHub as invalid ({(int)answer.Status})"),
        408 or >= 500 => new(SecretErrorKind.Unreachable, $"GitHub answers with status {(int)answer.Status}", retryAfter: answer.RetryAfter),
        var status => new(SecretErrorKind.Malformed, $"was answered with status {status}"),
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _http.Dispose();
        _credentials.Dispose();
        _changing.Dispose();
    }

    private async ValueTask<HttpAnswer> SendAsync(Func<HttpRequestMessage> make, CancellationToken cancellationToken)
    {
        var credential = await _credentials.GetAsync(cancellationToken);
        var answer = await SendAsync(make(), credential.Token, cancellationToken);
        if ((int)answer.Status != 401 || _login.AppId is null) return answer;
        answer.Dispose();
        _credentials.Refuse(credential);
        return await SendAsync(make(), (await _credentials.GetAsync(cancellationToken)).Token, cancellationToken);
    }

    private ValueTask<HttpAnswer> SendAsync(HttpRequestMessage request, SecretValue token, CancellationToken cancellationToken)
    {
        request.Headers.Accept.Add(Accepted);
        request.Headers.Add("X-GitHub-Api-Version", "2022-11-28");
        request.Authorize("Bearer ", token.RevealText());
        return _http.SendAsync(request, cancellationToken);
    }

    private async ValueTask<Credential> LogInAsync(Credential? previous, CancellationToken cancellationToken)
    {
        if (_login.AppId is null)
        {
            var token = _settings.Variable(_login.Variable!)
                ?? throw new SecretException(SecretErrorKind.Denied, "there is no token", help: $"set {_login.Variable}, or configure app-id, installation-id and private-key-file");
            return new Credential(SecretValue.FromText(token.AsSpan().Trim()), RenewAt: null);
        }
        using var claim = SignedClaim();
        var body = JsonBody.Object(_scope, static (writer, scope) => scope.WriteWanted(writer));
        var request = new HttpRequestMessage(HttpMethod.Post, Target($"app/installations/{_login.InstallationId}/access_tokens")) { Content = body };
        using var answer = await SendAsync(request, claim, cancellationToken);
        if (!answer.IsSuccess)
        {
            throw (int)answer.Status switch
            {
                404 => new SecretException(SecretErrorKind.Denied, $"the app has no installation {_login.InstallationId}", help: "look up installation-id in the settings of the app"),
                422 => new SecretException(SecretErrorKind.Denied, "the app is not installed there, or lacks a right", help: _scope.NeededRight),
                _ => Fault(answer),
            };
        }
        var given = answer.Json();
        var value = given.SecretOf("token") ?? throw new SecretException(SecretErrorKind.Malformed, "the login was answered without a token");
        return new Credential(value, given.TimeOf("expires_at") - TimeSpan.FromMinutes(5));
    }

    /// <summary>The JWT, signed with RS256, by which an app says who it is.</summary>
    private SecretValue SignedClaim()
    {
        using var rsa = RSA.Create();
        char[]? pem = null;
        try
        {
            var bytes = File.ReadAllBytes(_login.KeyFile!);
            pem = Encoding.UTF8.GetChars(bytes);
            CryptographicOperations.ZeroMemory(bytes);
            rsa.ImportFromPem(pem);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or CryptographicException)
        {
            throw new SecretException(SecretErrorKind.Denied, $"the app's key in {_login.KeyFile} cannot be read ({e.GetType().Name})", help: "private-key-file is the PEM file that GitHub gave");
        }
        finally
        {
            if (pem is not null) Array.Clear(pem);
        }
        var now = _settings.Time.GetUtcNow();
        var claims = $$"""{"iat":{{(now - ClockDifference).ToUnixTimeSeconds()}},"exp":{{(now + LoginLifetime).ToUnixTimeSeconds()}},"iss":"{{_login.AppId}}"}""";
        var signed = $"{Url("""{"alg":"RS256","typ":"JWT"}"""u8)}.{Url(Encoding.UTF8.GetBytes(claims))}";
        var signature = rsa.SignData(Encoding.ASCII.GetBytes(signed), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return SecretValue.FromText($"{signed}.{Url(signature)}");

        static string Url(ReadOnlySpan<byte> bytes) => System.Buffers.Text.Base64Url.EncodeToString(bytes);
    }

    private SecretException Throttled(HttpAnswer answer)
    {
        var wait = answer.RetryAfter;
        if (wait is null && answer.Number("x-ratelimit-remaining") == 0 && answer.Number("x-ratelimit-reset") is { } reset)
            wait = TimeSpan.FromSeconds(Math.Max(0, reset - _settings.Time.GetUtcNow().ToUnixTimeSeconds()) + 1);
        return new SecretException(SecretErrorKind.Throttled, "GitHub asks to slow down", retryAfter: wait ?? UnsaidWait);
    }

    private static bool IsLimited(HttpAnswer answer) =>
        answer.RetryAfter is not null || answer.Number("x-ratelimit-remaining") == 0
        || answer.JsonOrNone().TextOf("documentation_url")?.Contains("rate-limit", StringComparison.Ordinal) == true;

    private Uri Target(string path) => new($"{_api.AbsoluteUri.TrimEnd('/')}/{path}");
}
