using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.PulumiEsc;

/// <summary>
/// One environment of Pulumi ESC. The path of a secret leads through its properties, <c>aws/login/secretAccessKey</c>, and a field goes on
/// with dots, <c>aws#login.secretAccessKey</c>. Values are read from an open session, so what the environment imports and what its
/// providers make is seen; they are written into its own definition. Versions are the revisions of the whole environment.
/// Source: pulumi.com/docs/reference/cloud-rest-api/environments.
/// </summary>
public sealed class PulumiEscBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "pulumi-esc";

    /// <summary>How long a session is asked for. Opening runs providers and is audited, so it is not done for every read.</summary>
    private const string SessionDuration = "10m";

    /// <summary>How often a change starts over because somebody else was faster.</summary>
    private const int WriteAttemptsMax = 8;

    /// <summary>How long a session is read from before another is opened, so that changes of others are seen.</summary>
    private static readonly TimeSpan SessionAge = TimeSpan.FromMinutes(1);

    private readonly BackendSettings _settings;
    private readonly EscApi _api;
    private readonly Uri _server;
    private readonly string _place;
    private readonly string _variable;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly SemaphoreSlim _writing = new(1);
    private volatile Session? _session;

    private PulumiEscBackend(BackendSettings settings, Uri server, string place, string variable)
    {
        (_settings, _server, _place, _variable) = (settings, server, place, variable);
        _api = new EscApi(settings, server, variable);
    }

    /// <summary>Settings: <c>organization</c>, <c>project</c>, <c>environment</c>, <c>address</c>, <c>token-variable</c>.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var place = $"{Name(settings, "organization")}/{Name(settings, "project", "default")}/{Name(settings, "environment")}";
        var backend = settings.Variable("PULUMI_BACKEND_URL") is { } url && url.StartsWith("http", StringComparison.Ordinal) ? url : null;
        var server = settings.Address("address", settings.Text("address") ?? backend) ?? new Uri("https://api.pulumi.com");
        var variable = settings.Text("token-variable") ?? "PULUMI_ACCESS_TOKEN";
        settings.ThrowOnFaults();
        return new PulumiEscBackend(settings, server, place, variable);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | BackendCapabilities.Versions | BackendCapabilities.CheckAndSet | BackendCapabilities.Fields;

    /// <inheritdoc/>
    public override string Identity => $"{KindName} {_server.Authority} {_place}";

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() =>
    [
        new("address", _server.AbsoluteUri),
        new("environment", _place),
        new("credentials", _settings.Variable(_variable) is null ? null : "access token", _variable, $"set {_variable} to an access token of Pulumi Cloud"),
    ];

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) => new(
        "permission of an environment in Pulumi Cloud", $"{_place}: {(writes ? "write (environment editor)" : "open (environment opener)")}\n");

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var (answer, revision) = await EvaluateAsync(address.Version, cancellationToken);
        using (answer) return Find(answer.Json(), address, revision);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.RunAsync(addresses, static address => new SecretAddress("", Version: address.Version), ReadRevisionAsync, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var (answer, _) = await EvaluateAsync(version: null, cancellationToken);
        using (answer)
        {
            var paths = new List<string>();
            Collect(answer.Json().Member("properties"), "", paths);
            paths.RemoveAll(path => !PathPrefix.Covers(prefix, path));
            paths.Sort(StringComparer.Ordinal);
            return paths;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        if (!Utf8.IsValid(write.Value.Reveal())) throw new SecretException(SecretErrorKind.InvalidInput, "has a value that is no text, and Pulumi ESC keeps texts", help: "write it as base64");
        var path = Path(address);
        return new WriteReceipt(await ChangeAsync(write.ExpectedVersion, text =>
        {
            if (write.ExpectedVersion is { Number: 0 } && EscDefinition.Has(text, path)) throw new SecretException(SecretErrorKind.Conflict, "exists already");
            return EscDefinition.Set(text, path, write.Value);
        }, cancellationToken));
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        if (address.Version is not null) throw new SecretException(SecretErrorKind.Unsupported, "is not possible: a revision of the environment stays", help: "leave the version out");
        var path = Path(address);
        await ChangeAsync(expected: null, text => EscDefinition.Remove(text, path)
            ?? throw new SecretException(SecretErrorKind.NotFound, "is not in the definition itself", help: "what is imported is deleted where it is defined"), cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        using var answer = await _api.SendAsync(HttpMethod.Head, EnvironmentPath, cancellationToken);
        if (!answer.IsSuccess) throw Fault(answer);
        return $"{_place} can be reached";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _api.Dispose();
        _opening.Dispose();
        _writing.Dispose();
        return base.DisposeAsync();
    }

    private string EnvironmentPath => "environments/" + _place;

    /// <summary>Reads the definition, changes it and writes it back, from the start again when somebody else was faster.</summary>
    private async ValueTask<SecretVersion?> ChangeAsync(SecretVersion? expected, Func<string, SecretBuffer> change, CancellationToken cancellationToken)
    {
        await _writing.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; ; attempt++)
            {
                using var current = await _api.SendAsync(HttpMethod.Get, EnvironmentPath, cancellationToken);
                if (!current.IsSuccess) throw Fault(current);
                if (expected is { } version && version != 0 && Revision(current) != version.Number) throw new SecretException(SecretErrorKind.Conflict, "the environment is another by now");
                var tag = current.Header("ETag") ?? throw new SecretException(SecretErrorKind.Malformed, "was answered without ETag");
                var body = JsonBody.Of(change(Encoding.UTF8.GetString(current.Bytes)), "application/x-yaml");
                using var answer = await _api.SendAsync(HttpMethod.Patch, EnvironmentPath, cancellationToken, body, tag);
                if (answer.IsSuccess)
                {
                    _session = null;
                    return Revision(answer) is { } revision ? revision : null;
                }
                if (answer.Status != HttpStatusCode.Conflict || attempt == WriteAttemptsMax - 1) throw Fault(answer);
            }
        }
        finally
        {
            _writing.Release();
        }
    }

    private async ValueTask<IReadOnlyList<ReadOutcome>> ReadRevisionAsync(SecretAddress wanted, IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var (answer, revision) = await EvaluateAsync(wanted.Version, cancellationToken);
        using (answer)
        {
            var outcomes = new List<ReadOutcome>(addresses.Count);
            foreach (var address in addresses)
            {
                try
                {
                    outcomes.Add(new ReadOutcome(address, Find(answer.Json(), address, revision), Error: null));
                }
                catch (SecretException e)
                {
                    outcomes.Add(new ReadOutcome(address, Secret: null, e));
                }
            }
            return outcomes;
        }
    }

    /// <summary>Everything that the environment evaluates to, and the revision that is.</summary>
    private async ValueTask<(HttpAnswer Answer, int Revision)> EvaluateAsync(SecretVersion? version, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            var session = version is { } old ? await OpenAsync(old.RequireNumber(), isOld: true, cancellationToken) : await SessionAsync(cancellationToken);
            var answer = await _api.SendAsync(HttpMethod.Get, $"{EnvironmentPath}/open/{session.Id}", cancellationToken);
            if (answer.IsSuccess) return (answer, session.Revision);
            using (answer)
            {
                // The session may have ended early; then another is opened, once.
                if (answer.Status != HttpStatusCode.NotFound || attempt > 0) throw Fault(answer);
                Interlocked.CompareExchange(ref _session, null, session);
            }
        }
    }

    private async ValueTask<Session> SessionAsync(CancellationToken cancellationToken)
    {
        if (Usable() is { } known) return known;
        await _opening.WaitAsync(cancellationToken);
        try
        {
            if (Usable() is { } meanwhile) return meanwhile;
            // The revision is asked for first and opened by its number, so that the values read are those of that revision.
            using var current = await _api.SendAsync(HttpMethod.Get, EnvironmentPath, cancellationToken);
            if (!current.IsSuccess) throw Fault(current);
            var revision = Revision(current) ?? throw new SecretException(SecretErrorKind.Malformed, "was answered without its revision");
            return _session = await OpenAsync(revision, isOld: false, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private Session? Usable() => _session is { } session && _settings.Time.GetUtcNow() < session.Until ? session : null;

    private async ValueTask<Session> OpenAsync(int revision, bool isOld, CancellationToken cancellationToken)
    {
        using var answer = await _api.SendAsync(
            HttpMethod.Post, string.Create(CultureInfo.InvariantCulture, $"{EnvironmentPath}/versions/{revision}/open?duration={SessionDuration}"), cancellationToken);
        if (answer.IsSuccess) return new Session(answer.Json().RequiredText("id"), revision, _settings.Time.GetUtcNow() + SessionAge);
        throw isOld && answer.Status == HttpStatusCode.NotFound ? new SecretException(SecretErrorKind.NotFound, $"has no revision {revision}") : Fault(answer);
    }

    private static StoredSecret Find(JsonElement evaluated, SecretAddress address, int revision)
    {
        var properties = evaluated.Member("properties");
        JsonElement at = default;
        foreach (var name in Path(address))
        {
            at = properties.Member(name);
            if (at.ValueKind == JsonValueKind.Undefined) throw new SecretException(SecretErrorKind.NotFound, "is no property of the environment");
            properties = at.Member("value");
        }
        if (address.Field is null && properties.ValueKind == JsonValueKind.Object && properties.Member(SecretAddress.DefaultField) is { ValueKind: JsonValueKind.Object } inner) at = inner;
        return new StoredSecret(ToValue(at), revision);
    }

    private static SecretValue ToValue(JsonElement evaluated)
    {
        var value = Known(evaluated);
        if (value.ValueKind == JsonValueKind.String) return SecretObject.ToValue(value);
        using var json = new SecretBuffer();
        using (var writer = new Utf8JsonWriter(json, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping })) WritePlain(writer, value);
        return json.ToValue();
    }

    /// <summary>Values are wrapped at every level: <c>{"value": {"user": {"value": "x", "secret": true}}}</c>.</summary>
    private static void WritePlain(Utf8JsonWriter writer, JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                writer.WriteStartObject();
                foreach (var member in value.EnumerateObject())
                {
                    writer.WritePropertyName(member.Name);
                    WritePlain(writer, Known(member.Value));
                }
                writer.WriteEndObject();
                break;
            case JsonValueKind.Array:
                writer.WriteStartArray();
                foreach (var item in value.EnumerateArray()) WritePlain(writer, Known(item));
                writer.WriteEndArray();
                break;
            default:
                value.WriteTo(writer);
                break;
        }
    }

    private static JsonElement Known(JsonElement evaluated)
    {
        if (evaluated.IsTrue("unknown")) throw new SecretException(SecretErrorKind.Unreadable, "could not be evaluated", help: "esc env open shows which provider fails");
        return evaluated.ValueKind == JsonValueKind.Object && evaluated.TryGetProperty("value", out var value) ? value
            : throw new SecretException(SecretErrorKind.Malformed, "was answered with a property without value");
    }

    private static void Collect(JsonElement properties, string prefix, List<string> paths)
    {
        if (properties.ValueKind != JsonValueKind.Object) return;
        foreach (var member in properties.EnumerateObject())
        {
            // A name with a slash could not be asked for.
            if (member.Name.Contains('/') || member.Name.Length == 0) continue;
            if (member.Value.Member("value") is { ValueKind: JsonValueKind.Object } inner) Collect(inner, $"{prefix}{member.Name}/", paths);
            else paths.Add(prefix + member.Name);
        }
    }

    private static string[] Path(SecretAddress address) => [.. address.Path.Split('/'), .. address.Field?.Split('.') ?? []];

    private static int? Revision(HttpAnswer answer) => answer.Number("Pulumi-ESC-Revision") is { } number and <= int.MaxValue ? (int)number : null;

    private SecretException Fault(HttpAnswer answer) => answer.Status == HttpStatusCode.NotFound
        ? new(SecretErrorKind.Denied, $"the environment {_place} is not there, or the token may not see it", help: $"esc env init {_place}, or ask for the right to open it")
        : EscApi.Fault(answer);

    private static string Name(BackendSettings settings, string key, string? defaultValue = null)
    {
        var name = defaultValue is null ? settings.RequiredText(key) : settings.Text(key) ?? defaultValue;
        foreach (var c in name)
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') continue;
            settings.Fault($"{key} must be letters, digits, hyphens, underscores and dots");
            break;
        }
        return name;
    }

    private sealed record Session(string Id, int Revision, DateTimeOffset Until);
}
