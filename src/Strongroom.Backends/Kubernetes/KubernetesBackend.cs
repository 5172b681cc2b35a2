using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Backends.Http;
using Strongroom.Backends.Kubernetes.Access;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Kubernetes;

/// <summary>
/// Secrets of Kubernetes. With <c>secret</c>, one object is the store and its keys are the names. Without it each object is a secret with
/// its keys as fields: <c>payments#API_KEY</c>; without a field the key <c>value</c>, and else the whole object as JSON. Writing a key
/// leaves the others to their writers. The <c>resourceVersion</c> is the version for check and set; older ones are not kept.
/// Limits: 1 MiB for all values of an object. Source: kubernetes.io/docs/reference/kubernetes-api/config-and-storage-resources/secret-v1.
/// </summary>
public sealed class KubernetesBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "kubernetes";

    /// <summary>How often a new key is tried while others write other keys.</summary>
    private const int NewKeyAttemptsMax = 8;

    /// <summary>How many objects are watched at once; each takes a connection. More are asked again and again instead.</summary>
    private const int WatchesMax = 16;

    /// <summary>How long one request watches before it is sent again.</summary>
    private const int WatchSeconds = 240;

    private const string MergePatch = "application/merge-patch+json";

    /// <summary>Names without values, where the server knows that form; older ones answer with the list itself.</summary>
    private const string NamesOnly = "application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io,application/json";

    private readonly KubernetesPlace _place;
    private readonly KubernetesApi _api;
    private readonly string? _secret;
    private readonly string? _namespace;

    internal KubernetesBackend(BackendSettings settings, KubernetesPlace place, string? secret, string? nameSpace)
    {
        (_place, _secret, _namespace) = (place, secret, nameSpace);
        _api = new KubernetesApi(settings, place);
    }

    /// <summary>Settings: <c>secret</c>, <c>namespace</c>, <c>context</c>, <c>kubeconfig</c>.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var secret = settings.Text("secret");
        if (secret is not null && !KubernetesName.IsObject(secret)) settings.Fault("secret must be the name of an object: lower-case letters, digits, hyphens and dots");
        var nameSpace = settings.Text("namespace");
        if (nameSpace is not null && !KubernetesName.IsObject(nameSpace)) settings.Fault("namespace must be lower-case letters, digits and hyphens");
        var place = KubernetesPlace.From(settings);
        settings.ThrowOnFaults();
        return new KubernetesBackend(settings, place, secret, nameSpace);
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete | BackendCapabilities.CheckAndSet
        | (_secret is null ? BackendCapabilities.Fields : BackendCapabilities.None);

    /// <inheritdoc/>
    public override string Identity => $"{KindName} {_place.Identity} {_namespace} {_secret}";

    /// <inheritdoc/>
    public override string? Instead(BackendCapabilities missing) => missing switch
    {
        BackendCapabilities.Versions => "Kubernetes keeps the current version only",
        BackendCapabilities.Fields => "this store is one object whose keys are the names; leave the setting secret out to reach others",
        _ => null,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<BackendFact> Describe() =>
    [
        new("access", _place.Files.Count > 0 ? string.Join(", ", _place.Files) : "the service account of this pod", _place.Source),
        new("context", _place.Files.Count == 0 ? "none in a pod" : _place.Context ?? "the current one"),
        new("namespace", _namespace ?? "that of the context", _namespace is null ? null : "setting namespace"),
        new("object", _secret ?? "each secret is one"),
    ];

    /// <inheritdoc/>
    public override BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses) names.Add(_secret ?? address.Path);
        if (_secret is not null) names.Add(_secret);
        return new BackendPolicy("Kubernetes Role and RoleBinding (YAML)", KubernetesName.Role(_namespace ?? "default", names, writes));
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(ObjectOf(address), cancellationToken);
        return Find(answer, address);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.RunAsync(addresses, address => new SecretAddress(_secret ?? address.Path), ReadObjectAsync, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = _secret is null ? await ListObjectsAsync(cancellationToken) : await ListKeysAsync(_secret, cancellationToken);
        return [.. names.Where(name => PathPrefix.Covers(prefix, name))];
    }

    /// <inheritdoc/>
    public override async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        var (name, key) = (ObjectOf(address), KeyOf(address));
        if (write.ExpectedVersion is { Number: 0 }) return await WriteNewAsync(name, key, write.Value, cancellationToken);
        var version = write.ExpectedVersion?.ToString();
        // Change, and where there is nothing to change create; somebody may be faster, so change once more.
        for (var attempt = 0; ; attempt++)
        {
            using var answer = await PatchAsync(name, key, write.Value, version, cancellationToken);
            if (answer.IsSuccess) return Receipt(answer);
            var fault = KubernetesApi.Fault(answer);
            if (fault.Kind != SecretErrorKind.NotFound) throw fault;
            if (version is not null || attempt > 0) throw Changed();
            if (await CreateAsync(name, key, write.Value, cancellationToken) is { } created) return created;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var name = ObjectOf(address);
        if (_secret is null && address.Field is null)
        {
            using var deleted = await _api.SendAsync(HttpMethod.Delete, Path(name), body: null, cancellationToken);
            if (!deleted.IsSuccess) throw KubernetesApi.Fault(deleted);
            return;
        }
        var key = KeyOf(address);
        using var current = await GetAsync(name, cancellationToken);
        if (!current.Json().Member("data").Member(key).ValueKind.Equals(JsonValueKind.String)) throw NoKey(key);
        using var answer = await PatchAsync(name, key, value: null, version: null, cancellationToken);
        if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        if (_secret is null)
        {
            using var list = await ListPageAsync("?limit=1", cancellationToken);
            if (!list.IsSuccess) throw KubernetesApi.Fault(list);
            return $"{_api.Access.Server.Authority}, namespace {Namespace}: secrets can be listed";
        }
        using var answer = await _api.SendAsync(HttpMethod.Get, Path(_secret), body: null, cancellationToken);
        if (answer.IsSuccess) return $"{_api.Access.Server.Authority}, namespace {Namespace}: {_secret} has {Keys(answer).Count} keys";
        var fault = KubernetesApi.Fault(answer);
        return fault.Kind == SecretErrorKind.NotFound ? $"{_api.Access.Server.Authority}, namespace {Namespace}: {_secret} is not there yet" : throw fault;
    }

    /// <inheritdoc/>
    public override Task WaitForChangeAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var objects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses) objects.Add(ObjectOf(address));
        return objects.Count is 0 or > WatchesMax ? base.WaitForChangeAsync(addresses, cancellationToken) : WaitForAnyAsync(objects, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _api.Dispose();
        return base.DisposeAsync();
    }

    private async Task WaitForAnyAsync(IReadOnlyCollection<string> objects, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watches = objects.Select(name => WatchAsync(name, ended.Token)).ToList();
        var first = await Task.WhenAny(watches);
        await ended.CancelAsync();
        await Task.WhenAll(watches).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await first;
    }

    /// <summary>Completes with the first event of an object, or when the server no longer knows what happened since.</summary>
    private async Task WatchAsync(string name, CancellationToken cancellationToken)
    {
        var only = $"?fieldSelector=metadata.name%3D{name}";
        string version;
        using (var list = await _api.SendAsync(HttpMethod.Get, Path(name: null) + only, body: null, cancellationToken, NamesOnly))
        {
            if (!list.IsSuccess) throw KubernetesApi.Fault(list);
            version = list.Json().Member("metadata").RequiredText("resourceVersion");
        }
        while (true)
        {
            using var answer = await _api.SendAsync(
                HttpMethod.Get, $"{Path(name: null)}{only}&watch=true&timeoutSeconds={WatchSeconds}&resourceVersion={Uri.EscapeDataString(version)}",
                body: null, cancellationToken, firstLineOnly: true);
            if ((int)answer.Status == 410 || (answer.IsSuccess && answer.Bytes.Length > 0)) return;
            if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
        }
    }

    private string Namespace => _namespace ?? _api.Access.Namespace;

    private string ObjectOf(SecretAddress address)
    {
        var name = _secret ?? address.Path;
        return KubernetesName.IsObject(name) ? name : throw new SecretException(
            SecretErrorKind.InvalidInput, "is no name for an object of Kubernetes: lower-case letters, digits, hyphens and dots, 253 at most",
            help: name.Contains('/') ? "a key of an object is a field: OBJECT#KEY" : "naming: kebab in the manifest writes names so, or set secret to keep all as keys of one object");
    }

    private string KeyOf(SecretAddress address)
    {
        var key = _secret is null ? address.Field ?? SecretAddress.DefaultField : address.Path;
        return KubernetesName.IsKey(key) ? key : throw new SecretException(
            SecretErrorKind.InvalidInput, "is no key of a secret of Kubernetes: letters, digits, hyphens, underscores and dots, 253 at most");
    }

    private string Path(string? name) => $"/api/v1/namespaces/{Namespace}/secrets{(name is null ? "" : "/" + name)}";

    private async ValueTask<HttpAnswer> GetAsync(string name, CancellationToken cancellationToken)
    {
        var answer = await _api.SendAsync(HttpMethod.Get, Path(name), body: null, cancellationToken);
        if (answer.IsSuccess) return answer;
        using (answer) throw KubernetesApi.Fault(answer);
    }

    private async ValueTask<IReadOnlyList<ReadOutcome>> ReadObjectAsync(SecretAddress secret, IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        using var answer = await GetAsync(ObjectOf(secret), cancellationToken);
        var outcomes = new List<ReadOutcome>(addresses.Count);
        foreach (var address in addresses)
        {
            try
            {
                outcomes.Add(new ReadOutcome(address, Find(answer, address), Error: null));
            }
            catch (SecretException e)
            {
                outcomes.Add(new ReadOutcome(address, Secret: null, e));
            }
        }
        return outcomes;
    }

    private StoredSecret Find(HttpAnswer answer, SecretAddress address)
    {
        var data = answer.Json().Member("data");
        var key = KeyOf(address);
        var version = VersionOf(answer);
        if (data.Member(key) is { ValueKind: JsonValueKind.String } encoded) return new StoredSecret(Decode(encoded), version);
        if (_secret is not null || address.Field is not null) throw NoKey(key);
        return new StoredSecret(Whole(data), version);
    }

    /// <summary>All keys as one JSON object, as a secret of fields is given out without a field.</summary>
    private static SecretValue Whole(JsonElement data)
    {
        using var whole = new SecretBuffer();
        using (var writer = new Utf8JsonWriter(whole, new JsonWriterOptions { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
        {
            writer.WriteStartObject();
            if (data.ValueKind == JsonValueKind.Object)
            {
                foreach (var member in data.EnumerateObject())
                {
                    using var value = Decode(member.Value);
                    writer.WritePropertyName(member.Name);
                    SecretObject.Write(writer, value);
                }
            }
            writer.WriteEndObject();
        }
        return whole.ToValue();
    }

    private static SecretValue Decode(JsonElement encoded)
    {
        if (encoded.ValueKind != JsonValueKind.String || !encoded.TryGetBytesFromBase64(out var bytes)) throw new SecretException(SecretErrorKind.Malformed, "was answered with a value that is no base64");
        var value = SecretValue.FromBytes(bytes);
        CryptographicOperations.ZeroMemory(bytes);
        return value;
    }

    private async ValueTask<IReadOnlyList<string>> ListKeysAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await _api.SendAsync(HttpMethod.Get, Path(name), body: null, cancellationToken);
        if (answer.IsSuccess) return Keys(answer);
        var fault = KubernetesApi.Fault(answer);
        return fault.Kind == SecretErrorKind.NotFound ? [] : throw fault;
    }

    private async ValueTask<IReadOnlyList<string>> ListObjectsAsync(CancellationToken cancellationToken)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var next = "";
        do
        {
            using var answer = await ListPageAsync($"?limit=500{(next.Length == 0 ? "" : "&continue=" + Uri.EscapeDataString(next))}", cancellationToken);
            var json = answer.JsonOrNone();
            if (!answer.IsSuccess)
            {
                // The list is older than the server remembers; it offers to go on with the names of now.
                if ((int)answer.Status != 410 || json.Member("metadata").TextOf("continue") is not { Length: > 0 } fresh || string.Equals(fresh, next)) throw KubernetesApi.Fault(answer);
                next = fresh;
                continue;
            }
            json = answer.Json();
            foreach (var item in json.ItemsOf("items")) names.Add(item.Member("metadata").RequiredText("name"));
            next = json.Member("metadata").TextOf("continue") ?? "";
        }
        while (next.Length > 0);
        return [.. names];
    }

    private ValueTask<HttpAnswer> ListPageAsync(string query, CancellationToken cancellationToken) =>
        _api.SendAsync(HttpMethod.Get, Path(name: null) + query, body: null, cancellationToken, NamesOnly);

    /// <summary>Writes what must not be there yet: a new object, or where one object is the store a new key of it.</summary>
    private async ValueTask<WriteReceipt> WriteNewAsync(string name, string key, SecretValue value, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < NewKeyAttemptsMax; attempt++)
        {
            if (await CreateAsync(name, key, value, cancellationToken) is { } created) return created;
            if (_secret is null) break;
            using var current = await GetAsync(name, cancellationToken);
            if (current.Json().Member("data").Member(key).ValueKind == JsonValueKind.String) break;
            using var answer = await PatchAsync(name, key, value, VersionOf(current)?.Name, cancellationToken);
            if (answer.IsSuccess) return Receipt(answer);
            // Another key of the object was written in between: look again.
            if (KubernetesApi.Fault(answer) is { Kind: not SecretErrorKind.Conflict } fault) throw fault;
        }
        throw Changed();
    }

    private ValueTask<HttpAnswer> PatchAsync(string name, string key, SecretValue? value, string? version, CancellationToken cancellationToken) =>
        _api.SendAsync(HttpMethod.Patch, Path(name), () => Patch(key, value, version), cancellationToken);

    /// <summary>A new object; null when there is one of that name.</summary>
    private async ValueTask<WriteReceipt?> CreateAsync(string name, string key, SecretValue value, CancellationToken cancellationToken)
    {
        using var answer = await _api.SendAsync(HttpMethod.Post, Path(name: null), () => JsonBody.Object((name, key, value), static (writer, made) =>
        {
            writer.WriteString("apiVersion", "v1");
            writer.WriteString("kind", "Secret");
            writer.WriteStartObject("metadata");
            writer.WriteString("name", made.name);
            writer.WriteEndObject();
            writer.WriteString("type", "Opaque");
            WriteData(writer, made.key, made.value);
        }), cancellationToken);
        if (answer.IsSuccess) return Receipt(answer);
        var fault = KubernetesApi.Fault(answer);
        return fault.Kind switch
        {
            SecretErrorKind.Conflict => null,
            SecretErrorKind.NotFound => throw new SecretException(SecretErrorKind.InvalidInput, $"there is no namespace {Namespace}", help: "set namespace, or create it"),
            _ => throw fault,
        };
    }

    private static JsonBody Patch(string key, SecretValue? value, string? version) => JsonBody.Object((key, value, version), static (writer, change) =>
    {
        if (change.version is not null)
        {
            writer.WriteStartObject("metadata");
            writer.WriteString("resourceVersion", change.version);
            writer.WriteEndObject();
        }
        WriteData(writer, change.key, change.value);
    }, MergePatch);

    private static void WriteData(Utf8JsonWriter writer, string key, SecretValue? value)
    {
        writer.WriteStartObject("data");
        if (value is null) writer.WriteNull(key);
        else writer.WriteBase64String(key, value.Reveal());
        writer.WriteEndObject();
    }

    private static List<string> Keys(HttpAnswer answer)
    {
        var keys = new List<string>();
        if (answer.Json().Member("data") is { ValueKind: JsonValueKind.Object } data)
            foreach (var member in data.EnumerateObject()) keys.Add(member.Name);
        keys.Sort(StringComparer.Ordinal);
        return keys;
    }

    private static SecretVersion? VersionOf(HttpAnswer answer) =>
        answer.Json().Member("metadata").TextOf("resourceVersion") is { Length: > 0 } version ? SecretVersion.Named(version) : null;

    private static WriteReceipt Receipt(HttpAnswer answer) => new(VersionOf(answer));

    private static SecretException NoKey(string key) => new(SecretErrorKind.NotFound, $"the object has no key {key}");

    private static SecretException Changed() => new(SecretErrorKind.Conflict, "is another by now, or exists although it should not");
}
