using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.Fly;

/// <summary>
/// The Machines API of Fly.io: secrets of one app with digests and a counter, and machines that see secrets when they are updated. A read
/// without <c>min_version</c> may see the state before, as with <see cref="Fault.Stale"/>.
/// </summary>
public sealed class FakeFly(TimeProvider? time = null) : FakeService(new OpenApiContract("fly-machines.openapi.json", new OpenApiOptions { NeedsAuthorization = true, ErrorSchema = ErrorSchema }), time)
{
    private readonly LaggingState<FlyState> _state = new(new FlyState(0, new SortedDictionary<string, byte[]>(StringComparer.Ordinal)));
    private readonly Lock _lock = new();

    private static JsonNode ErrorSchema => JsonNode.Parse("""{"type":"object","required":["error"],"properties":{"error":{"type":"string"},"status":{"type":"string"}}}""")!;

    /// <summary>The header of <c>Authorization</c> that is good.</summary>
    public string Authorization { get; set; } = "FlyV1 fm2_fake";

    /// <summary>The app.</summary>
    public string App { get; init; } = "shop";

    /// <summary>The machines: id, state, and the version of the secrets that each has seen.</summary>
    public Dictionary<string, FlyMachine> Machines { get; } = [];

    /// <summary>The secrets as they are now.</summary>
    public IReadOnlyDictionary<string, byte[]> Secrets => _state.Current.Secrets;

    /// <summary>Sets a secret past the API.</summary>
    public void Put(string name, byte[] value) => Change(secrets => secrets[name] = value);

    protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken)
    {
        lock (_lock) return new(Answer(request));
    }

    protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Error(429, "rate limit exceeded").WithRetryAfter(retryAfter);

    protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status, "a failure that was asked for");

    protected override FakeAnswer ExpiredCredential(FakeRequest request) => Error(401, "unauthorized");

    private FakeAnswer Answer(FakeRequest request)
    {
        if (request.Header("Authorization") != Authorization) return ExpiredCredential(request);
        if (request.Segments.ToArray() is not ["v1", "apps", var app, var noun, .. var rest] || app != App) return Error(404, "app not found");
        if (noun == "machines") return rest is [] ? FakeAnswer.Json(200, new JsonArray([.. Machines.Values.Select(m => m.ToJson())])) : Update(rest[0], request.Json()!);
        // Whoever names a version sees at least that one.
        var seen = request.Query("min_version") is null ? _state.Seen(Lag) : _state.Current;
        switch (request.Method, rest)
        {
            case ("GET", []):
                return FakeAnswer.Json(200, new JsonObject { ["secrets"] = new JsonArray([.. seen.Secrets.Select(s => Describe(s.Key, s.Value))]) });
            case ("GET", [var name]):
                return seen.Secrets.TryGetValue(name, out var value) ? FakeAnswer.Json(200, Describe(name, value)) : Error(404, "secret not found");
            case ("POST", [var name]):
                var set = Encoding.UTF8.GetBytes((string)request.Json()!["value"]!);
                var described = Describe(name, set);
                described["version"] = Change(secrets => secrets[name] = set);
                described["Version"] = (long)described["version"]!;
                return FakeAnswer.Json(201, described);
            default:
                var version = Change(secrets => secrets.Remove(rest[0]));
                return FakeAnswer.Json(200, new JsonObject { ["version"] = version, ["Version"] = version });
        }
    }

    private FakeAnswer Update(string id, JsonNode body)
    {
        if (!Machines.TryGetValue(id, out var machine)) return Error(404, "machine not found");
        if ((string?)body["current_version"] is { } expected && expected != machine.Instance) return Error(412, "the machine was changed");
        if ((long?)body["min_secrets_version"] > _state.Current.Version) return Error(400, "no such version of secrets");
        machine.Config = body["config"]!.DeepClone();
        machine.SecretsVersion = _state.Current.Version;
        machine.Instance += "+";
        if ((bool?)body["skip_launch"] != true) machine.State = "started";
        return FakeAnswer.Json(200, machine.ToJson());
    }

    private long Change(Action<SortedDictionary<string, byte[]>> change) => _state.Change(state =>
    {
        var next = new SortedDictionary<string, byte[]>(state.Secrets, StringComparer.Ordinal);
        change(next);
        return (new FlyState(state.Version + 1, next), state.Version + 1);
    });

    private JsonObject Describe(string name, byte[] value) => new()
    {
        ["name"] = name,
        ["digest"] = Convert.ToHexStringLower(SHA256.HashData(value))[..16],
        ["created_at"] = Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
        ["updated_at"] = Time.GetUtcNow().ToString("O", CultureInfo.InvariantCulture),
    };

    private static FakeAnswer Error(int status, string message) => FakeAnswer.Json(status, new JsonObject { ["error"] = message, ["status"] = "unknown" });

    private sealed record FlyState(long Version, SortedDictionary<string, byte[]> Secrets);
}

/// <summary>One machine of the fake.</summary>
public sealed class FlyMachine(string id, string state)
{
    public string State { get; set; } = state;

    public string Instance { get; set; } = "instance-1";

    public long SecretsVersion { get; set; }

    public JsonNode Config { get; set; } = JsonNode.Parse("""{"image":"registry.fly.io/shop:1","env":{"LEVEL":"info"},"guest":{"cpus":1,"memory_mb":256}}""")!;

    public JsonObject ToJson() => new() { ["id"] = id, ["name"] = id, ["state"] = State, ["instance_id"] = Instance, ["config"] = Config.DeepClone() };
}
