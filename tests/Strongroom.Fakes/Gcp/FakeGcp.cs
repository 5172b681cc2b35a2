using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Gcp;

/// <summary>
/// Google Secret Manager, with the token endpoint, token exchange, impersonation and metadata server that lead to it, all at one address.
/// Secrets have versions with states, <c>latest</c> is the newest whatever its state, and payloads have checksums.
/// </summary>
public sealed class FakeGcp : FakeService
{
    /// <summary>The project; answers carry its number.</summary>
    public const string Project = "acme";

    private readonly LaggingState<ImmutableSortedDictionary<string, GcpSecret>> _secrets = new(ImmutableSortedDictionary.Create<string, GcpSecret>(StringComparer.Ordinal));
    private int _tokens;

    /// <summary>A service with one project.</summary>
    public FakeGcp(TimeProvider? time = null)
        : base(
            new SplitContract(
                (e => e.Path is "/oauth2/token" or "/subject" || e.Path.StartsWith("/computeMetadata/", StringComparison.Ordinal), new NoContract()),
                (e => e.Path == "/v1/token", new DiscoveryContract("gcp-sts-v1.discovery.json", needsAuthorization: false)),
                (e => e.Path.Contains("/serviceAccounts/", StringComparison.Ordinal), new DiscoveryContract("gcp-iamcredentials-v1.discovery.json")),
                (_ => true, new DiscoveryContract("gcp-secretmanager-v1.discovery.json"))),
            time)
    {
    }

    /// <summary>Tokens that are good.</summary>
    public HashSet<string> Tokens { get; } = [];

    /// <summary>The refresh token that is good.</summary>
    public string RefreshToken { get; set; } = "refresh-token";

    /// <summary>The subject token that token exchange takes, and that <c>/subject</c> gives.</summary>
    public string SubjectToken { get; set; } = "subject-token";

    /// <summary>Checks the assertion of a service account; null takes none.</summary>
    public Func<string, bool>? TakesAssertion { get; set; }

    /// <summary>Whether this is a machine of Google, with a metadata server.</summary>
    public bool HasMetadata { get; set; }

    /// <summary>Methods that are denied to everybody, by their last word: <c>list</c>, <c>access</c>.</summary>
    public HashSet<string> Denied { get; } = [];

    /// <summary>The token that each login gets; new ones when null.</summary>
    public string? NextToken { get; set; }

    /// <summary>How many secrets a page has at most.</summary>
    public int PageSize { get; set; } = 25000;

    /// <summary>What a payload's checksum is answered as, given the right one.</summary>
    public Func<string, string?> Checksum { get; set; } = right => right;

    /// <summary>Whether an added version's checksum is confirmed.</summary>
    public bool ConfirmsChecksums { get; set; } = true;

    /// <summary>The secrets as they are now, by resource name.</summary>
    public IReadOnlyDictionary<string, GcpSecret> Secrets => _secrets.Current;

    /// <summary>Puts a secret there without a request.</summary>
    public void Seed(string id, byte[] value) =>
        _secrets.Change(all =>
        {
            var name = $"projects/{Project}/secrets/{id}";
            return (all.SetItem(name, (all.GetValueOrDefault(name) ?? new GcpSecret(name, Time.GetUtcNow(), [])).With(value, Time.GetUtcNow())), true);
        });

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(Answer(request));

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Error(429, "RESOURCE_EXHAUSTED").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status, status == 503 ? "UNAVAILABLE" : "INTERNAL");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Error(401, "UNAUTHENTICATED");

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Path == "/oauth2/token") return Login(request.Form());
        if (request.Path == "/subject") return FakeAnswer.Json(200, new JsonObject { ["id_token"] = SubjectToken });
        if (request.Path.StartsWith("/computeMetadata/v1/", StringComparison.Ordinal)) return Metadata(request);
        if (request.Path == "/v1/token") return (string?)request.Json()!["subjectToken"] == SubjectToken ? Token(isExchange: true) : Error(400, "INVALID_ARGUMENT");
        var authorization = request.Header("Authorization") ?? "";
        lock (Tokens)
            if (!authorization.StartsWith("Bearer ", StringComparison.Ordinal) || !Tokens.Contains(authorization["Bearer ".Length..])) return Error(401, "UNAUTHENTICATED");
        if (request.Path.EndsWith(":generateAccessToken", StringComparison.Ordinal)) return Impersonate();
        var colon = request.Path.LastIndexOf(':');
        var verb = colon > 0 ? request.Path[(colon + 1)..] : request.Method.ToLowerInvariant();
        var name = (colon > 0 ? request.Path[..colon] : request.Path)["/v1/".Length..];
        var parts = name.Split('/');
        if (parts[1] != Project || Denied.Contains(parts[^1] == "secrets" && verb == "get" ? "list" : verb)) return Error(403, "PERMISSION_DENIED");
        var secret = string.Join('/', parts.Take(4));
        return (verb, parts.Length) switch
        {
            ("get", 3) => List(request),
            ("post", 3) => Create(request),
            ("delete", 4) => Change(secret, _ => null),
            ("addVersion", 4) => AddVersion(secret, request.Json()!["payload"]!.AsObject()),
            ("access", 6) => Access(secret, parts[5]),
            ("get", 6) => Find(secret, parts[5]) is { } version ? FakeAnswer.Json(200, version.ToJson(secret)) : Error(404, "NOT_FOUND"),
            ("disable" or "enable" or "destroy", 6) => SetState(secret, parts[5], verb, (string?)request.Json()?["etag"]),
            _ => Error(400, "INVALID_ARGUMENT"),
        };
    }

    private FakeAnswer List(FakeRequest request)
    {
        var size = Math.Min(PageSize, int.Parse(request.Query("pageSize") ?? "100", CultureInfo.InvariantCulture));
        var start = int.Parse(request.Query("pageToken") ?? "0", CultureInfo.InvariantCulture);
        var all = _secrets.Seen(Lag).Values.ToList();
        var answer = new JsonObject { ["secrets"] = new JsonArray([.. all.Skip(start).Take(size).Select(s => (JsonNode)s.ToJson())]), ["totalSize"] = all.Count };
        if (start + size < all.Count) answer["nextPageToken"] = (start + size).ToString(CultureInfo.InvariantCulture);
        return FakeAnswer.Json(200, answer);
    }

    private FakeAnswer Create(FakeRequest request)
    {
        var name = $"projects/{Project}/secrets/{request.Query("secretId")}";
        if (request.Json()?["replication"] is null) return Error(400, "INVALID_ARGUMENT");
        return _secrets.Change(all =>
        {
            if (all.ContainsKey(name)) return (all, Error(409, "ALREADY_EXISTS"));
            var secret = new GcpSecret(name, Time.GetUtcNow(), []);
            return (all.SetItem(name, secret), FakeAnswer.Json(200, secret.ToJson()));
        });
    }

    private FakeAnswer AddVersion(string name, JsonObject payload)
    {
        var value = Convert.FromBase64String((string?)payload["data"] ?? "");
        if (value.Length > 65536 || (payload["dataCrc32c"] is { } sum && (string)sum! != Castagnoli.Of(value))) return Error(400, "INVALID_ARGUMENT");
        return _secrets.Change(all =>
        {
            if (!all.TryGetValue(name, out var secret)) return (all, Error(404, "NOT_FOUND"));
            var next = secret.With(value, Time.GetUtcNow());
            var answer = next.Versions[^1].ToJson(name);
            if (ConfirmsChecksums && payload["dataCrc32c"] is not null) answer["clientSpecifiedPayloadChecksum"] = true;
            return (all.SetItem(name, next), FakeAnswer.Json(200, answer));
        });
    }

    private FakeAnswer Access(string secret, string id)
    {
        if (Find(secret, id) is not { } version) return Error(404, "NOT_FOUND");
        if (version.State != "ENABLED") return Error(400, "FAILED_PRECONDITION");
        var payload = new JsonObject();
        if (version.Value.Length > 0) payload["data"] = Convert.ToBase64String(version.Value);
        if (Checksum(Castagnoli.Of(version.Value)) is { } sum) payload["dataCrc32c"] = sum;
        return FakeAnswer.Json(200, new JsonObject { ["name"] = $"{secret}/versions/{version.Number}", ["payload"] = payload });
    }

    private FakeAnswer SetState(string secret, string id, string verb, string? etag)
    {
        if (Find(secret, id) is not { } version) return Error(404, "NOT_FOUND");
        if (version.State == "DESTROYED" || (etag is not null && etag != version.Etag)) return Error(400, "FAILED_PRECONDITION");
        var next = version with { State = verb switch { "disable" => "DISABLED", "destroy" => "DESTROYED", _ => "ENABLED" }, Value = verb == "destroy" ? [] : version.Value };
        Change(secret, s => s with { Versions = s.Versions.Replace(version, next) });
        return FakeAnswer.Json(200, next.ToJson(secret));
    }

    private GcpVersion? Find(string secret, string id)
    {
        if (!_secrets.Seen(Lag).TryGetValue(secret, out var found)) return null;
        return id == "latest" ? found.Versions.LastOrDefault() : found.Versions.FirstOrDefault(v => v.Number.ToString(CultureInfo.InvariantCulture) == id);
    }

    private FakeAnswer Change(string name, Func<GcpSecret, GcpSecret?> change) => _secrets.Change(all =>
    {
        if (!all.TryGetValue(name, out var secret)) return (all, Error(404, "NOT_FOUND"));
        return (change(secret) is { } next ? all.SetItem(name, next) : all.Remove(name), FakeAnswer.Json(200, new JsonObject()));
    });

    private FakeAnswer Login(IReadOnlyDictionary<string, string> form)
    {
        var isGood = form["grant_type"] switch
        {
            "refresh_token" => form["refresh_token"] == RefreshToken,
            "urn:ietf:params:oauth:grant-type:jwt-bearer" => TakesAssertion?.Invoke(form["assertion"]) == true,
            _ => false,
        };
        return isGood ? Token() : FakeAnswer.Json(400, new JsonObject { ["error"] = "invalid_grant", ["error_description"] = "no" });
    }

    private FakeAnswer Metadata(FakeRequest request)
    {
        if (!HasMetadata) return FakeAnswer.Text(404, "no");
        if (request.Header("Metadata-Flavor") != "Google") return FakeAnswer.Text(403, "no");
        return (request.Path.EndsWith("/project-id", StringComparison.Ordinal) ? FakeAnswer.Text(200, Project) : Token()).With("Metadata-Flavor", "Google");
    }

    private FakeAnswer Impersonate() => FakeAnswer.Json(200, new JsonObject
    {
        ["accessToken"] = NewToken(),
        ["expireTime"] = Time.GetUtcNow().AddHours(1).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    });

    private FakeAnswer Token(bool isExchange = false)
    {
        var answer = new JsonObject { ["access_token"] = NewToken(), ["expires_in"] = 3600, ["token_type"] = "Bearer" };
        if (isExchange) answer["issued_token_type"] = "urn:ietf:params:oauth:token-type:access_token";
        return FakeAnswer.Json(200, answer);
    }

    private string NewToken()
    {
        var token = NextToken ?? $"token-{Interlocked.Increment(ref _tokens)}";
        lock (Tokens) Tokens.Add(token);
        return token;
    }

    private static FakeAnswer Error(int status, string code) =>
        FakeAnswer.Json(status, new JsonObject { ["error"] = new JsonObject { ["code"] = status, ["message"] = "no", ["status"] = code } });
}

/// <summary>A secret of the fake.</summary>
public sealed record GcpSecret(string Name, DateTimeOffset Created, ImmutableList<GcpVersion> Versions)
{
    internal GcpSecret With(byte[] value, DateTimeOffset now) => this with { Versions = Versions.Add(new GcpVersion(Versions.Count + 1, value, "ENABLED", now)) };

    internal JsonObject ToJson() => new()
    {
        ["name"] = Name.Replace(FakeGcp.Project, "424242", StringComparison.Ordinal),
        ["createTime"] = Created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
        ["replication"] = new JsonObject { ["automatic"] = new JsonObject() },
    };
}

/// <summary>A version of a secret of the fake.</summary>
public sealed record GcpVersion(int Number, byte[] Value, string State, DateTimeOffset Created)
{
    internal string Etag => $"\"{Number}-{State}\"";

    internal JsonObject ToJson(string secret) => new()
    {
        ["name"] = $"{secret.Replace(FakeGcp.Project, "424242", StringComparison.Ordinal)}/versions/{Number}",
        ["state"] = State,
        ["etag"] = Etag,
        ["createTime"] = Created.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture),
    };
}

/// <summary>CRC32C bit by bit, from its definition.</summary>
internal static class Castagnoli
{
    public static string Of(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var one in bytes)
        {
            crc ^= one;
            for (var bit = 0; bit < 8; bit++) crc = (crc & 1) != 0 ? (crc >> 1) ^ 0x82F63B78u : crc >> 1;
        }
        return (~crc).ToString(CultureInfo.InvariantCulture);
    }
}
