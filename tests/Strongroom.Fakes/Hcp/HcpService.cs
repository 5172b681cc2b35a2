using System.Globalization;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Hcp;

/// <summary>HCP Vault Secrets with one app, in one or both versions of its API, and the place that gives out its tokens.</summary>
public sealed class HcpService(TimeProvider? time = null, params string[] apiVersions) : FakeService(HcpContract.Create(), time)
{
    public const string Organization = "5d3ef0b2-0000-4000-8000-000000000001";
    public const string Project = "5d3ef0b2-0000-4000-8000-000000000002";
    public const string App = "web-app";
    public const string ClientId = "client-1";
    public const string ClientSecret = "secret+of/the client%";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, HcpSecret> _secrets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, DateTimeOffset> _tokens = [];
    private readonly string[] _apiVersions = apiVersions.Length > 0 ? apiVersions : ["2023-11-28", "2023-06-13"];

    /// <summary>How many versions a secret may have: the quota.</summary>
    public int VersionsMax { get; set; } = 10_000;

    /// <summary>How many logins there were.</summary>
    public int Logins { get; private set; }

    /// <summary>How long a token lives.</summary>
    public TimeSpan TokenLife { get; set; } = TimeSpan.FromHours(1);

    /// <summary>Adds a secret of type <c>kv</c>, <c>rotating</c> or <c>dynamic</c>; the last has no value of its own.</summary>
    public void Add(string name, JsonNode? value = null, string type = "kv")
    {
        lock (_lock)
        {
            var secret = new HcpSecret(name, type, Time.GetUtcNow());
            if (value is not null) secret.Add(value, Time.GetUtcNow());
            _secrets[name] = secret;
        }
    }

    /// <summary>Takes back every token.</summary>
    public void RevokeTokens()
    {
        lock (_lock) _tokens.Clear();
    }

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        lock (_lock) return new(request.Path == "/oauth2/token" ? Login(request) : Answer(request));
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Status(429, 8, "too many requests").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Status(status, status switch { 503 => 14, 504 => 4, 501 => 12, _ => 13 }, "failing");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Status(401, 16, "token is expired");

    private FakeAnswer Login(FakeRequest request)
    {
        var form = request.Form();
        var isRight = request.Method == "POST" && form["grant_type"] == "client_credentials" && form["audience"] == "https://api.hashicorp.cloud"
            && form["client_id"] == ClientId && form["client_secret"] == ClientSecret;
        if (!isRight) return FakeAnswer.Json(401, new JsonObject { ["error"] = "access_denied", ["error_description"] = "Unauthorized" });
        var token = $"token-{++Logins}";
        _tokens[token] = Time.GetUtcNow() + TokenLife;
        return FakeAnswer.Json(200, new JsonObject { ["access_token"] = token, ["expires_in"] = (long)TokenLife.TotalSeconds, ["token_type"] = "Bearer" });
    }

    private FakeAnswer Answer(FakeRequest request)
    {
        var path = request.Segments;
        if (path.Count < 8 || !_apiVersions.Contains(path[1])) return Status(404, 5, "Not Found");
        if (request.Header("Authorization") is not { } header || !header.StartsWith("Bearer ", StringComparison.Ordinal)
            || !_tokens.TryGetValue(header[7..], out var end) || end <= Time.GetUtcNow()) return Status(401, 16, "unauthenticated");
        // An app that is not there is answered like one that may not be seen.
        if ((path[3], path[5], path[7]) != (Organization, Project, App)) return Status(403, 7, "permission denied");
        string[] rest = [.. path.Skip(8)];
        return path[1] == "2023-11-28" ? Newer(request, rest) : Older(request, rest);
    }

    private FakeAnswer Newer(FakeRequest request, string[] rest) => (request.Method, rest) switch
    {
        ("GET", []) => AppAnswer(),
        ("GET", ["secrets"]) => Page(request, _secrets.Values, s => s.Describe()),
        ("GET", ["secrets:open"]) => Page(request, OfTypes(request), s => s.Open()),
        ("POST", ["secret", "kv"]) => Put(request, s => s.Describe()),
        ("GET", ["secrets", var name]) when name.EndsWith(":open", StringComparison.Ordinal) => One(name[..^5], s => Wrapped("secret", s.Open())),
        ("GET", ["secrets", var name]) => One(name, s => Wrapped("secret", s.Describe())),
        ("DELETE", ["secrets", var name]) => Delete(name),
        ("GET", ["secrets", var name, "versions", var version]) when version.EndsWith(":open", StringComparison.Ordinal) =>
            One(name, s => s.Has(Number(version[..^5])) ? s.OpenVersion(Number(version[..^5])) : null),
        ("DELETE", ["secrets", var name, "versions", var version]) => One(name, s => s.Remove(Number(version)) ? [] : null),
        _ => Status(404, 5, "Not Found"),
    };

    private FakeAnswer Older(FakeRequest request, string[] rest) => (request.Method, rest) switch
    {
        ("GET", []) => AppAnswer(),
        ("GET", ["secrets"]) => Page(request, _secrets.Values, s => s.Older(s.Latest, withValue: false)),
        ("GET", ["open"]) => Page(request, _secrets.Values, s => s.Older(s.Latest, withValue: true)),
        ("POST", ["kv"]) => Put(request, s => s.Older(s.Latest, withValue: false)),
        ("GET", ["open", var name]) => One(name, s => Wrapped("secret", s.Older(s.Latest, withValue: true))),
        ("GET", ["open", var name, "versions", var version]) =>
            One(name, s => s.Has(Number(version)) ? Wrapped("version", s.Older(Number(version), withValue: true)["version"]!.DeepClone()) : null),
        ("GET", ["secrets", var name]) => One(name, s => Wrapped("secret", s.Older(s.Latest, withValue: false))),
        ("DELETE", ["secrets", var name]) => Delete(name),
        ("DELETE", ["secrets", var name, "versions", var version]) => One(name, s => s.Remove(Number(version)) ? [] : null),
        _ => Status(404, 5, "Not Found"),
    };

    private FakeAnswer AppAnswer() => FakeAnswer.Json(200, Wrapped("app", new JsonObject { ["name"] = App, ["secret_count"] = _secrets.Count }));

    private FakeAnswer Put(FakeRequest request, Func<HcpSecret, JsonObject> describe)
    {
        var body = request.Json();
        var (name, value) = ((string?)body?["name"] ?? "", (string?)body?["value"] ?? "");
        if (name.Length is 0 or > 64 || value.EnumerateRunes().Count() > 5_120) return Status(400, 3, "invalid argument");
        if (!_secrets.TryGetValue(name, out var secret)) _secrets[name] = secret = new HcpSecret(name, "kv", Time.GetUtcNow());
        if (secret.Type != "kv") return Status(409, 6, "a secret of another type exists");
        if (secret.Count >= VersionsMax) return Status(429, 8, "maximum number of secret versions reached");
        secret.Add(value, Time.GetUtcNow());
        return FakeAnswer.Json(200, Wrapped("secret", describe(secret)));
    }

    private FakeAnswer Delete(string name) => _secrets.Remove(name) ? FakeAnswer.Json(200, new JsonObject()) : Status(404, 5, "secret not found");

    private FakeAnswer One(string name, Func<HcpSecret, JsonObject?> answer) =>
        _secrets.TryGetValue(name, out var secret) && answer(secret) is { } found ? FakeAnswer.Json(200, found) : Status(404, 5, "secret not found");

    private IEnumerable<HcpSecret> OfTypes(FakeRequest request)
    {
        string[] types = [.. request.Target.Split('?', 2)[^1].Split('&').Where(q => q.StartsWith("types=", StringComparison.Ordinal)).Select(q => q[6..])];
        return _secrets.Values.Where(s => types.Length == 0 || types.Contains(s.Type));
    }

    private static FakeAnswer Page(FakeRequest request, IEnumerable<HcpSecret> secrets, Func<HcpSecret, JsonObject> describe)
    {
        var size = Math.Min(int.Parse(request.Query("pagination.page_size") ?? "10", CultureInfo.InvariantCulture), 100);
        var after = request.Query("pagination.next_page_token") is { } token ? token["after ".Length..] : "";
        List<HcpSecret> page = [.. secrets.Where(s => string.CompareOrdinal(s.Name, after) > 0).Take(size + 1)];
        var isLast = page.Count <= size;
        return FakeAnswer.Json(200, new JsonObject
        {
            ["secrets"] = new JsonArray([.. page.Take(size).Select(s => (JsonNode)describe(s))]),
            ["pagination"] = new JsonObject { ["next_page_token"] = isLast ? "" : "after " + page[size - 1].Name, ["previous_page_token"] = "" },
        });
    }

    private static JsonObject Wrapped(string member, JsonNode node) => new() { [member] = node };

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);

    private static FakeAnswer Status(int status, int code, string message) =>
        FakeAnswer.Json(status, new JsonObject { ["code"] = code, ["message"] = message, ["details"] = new JsonArray() });
}
