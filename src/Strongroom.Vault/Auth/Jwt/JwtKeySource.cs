using System.Net;
using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>
/// The keys of one configuration. Published ones are fetched when they are first needed and kept; a token with an unknown key id fetches them
/// anew, but not more often than <see cref="RefreshMin"/>, so that tokens made up cannot drive traffic.
/// </summary>
internal sealed class JwtKeySource(JwtConfig config, OutboundHttp http, TimeProvider time)
{
    /// <summary>How long published keys are kept without asking.</summary>
    public static readonly TimeSpan KeptMax = TimeSpan.FromHours(1);

    /// <summary>How long between two fetches.</summary>
    public static readonly TimeSpan RefreshMin = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _fetch = new(1, 1);
    private volatile Kept? _kept;
    private volatile Found? _found;
    private Failure? _failure;

    public JwtConfig Config { get; } = config;

    /// <summary>Whether one of the keys signed it. Throws Unreachable or Malformed when the keys cannot be had.</summary>
    public async ValueTask<bool> VerifiesAsync(JwtText token, CancellationToken cancellationToken)
    {
        var kept = await KeysAsync(fresherThan: time.GetUtcNow() - KeptMax, cancellationToken);
        if (Verifies(kept.Keys, token)) return true;
        if (Config.PublicKeys.Length > 0 || (token.KeyId is { } id && kept.Keys.Exists(key => key.Id == id))) return false;
        var again = await KeysAsync(fresherThan: time.GetUtcNow() - RefreshMin, cancellationToken);
        return !ReferenceEquals(again, kept) && Verifies(again.Keys, token);
    }

    /// <summary>Fetches the keys to see that they can be had. Throws as <see cref="VerifiesAsync"/> does.</summary>
    public async ValueTask CheckAsync(CancellationToken cancellationToken)
    {
        if ((await KeysAsync(DateTimeOffset.MinValue, cancellationToken)).Keys.Count == 0)
            throw new SecretException(SecretErrorKind.Malformed, "there is no key to check signatures with");
    }

    /// <summary>What the provider publishes about itself. Throws Unreachable or Malformed when it cannot be had.</summary>
    public async ValueTask<OidcDiscovery> DiscoverAsync(CancellationToken cancellationToken)
    {
        if (_found is { } known && known.FetchedAt > time.GetUtcNow() - KeptMax) return known.Discovery;
        await _fetch.WaitAsync(cancellationToken);
        try
        {
            return _found is { } made && made.FetchedAt > time.GetUtcNow() - KeptMax ? made.Discovery : await FetchDiscoveryAsync(cancellationToken);
        }
        finally
        {
            _fetch.Release();
        }
    }

    private static bool Verifies(List<JwtKey> keys, JwtText token)
    {
        foreach (var key in keys)
        {
            if (token.KeyId is not null && key.Id is not null && key.Id != token.KeyId) continue;
            if (key.Verifies(token.Algorithm, token.Signed, token.Signature)) return true;
        }
        return false;
    }

    private async ValueTask<Kept> KeysAsync(DateTimeOffset fresherThan, CancellationToken cancellationToken)
    {
        if (_kept is { } known && (Config.PublicKeys.Length > 0 || known.FetchedAt > fresherThan)) return known;
        await _fetch.WaitAsync(cancellationToken);
        try
        {
            if (_kept is { } made && (Config.PublicKeys.Length > 0 || made.FetchedAt > fresherThan)) return made;
            var keys = Config.PublicKeys.Length > 0 ? [.. Config.PublicKeys.Select(pem => JwtKey.FromPem(pem, "jwt_validation_pubkeys"))] : await FetchAsync(cancellationToken);
            return _kept = new Kept(keys, time.GetUtcNow());
        }
        finally
        {
            _fetch.Release();
        }
    }

    private async ValueTask<List<JwtKey>> FetchAsync(CancellationToken cancellationToken)
    {
        if (Config.JwksUrl.Length > 0) return JwtKey.FromJwks(await GetAsync(Config.JwksUrl, Config.JwksRootsPem, "jwks_url", cancellationToken));
        var discovery = await FetchDiscoveryAsync(cancellationToken);
        return JwtKey.FromJwks(await GetAsync(discovery.KeysUrl, Config.DiscoveryRootsPem, "jwks_uri", cancellationToken));
    }

    private async ValueTask<OidcDiscovery> FetchDiscoveryAsync(CancellationToken cancellationToken)
    {
        var json = await GetAsync(Config.DiscoveryUrl.TrimEnd('/') + "/.well-known/openid-configuration", Config.DiscoveryRootsPem, "oidc_discovery_url", cancellationToken);
        var discovery = OidcDiscovery.Parse(json, Config.DiscoveryUrl);
        _found = new Found(discovery, time.GetUtcNow());
        return discovery;
    }

    /// <summary>Gets what is published. What failed is not tried again at once: anybody may ask for it, and others wait behind it.</summary>
    private async ValueTask<byte[]> GetAsync(string url, string rootsPem, string member, CancellationToken cancellationToken)
    {
        if (_failure is { } failure && time.GetUtcNow() - failure.At < RefreshMin) throw new SecretException(SecretErrorKind.Unreachable, failure.Reason, operation: "login");
        try
        {
            var body = await SendAsync(url, rootsPem, member, cancellationToken);
            _failure = null;
            return body;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Unreachable)
        {
            _failure = new Failure(e.Reason, time.GetUtcNow());
            throw;
        }
    }

    private async ValueTask<byte[]> SendAsync(string url, string rootsPem, string member, CancellationToken cancellationToken)
    {
        var (status, body) = await http.SendAsync(new HttpRequestMessage(HttpMethod.Get, OutboundHttp.RequireUrl(url, member)), rootsPem, "", cancellationToken);
        return status == HttpStatusCode.OK ? body : throw new SecretException(SecretErrorKind.Unreachable, $"{member} answered {(int)status}", operation: "login");
    }

    private sealed record Failure(string Reason, DateTimeOffset At);

    private sealed record Found(OidcDiscovery Discovery, DateTimeOffset FetchedAt);

    private sealed record Kept(List<JwtKey> Keys, DateTimeOffset FetchedAt);
}
