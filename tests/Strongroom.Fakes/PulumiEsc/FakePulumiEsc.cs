using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.PulumiEsc;

/// <summary>
/// Pulumi ESC: definitions in YAML with revisions and ETags, sessions that evaluate imports, secrets and one provider. What arrives as
/// <c>fn::secret</c> goes out as ciphertext. Source of the behaviour: pulumi/esc, cmd/esc/cli/client and eval.
/// </summary>
public sealed class FakePulumiEsc(TimeProvider? time = null)
    : FakeService(new OpenApiContract("pulumi-esc.openapi.yaml", new OpenApiOptions { BasePath = "/api/esc", NeedsAuthorization = true }), time)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, List<EscEnvironment>> _environments = [];
    private readonly Dictionary<string, (JsonObject Properties, DateTimeOffset Until)> _sessions = [];
    private int _opened;

    /// <summary>The access token that is good.</summary>
    public string Token { get; set; } = "pul-fake";

    /// <summary>How many sessions were opened.</summary>
    public int Opened => _opened;

    /// <summary>Makes an environment, or another revision of it, past the API.</summary>
    public void Put(string place, string yaml)
    {
        lock (_lock)
        {
            if (!_environments.TryGetValue(place, out var revisions)) _environments[place] = revisions = [];
            revisions.Add(new EscEnvironment(yaml));
        }
    }

    /// <summary>The definition as it is now, with ciphertext.</summary>
    public string Definition(string place)
    {
        lock (_lock) return _environments[place][^1].Yaml;
    }

    /// <summary>Ends every session before its time.</summary>
    public void ForgetSessions()
    {
        lock (_lock) _sessions.Clear();
    }

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        lock (_lock) return new(Answer(request));
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Error(429, "too many requests").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status, "a failure that was asked for");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Error(401, "Unauthorized: No credentials provided or are invalid.");

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Header("Authorization") != "token " + Token) return ExpiredCredential(request);
        if (request.Segments.ToArray() is not ["api", "esc", "environments", var organization, var project, var name, .. var rest]) return Error(404, "not found");
        var place = $"{organization}/{project}/{name}";
        if (!_environments.TryGetValue(place, out var revisions)) return request.Method == "HEAD" ? FakeAnswer.Empty(404) : Error(404, $"environment '{place}' not found");
        switch (request.Method, rest)
        {
            case ("HEAD", []):
                return Tagged(FakeAnswer.Empty(200), revisions.Count);
            case ("GET", []):
                return Tagged(FakeAnswer.Text(200, revisions[^1].Yaml, "application/x-yaml"), revisions.Count);
            case ("PATCH", []):
                if (request.Header("ETag") is { Length: > 0 } tag && tag != Tag(revisions.Count)) return Error(409, "the environment was changed");
                if (EscEnvironment.Encrypted(Encoding.UTF8.GetString(request.Body)) is not { } yaml) return FakeAnswer.Json(400, new JsonObject { ["diagnostics"] = new JsonArray(new JsonObject { ["summary"] = "secret values must be string literals" }) });
                revisions.Add(new EscEnvironment(yaml));
                return Tagged(FakeAnswer.Json(200, new JsonObject { ["diagnostics"] = new JsonArray() }), revisions.Count);
            case ("POST", ["open"]):
                return Open(revisions.Count, revisions, organization);
            case ("POST", ["versions", var version, "open"]):
                return int.TryParse(version, CultureInfo.InvariantCulture, out var number) && number > 0 && number <= revisions.Count ? Open(number, revisions, organization) : Error(404, "no such revision");
            case ("GET", ["open", var id]):
                return _sessions.TryGetValue(id, out var session) && session.Until > Time.GetUtcNow()
                    ? FakeAnswer.Json(200, new JsonObject { ["properties"] = session.Properties.DeepClone() }) : Error(404, "no such session");
            default:
                return Error(404, "not found");
        }
    }

    private FakeAnswer Open(int number, List<EscEnvironment> revisions, string organization)
    {
        var id = $"session-{++_opened}";
        var properties = revisions[number - 1].Evaluate(import => _environments.GetValueOrDefault($"{organization}/{(import.Contains('/') ? import : "default/" + import)}")?[^1], _opened);
        _sessions[id] = (properties, Time.GetUtcNow() + TimeSpan.FromMinutes(10));
        return FakeAnswer.Json(200, new JsonObject { ["id"] = id });
    }

    private static FakeAnswer Tagged(FakeAnswer answer, int revision) =>
        answer.With("ETag", Tag(revision)).With("Pulumi-ESC-Revision", revision.ToString(CultureInfo.InvariantCulture));

    private static string Tag(int revision) => $"\"tag-{revision}\"";

    private static FakeAnswer Error(int status, string message) => FakeAnswer.Json(status, new JsonObject { ["code"] = status, ["message"] = message });
}
