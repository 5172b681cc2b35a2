using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using Strongroom.Backends.Http;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Fly;

/// <summary>
/// Secrets of an app on Fly.io. They are written, listed and deleted; Fly gives no value back, so reading is possible only inside a machine
/// of the app, from its variables. Machines see a new value when they are updated: later by <c>fly secrets deploy</c>, or at once with
/// <c>deploy</c>. What a write made is told by the digest of the value, which can be compared without the value.
/// Source: docs.machines.dev, fly.io/docs/apps/secrets.
/// </summary>
public sealed class FlyBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "fly";

    private readonly BackendSettings _settings;
    private readonly Uri _server;
    private readonly string? _app;
    private readonly string _variable;
    private readonly bool _deploys;
    private readonly bool _isInMachine;
    private readonly FlyApi _api;
    private long _version;
    private volatile bool _isAppSeen;

    private FlyBackend(BackendSettings settings, Uri server, string? app, string variable, bool deploys)
    {
        (_settings, _server, _app, _variable, _deploys) = (settings, server, app, variable, deploys);
        _isInMachine = settings.Variable("FLY_MACHINE_ID") is not null && app is not null && string.Equals(settings.Variable("FLY_APP_NAME"), app, StringComparison.Ordinal);
        _api = new FlyApi(settings, server, variable);
    }

    /// <summary>Settings: <c>app</c> (FLY_APP_NAME by default), <c>deploy</c>, <c>address</c>, <c>token-variable</c>.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var app = settings.Text("app") ?? settings.Variable("FLY_APP_NAME");
        foreach (var c in app ?? "")
        {
            if (char.IsAsciiLetterOrDigit(c) || c is '-' or '_') continue;
            settings.Fault("app must be letters, digits and hyphens");
            break;
        }
        var deploys = settings.Flag("deploy", defaultValue: false);
        var server = settings.Address("address", settings.Text("address") ?? settings.Variable("FLY_FLAPS_BASE_URL")) ?? new Uri("https://api.machines.dev");
        var variable = settings.Text("token-variable") ?? (settings.Variable("FLY_API_TOKEN") is null && settings.Variable("FLY_ACCESS_TOKEN") is not null ? "FLY_ACCESS_TOKEN" : "FLY_API_TOKEN");
        settings.ThrowOnFaults();
        return new FlyBackend(settings, server, app, variable, deploys);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | (_isInMachine ? BackendCapabilities.Read : BackendCapabilities.None);

    /// <inheritdoc/>
    public override string Identity => $"{KindName} {_server.Authority} {_app}";

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) => missing is BackendCapabilities.Read
        ? "Fly gives a secret only to the machines of its app; elsewhere read from the store that it was copied from" : null;

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() =>
    [
        new("app", _app, _settings.Text("app") is null ? "FLY_APP_NAME" : "setting app", "set app, or the variable FLY_APP_NAME"),
        new("address", _server.AbsoluteUri),
        new("credentials", _settings.Variable(_variable) is null ? null : "token", _variable, $"set {_variable}: fly tokens create deploy makes one for the app"),
        new("machines", _deploys ? "updated after each change, which restarts them" : "see changes after fly secrets deploy"),
        new("reading", _isInMachine ? "from this machine's variables" : "only inside a machine of the app"),
    ];

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) =>
        new("command that makes a token for this app alone", $"fly tokens create deploy --app {_app ?? "APP"} --name strongroom\n");

    /// <inheritdoc/>
    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _settings.Environment.TryGetValue(address.Path, out var value)
            ? new(new StoredSecret(SecretValue.FromText(value)))
            : throw new SecretException(SecretErrorKind.NotFound, "is no variable of this machine", help: "a secret that was set is seen after fly secrets deploy");
    }

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        await VisitAsync(secret => names.Add(secret.RequiredText("name")), cancellationToken);
        names.RemoveAll(name => !PathPrefix.Covers(prefix, name));
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <inheritdoc/>
    /// <remarks>The digest of each value. How Fly makes it is not promised, so it is compared and never computed.</remarks>
    public override async ValueTask<IReadOnlyDictionary<string, SecretVersion>?> ListStatesAsync(CancellationToken cancellationToken)
    {
        var digests = new Dictionary<string, SecretVersion>(StringComparer.Ordinal);
        await VisitAsync(secret => digests[secret.RequiredText("name")] = SecretVersion.Named(secret.RequiredText("digest")), cancellationToken);
        return digests;
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        var path = PathOf(address.Path);
        if (!Utf8.IsValid(write.Value.Reveal()) || write.Value.Reveal().Contains((byte)0))
            throw new SecretException(SecretErrorKind.InvalidInput, "has a value that is no text, and Fly hands values over as variables", help: "write it as base64");
        var body = JsonBody.Object(write.Value, static (writer, value) => writer.WriteString("value", value.Reveal()));
        using var answer = await _api.ChangeAsync(HttpMethod.Post, path, body, cancellationToken);
        if (!answer.IsSuccess) throw AppFault(answer);
        await ChangedAsync(answer, cancellationToken);
        return new WriteReceipt(answer.Json().TextOf("digest") is { Length: > 0 } digest ? SecretVersion.Named(digest) : null);
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var path = PathOf(address.Path);
        // Fly deletes what is not there without a word.
        using (var there = await _api.GetAsync(path + Since(), cancellationToken))
        {
            if (!there.IsSuccess)
            {
                var fault = FlyApi.Fault(there);
                if (fault.Kind != SecretErrorKind.NotFound) throw fault;
                if (!_isAppSeen) await ProbeAsync(cancellationToken);
                throw fault;
            }
        }
        using var answer = await _api.ChangeAsync(HttpMethod.Delete, path, body: null, cancellationToken);
        if (!answer.IsSuccess) throw AppFault(answer);
        await ChangedAsync(answer, cancellationToken);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        var count = 0;
        await VisitAsync(_ => count++, cancellationToken);
        return $"{_app}: {count} secrets";
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _api.Dispose();
        return base.DisposeAsync();
    }

    private async ValueTask VisitAsync(Action<JsonElement> secret, CancellationToken cancellationToken)
    {
        using var answer = await _api.GetAsync($"apps/{App()}/secrets{Since()}", cancellationToken);
        if (!answer.IsSuccess) throw AppFault(answer);
        _isAppSeen = true;
        foreach (var one in answer.Json().ItemsOf("secrets")) secret(one);
    }

    /// <summary>Remembers the version that reads must see from now on, and hands the change to the machines if that is wanted.</summary>
    private async ValueTask ChangedAsync(HttpAnswer answer, CancellationToken cancellationToken)
    {
        _isAppSeen = true;
        var version = answer.Json().NumberOf("version") ?? 0;
        long known;
        do known = Interlocked.Read(ref _version);
        while (version > known && Interlocked.CompareExchange(ref _version, version, known) != known);
        if (_deploys) await FlyRollout.RunAsync(_api, App(), version, cancellationToken);
    }

    private string Since() => Interlocked.Read(ref _version) is var version and > 0 ? string.Create(CultureInfo.InvariantCulture, $"?min_version={version}") : "";

    private string App() => _app is { Length: > 0 } ? _app : throw new SecretException(
        SecretErrorKind.InvalidInput, "the store names no app", help: "set app, or the variable FLY_APP_NAME");

    private string PathOf(string name) => SecretName.IsEnvironmentName(name) ? $"apps/{App()}/secrets/{name}" : throw new SecretException(
        SecretErrorKind.InvalidInput, "is no name for Fly, which takes letters, digits and underscores, no digit first", help: "naming: upper-snake in the manifest writes names so");

    private SecretException AppFault(HttpAnswer answer) => (int)answer.Status == 404
        ? new(SecretErrorKind.Denied, $"the app {_app} is not there, or the token may not see it", help: "fly apps list shows the apps")
        : FlyApi.Fault(answer);
}
