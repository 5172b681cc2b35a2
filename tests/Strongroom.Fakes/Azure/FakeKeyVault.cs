using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Azure;

/// <summary>
/// Azure Key Vault, and the token endpoint of Microsoft Entra at the same address; start it with TLS. It challenges before it looks at a
/// body, compares names without case, deletes softly, and shows what was deleted only some requests later.
/// </summary>
public sealed class FakeKeyVault : FakeService
{
    /// <summary>The tenant.</summary>
    public const string Tenant = "72f988bf-0000-0000-0000-2d7cd011db47";

    private readonly LaggingState<ImmutableSortedDictionary<string, VaultSecret>> _secrets = new(ImmutableSortedDictionary.Create<string, VaultSecret>(StringComparer.OrdinalIgnoreCase));
    private int _versions;

    /// <summary>An empty vault.</summary>
    public FakeKeyVault(TimeProvider? time = null)
        : base(
            new SplitContract(
                (e => e.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal) || IsMachine(e.Path), new NoContract()),
                (_ => true, new OpenApiContract("azure-keyvault-secrets-2026-04-01.swagger.json"))),
            time)
    {
    }

    /// <summary>The password of the application.</summary>
    public string ClientSecret { get; set; } = "canary-credential";

    /// <summary>The token of the platform that is trusted for workload identity; null for none.</summary>
    public string? FederatedToken { get; set; }

    /// <summary>What App Service demands in <c>X-IDENTITY-HEADER</c>; null where this is no App Service.</summary>
    public string? IdentityHeader { get; set; }

    /// <summary>Whether this is the metadata service of a machine with a managed identity.</summary>
    public bool HasMetadata { get; set; }

    /// <summary>The token that logins get and requests need.</summary>
    public string Token { get; set; } = "canary-token";

    /// <summary>Operations that are denied to everybody: <c>get</c>, <c>list</c>, <c>set</c>, <c>delete</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>How many secrets a page has at most.</summary>
    public int PageSize { get; set; } = 25;

    /// <summary>How often a deleted secret is not found before it shows up among the deleted ones.</summary>
    public int DeletionLag { get; set; }

    /// <summary>The secrets as they are now, deleted ones too.</summary>
    public IReadOnlyDictionary<string, VaultSecret> Secrets => _secrets.Current;

    /// <summary>Puts a secret there without a request.</summary>
    public void Seed(string name, string value, string? contentType = null, DateTimeOffset? expires = null, bool isEnabled = true) =>
        _secrets.Change(all => (With(all, name, value, contentType, expires, isEnabled, []), true));

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(Answer(request));

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Error(429, "Throttled").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status, status == 503 ? "ServiceUnavailable" : "InternalServerError");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Challenge();

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Path.EndsWith("/oauth2/v2.0/token", StringComparison.Ordinal)) return Login(request.Form());
        if (IsMachine(request.Path)) return MachineLogin(request);
        if (request.Header("Authorization") != "Bearer " + Token) return Challenge();
        if (request.Query("api-version") is null) return Error(400, "BadParameter");
        var parts = request.Path.Trim('/').Split('/');
        var operation = (request.Method, parts[0], parts.Length) switch { ("GET", _, 1) => "list", ("GET", _, _) => "get", ("PUT", _, _) => "set", _ => "delete" };
        if (Denied.Contains(operation)) return Error(403, "Forbidden", "ForbiddenByRbac");
        return (request.Method, parts) switch
        {
            ("GET", ["secrets"]) => List(request),
            ("GET", ["secrets", var name]) => Get(name, null),
            ("GET", ["secrets", var name, var version]) => Get(name, version),
            ("PUT", ["secrets", var name]) => Set(name, request.Json()!.AsObject()),
            ("DELETE", ["secrets", var name]) => Delete(name),
            ("GET", ["deletedsecrets", var name]) => Deleted(name),
            ("DELETE", ["deletedsecrets", var name]) => Purge(name),
            _ => Error(400, "BadParameter"),
        };
    }

    private FakeAnswer Get(string name, string? version)
    {
        if (!_secrets.Seen(Lag).TryGetValue(name, out var secret) || secret.Deleted is not null) return Error(404, "SecretNotFound");
        var found = version is null ? secret.Versions[^1] : secret.Versions.FirstOrDefault(v => v.Id == version);
        if (found is null) return Error(404, "SecretNotFound");
        return found.IsEnabled ? FakeAnswer.Json(200, Bundle(secret.Name, found)) : Error(403, "Forbidden", "SecretDisabled");
    }

    private FakeAnswer Set(string name, JsonObject body) => _secrets.Change(all =>
    {
        if (all.TryGetValue(name, out var known) && known.Deleted is not null) return (all, Error(409, "Conflict", "ObjectIsDeletedButRecoverable"));
        if ((string?)body["value"] is not { Length: > 0 and <= 25 * 1024 } value) return (all, Error(400, "BadParameter"));
        var tags = (body["tags"] as JsonObject ?? []).ToImmutableDictionary(t => t.Key, t => (string)t.Value!);
        var next = With(all, name, value, (string?)body["contentType"], null, isEnabled: true, tags);
        return (next, FakeAnswer.Json(200, Bundle(next[name].Name, next[name].Versions[^1])));
    });

    private FakeAnswer List(FakeRequest request)
    {
        var start = int.Parse(request.Query("$skiptoken") ?? "0", CultureInfo.InvariantCulture);
        var size = Math.Min(PageSize, int.Parse(request.Query("maxresults") ?? "25", CultureInfo.InvariantCulture));
        var all = _secrets.Seen(Lag).Values.Where(s => s.Deleted is null).ToList();
        var answer = new JsonObject
        {
            ["value"] = new JsonArray([.. all.Skip(start).Take(size).Select(s => (JsonNode)new JsonObject { ["id"] = $"{Address}secrets/{s.Name}", ["attributes"] = Attributes(s.Versions[^1]) })]),
            ["nextLink"] = start + size < all.Count ? $"{Address}secrets?api-version={request.Query("api-version")}&$skiptoken={start + size}&maxresults={size}" : null,
        };
        if (answer["nextLink"] is null) answer.Remove("nextLink");
        return FakeAnswer.Json(200, answer);
    }

    private FakeAnswer Delete(string name) => _secrets.Change(all =>
    {
        if (!all.TryGetValue(name, out var secret) || secret.Deleted is not null) return (all, Error(404, "SecretNotFound"));
        var next = secret with { Deleted = Time.GetUtcNow(), HiddenFor = DeletionLag };
        return (all.SetItem(name, next), FakeAnswer.Json(200, DeletedBundle(next)));
    });

    private FakeAnswer Deleted(string name) => _secrets.Change(all =>
    {
        if (!all.TryGetValue(name, out var secret) || secret.Deleted is null) return (all, Error(404, "SecretNotFound"));
        return secret.HiddenFor > 0
            ? (all.SetItem(name, secret with { HiddenFor = secret.HiddenFor - 1 }), Error(404, "SecretNotFound"))
            : (all, FakeAnswer.Json(200, DeletedBundle(secret)));
    });

    private FakeAnswer Purge(string name) => _secrets.Change(all =>
        all.TryGetValue(name, out var secret) && secret.Deleted is not null && secret.HiddenFor == 0
            ? (all.Remove(name), FakeAnswer.Empty())
            : (all, Error(404, "SecretNotFound")));

    private static bool IsMachine(string path) => path is "/msi/token" or "/metadata/identity/oauth2/token";

    /// <summary>
    /// The managed identity of App Service and of virtual machines. Source: learn.microsoft.com, "How to use managed identities", each by its
    /// REST reference.
    /// </summary>
    private FakeAnswer MachineLogin(FakeRequest request)
    {
        var (isThere, isAllowed) = request.Path == "/msi/token"
            ? (IdentityHeader is not null, request.Header("X-IDENTITY-HEADER") == IdentityHeader && request.Query("api-version") == "2019-08-01")
            : (HasMetadata, request.Header("Metadata") == "true" && request.Query("api-version") == "2018-02-01");
        if (!isThere) return FakeAnswer.Json(404, new JsonObject());
        if (!isAllowed || request.Query("resource") != "https://vault.azure.net")
            return FakeAnswer.Json(400, new JsonObject { ["error"] = "invalid_request", ["error_description"] = "Required metadata header not specified" });
        var until = Time.GetUtcNow().AddHours(1).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        return FakeAnswer.Json(200, new JsonObject { ["access_token"] = Token, ["expires_on"] = until, ["expires_in"] = "3600", ["resource"] = "https://vault.azure.net", ["token_type"] = "Bearer", ["client_id"] = "11111111-0000-0000-0000-000000000000" });
    }

    private FakeAnswer Login(IReadOnlyDictionary<string, string> form) =>
        (form.GetValueOrDefault("client_secret") == ClientSecret || (FederatedToken is not null && form.GetValueOrDefault("client_assertion") == FederatedToken)) && form.GetValueOrDefault("scope")?.Contains("https://vault.azure.net/.default", StringComparison.Ordinal) == true
            ? FakeAnswer.Json(200, new JsonObject { ["token_type"] = "Bearer", ["expires_in"] = 3600, ["ext_expires_in"] = 3600, ["access_token"] = Token })
            : FakeAnswer.Json(401, new JsonObject { ["error"] = "invalid_client", ["error_description"] = "AADSTS7000215: Invalid client secret provided." });

    private FakeAnswer Challenge() =>
        Error(401, "Unauthorized").With("WWW-Authenticate", $"Bearer authorization=\"{Address}{Tenant}\", resource=\"https://vault.azure.net\"");

    private ImmutableSortedDictionary<string, VaultSecret> With(
        ImmutableSortedDictionary<string, VaultSecret> all, string name, string value, string? contentType, DateTimeOffset? expires, bool isEnabled, ImmutableDictionary<string, string> tags)
    {
        var secret = all.GetValueOrDefault(name) ?? new VaultSecret(name, [], null, 0);
        var id = Interlocked.Increment(ref _versions).ToString("x32", CultureInfo.InvariantCulture);
        return all.SetItem(name, secret with { Versions = secret.Versions.Add(new VaultVersion(id, value, contentType, Time.GetUtcNow(), expires, isEnabled, tags)) });
    }

    private JsonObject Bundle(string name, VaultVersion version)
    {
        var bundle = new JsonObject { ["value"] = version.Value, ["id"] = $"{Address}secrets/{name}/{version.Id}", ["attributes"] = Attributes(version) };
        if (version.ContentType is not null) bundle["contentType"] = version.ContentType;
        if (version.Tags.Count > 0) bundle["tags"] = new JsonObject(version.Tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)t.Value)));
        return bundle;
    }

    private JsonObject DeletedBundle(VaultSecret secret) => new()
    {
        ["recoveryId"] = $"{Address}deletedsecrets/{secret.Name}",
        ["deletedDate"] = secret.Deleted!.Value.ToUnixTimeSeconds(),
        ["scheduledPurgeDate"] = secret.Deleted.Value.AddDays(90).ToUnixTimeSeconds(),
        ["id"] = $"{Address}secrets/{secret.Name}/{secret.Versions[^1].Id}",
        ["attributes"] = Attributes(secret.Versions[^1]),
    };

    private static JsonObject Attributes(VaultVersion version)
    {
        var attributes = new JsonObject
        {
            ["enabled"] = version.IsEnabled,
            ["created"] = version.Created.ToUnixTimeSeconds(),
            ["updated"] = version.Created.ToUnixTimeSeconds(),
            ["recoveryLevel"] = "Recoverable+Purgeable",
            ["recoverableDays"] = 90,
        };
        if (version.Expires is { } expires) attributes["exp"] = expires.ToUnixTimeSeconds();
        return attributes;
    }

    private static FakeAnswer Error(int status, string code, string? inner = null)
    {
        var error = new JsonObject { ["code"] = code, ["message"] = "no" };
        if (inner is not null) error["innererror"] = new JsonObject { ["code"] = inner };
        return FakeAnswer.Json(status, new JsonObject { ["error"] = error });
    }
}

/// <summary>A secret of the fake.</summary>
public sealed record VaultSecret(string Name, ImmutableList<VaultVersion> Versions, DateTimeOffset? Deleted, int HiddenFor);

/// <summary>A version of a secret of the fake.</summary>
public sealed record VaultVersion(
    string Id, string Value, string? ContentType, DateTimeOffset Created, DateTimeOffset? Expires, bool IsEnabled, ImmutableDictionary<string, string> Tags);
