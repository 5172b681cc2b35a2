using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.GitHub;

/// <summary>
/// GitHub's API for secrets and variables of Actions. Secrets arrive in sealed boxes and are opened here, so a test can see what a job
/// would get. Each place has its own key. Source of the behaviour: docs.github.com/rest/actions.
/// </summary>
public sealed class FakeGitHub(TimeProvider? time = null)
    : FakeService(new OpenApiContract("github-actions-secrets.openapi.json", new OpenApiOptions { ErrorSchema = ErrorSchema, NeedsAuthorization = true }), time)
{
    private readonly ConcurrentDictionary<string, Place> _places = new();
    private int _sequence;

    private static JsonNode ErrorSchema => JsonNode.Parse("""{"type":"object","required":["message"],"properties":{"message":{"type":"string"},"documentation_url":{"type":"string"},"status":{"type":"string"}}}""")!;

    /// <summary>The token that is good now.</summary>
    public string Token { get; set; } = "ghp_fake";

    /// <summary>The key of the app, when apps may log in; each login gives another token that replaces the last.</summary>
    public RSA? AppKey { get; set; }

    /// <summary>The numbers of repositories, by <c>owner/name</c>.</summary>
    public ConcurrentDictionary<string, long> Repositories { get; } = new();

    /// <summary>Whether limits are told as the primary one is: by what remains and when it begins anew.</summary>
    public bool LimitsArePrimary { get; set; }

    /// <summary>Makes a place known: <c>repos/acme/app/actions</c>, <c>orgs/acme/actions</c>, <c>repos/acme/app/environments/production</c>.</summary>
    public Place Open(string place) => _places.GetOrAdd(place, _ => new Place());

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) => new(Answer(request));

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => LimitsArePrimary
        ? Error(403, "API rate limit exceeded", "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api")
            .With("x-ratelimit-limit", "5000").With("x-ratelimit-remaining", "0")
            .With("x-ratelimit-reset", (Time.GetUtcNow() + (retryAfter ?? TimeSpan.FromMinutes(30))).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture))
        : Error(403, "You have exceeded a secondary rate limit", "https://docs.github.com/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status, "Server Error");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Error(401, "Bad credentials");

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Header("User-Agent") is not { Length: > 0 }) return Error(403, "Request forbidden by administrative rules");
        var path = request.Segments;
        if (path is ["app", "installations", var installation, "access_tokens"]) return LogIn(request, installation);
        if (request.Header("Authorization") != "Bearer " + Token) return ExpiredCredential(request);
        if (path is ["repos", var owner, var repository])
        {
            return Repositories.TryGetValue($"{owner}/{repository}", out var number)
                ? FakeAnswer.Json(200, new JsonObject { ["id"] = number, ["name"] = repository, ["full_name"] = $"{owner}/{repository}" }) : Error(404, "Not Found");
        }
        var at = path.ToList().FindLastIndex(s => s is "secrets" or "variables");
        // A name may be SECRETS too, but places come first and are lower case.
        if (at < 0 || !_places.TryGetValue(string.Join('/', path.Take(at)), out var place)) return Error(404, "Not Found");
        string[] rest = [.. path.Skip(at + 1)];
        var isOrganization = path[0] == "orgs";
        return path[at] == "secrets" ? Secrets(request, place, rest, isOrganization) : Variables(request, place, rest, isOrganization);
    }

    private FakeAnswer Secrets(FakeRequest request, Place place, string[] rest, bool isOrganization)
    {
        if (rest is []) return Page(request, "secrets", 30, 100, place.Secrets.Values.OrderBy(s => s.Name, StringComparer.Ordinal), s => Describe(s, isOrganization, withValue: false));
        if (rest is ["public-key"]) return FakeAnswer.Json(200, new JsonObject { ["key_id"] = place.KeyId, ["key"] = Convert.ToBase64String(place.Key.PublicKey) });
        var name = rest[0].ToUpperInvariant();
        place.Secrets.TryGetValue(name, out var there);
        if (rest is [_, "repositories"]) return there is null ? Error(404, "Not Found") : Page(request, "repositories", 30, 100, there.Repositories, Repository);
        switch (request.Method)
        {
            case "GET":
                return there is null ? Error(404, "Not Found") : FakeAnswer.Json(200, Describe(there, isOrganization, withValue: false));
            case "DELETE":
                return place.Secrets.TryRemove(name, out _) ? FakeAnswer.Empty() : Error(404, "Not Found");
            default:
                var body = request.Json()!;
                if ((string?)body["key_id"] != place.KeyId) return Error(422, "Bad request - the key id is not the current one");
                if (SealedBoxes.Open(Convert.FromBase64String((string)body["encrypted_value"]!), place.Key) is not { } plain) return Error(422, "Could not decrypt");
                if (plain.Length > 48 * 1024 || name.StartsWith("GITHUB_", StringComparison.Ordinal)) return Error(422, "Validation Failed");
                place.Secrets[name] = Written(name, plain, there, body);
                return there is null ? FakeAnswer.Json(201, new JsonObject()) : FakeAnswer.Empty();
        }
    }

    private FakeAnswer Variables(FakeRequest request, Place place, string[] rest, bool isOrganization)
    {
        if (rest is [] && request.Method == "GET")
            return Page(request, "variables", 10, 30, place.Variables.Values.OrderBy(s => s.Name, StringComparer.Ordinal), s => Describe(s, isOrganization, withValue: true));
        var body = request.Json();
        var name = (rest is [] ? (string)body!["name"]! : rest[0]).ToUpperInvariant();
        place.Variables.TryGetValue(name, out var there);
        switch (request.Method)
        {
            case "POST":
                if (there is not null) return Error(409, "Already exists - Variable already exists");
                break;
            case "PATCH":
                if (there is null) return Error(404, "Not Found");
                break;
            case "DELETE":
                return place.Variables.TryRemove(name, out _) ? FakeAnswer.Empty() : Error(404, "Not Found");
            default:
                return there is null ? Error(404, "Not Found") : FakeAnswer.Json(200, Describe(there, isOrganization, withValue: true));
        }
        place.Variables[name] = Written(name, Encoding.UTF8.GetBytes((string)body!["value"]!), there, body);
        return there is null ? FakeAnswer.Json(201, new JsonObject()) : FakeAnswer.Empty();
    }

    private FakeAnswer LogIn(FakeRequest request, string installation)
    {
        var parts = request.Header("Authorization")!["Bearer ".Length..].Split('.');
        if (AppKey is null || parts.Length != 3) return ExpiredCredential(request);
        if (!AppKey.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)) return ExpiredCredential(request);
        var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        var (now, issued, expires) = (Time.GetUtcNow().ToUnixTimeSeconds(), (long)claims["iat"]!, (long)claims["exp"]!);
        if (issued > now || expires <= now || expires - issued > 600) return ExpiredCredential(request);
        if (installation != "42") return Error(404, "Not Found");
        Token = "ghs_" + Interlocked.Increment(ref _sequence).ToString(CultureInfo.InvariantCulture);
        return FakeAnswer.Json(201, new JsonObject { ["token"] = Token, ["expires_at"] = (Time.GetUtcNow() + TimeSpan.FromHours(1)).ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture) });
    }

    private StoredItem Written(string name, byte[] value, StoredItem? there, JsonNode body) => new(
        name, value, there?.CreatedAt ?? Time.GetUtcNow(), Time.GetUtcNow(), (string?)body["visibility"] ?? there?.Visibility ?? "private",
        body["selected_repository_ids"] is JsonArray ids ? [.. ids.Select(id => (long)id!)] : there?.Repositories ?? []);

    private static JsonObject Describe(StoredItem item, bool isOrganization, bool withValue)
    {
        var json = new JsonObject { ["name"] = item.Name };
        if (withValue) json["value"] = Encoding.UTF8.GetString(item.Value);
        json["created_at"] = item.CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        json["updated_at"] = item.UpdatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
        if (isOrganization) json["visibility"] = item.Visibility;
        return json;
    }

    /// <summary>The vendor's own example, for another id.</summary>
    private static JsonObject Repository(long id)
    {
        var example = Specs.Read("github-actions-secrets.openapi.json")["components"]!["examples"]!["public-repository-paginated"]!["value"]!["repositories"]![0]!.DeepClone().AsObject();
        example["id"] = id;
        return example;
    }

    private FakeAnswer Page<T>(FakeRequest request, string member, int lengthDefault, int lengthMax, IEnumerable<T> items, Func<T, JsonObject> describe)
    {
        var all = items.ToList();
        var length = Math.Min(lengthMax, Number("per_page", lengthDefault));
        var page = Number("page", 1);
        var answer = FakeAnswer.Json(200, new JsonObject { ["total_count"] = all.Count, [member] = new JsonArray([.. all.Skip((page - 1) * length).Take(length).Select(describe)]) });
        return page * length >= all.Count ? answer
            : answer.With("Link", $"<{new Uri(Address, request.Path)}?per_page={length}&page={page + 1}>; rel=\"next\", <{new Uri(Address, request.Path)}?per_page={length}&page=99>; rel=\"last\"");

        int Number(string name, int otherwise) => int.TryParse(request.Query(name), CultureInfo.InvariantCulture, out var number) ? number : otherwise;
    }

    private static FakeAnswer Error(int status, string message, string documentation = "https://docs.github.com/rest") =>
        FakeAnswer.Json(status, new JsonObject { ["message"] = message, ["documentation_url"] = documentation, ["status"] = status.ToString(CultureInfo.InvariantCulture) });

    /// <summary>One secret or variable.</summary>
    public sealed record StoredItem(string Name, byte[] Value, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string Visibility, IReadOnlyList<long> Repositories);

    /// <summary>A repository, environment or organisation.</summary>
    public sealed class Place
    {
        private int _key = 1;

        public ConcurrentDictionary<string, StoredItem> Secrets { get; } = new();

        public ConcurrentDictionary<string, StoredItem> Variables { get; } = new();

        public SealedBoxVector Key => SealedBoxes.Vectors[_key % SealedBoxes.Vectors.Count];

        public string KeyId => (5678900 + _key).ToString(CultureInfo.InvariantCulture);

        /// <summary>From now on values are sealed for another key.</summary>
        public void ChangeKey() => _key++;
    }
}
