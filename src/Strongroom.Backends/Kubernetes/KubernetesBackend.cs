using System.Text;
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

    private readonly KubernetesPlace _place;
    private readonly KubernetesApi _api;
    private readonly string? _secret;
    private readonly string? _namespace;
    private readonly KubernetesObjects _objects;

    internal KubernetesBackend(BackendSettings settings, KubernetesPlace place, string? secret, string? nameSpace)
    {
        (_place, _secret, _namespace) = (place, secret, nameSpace);
        _api = new KubernetesApi(settings, place);
        _objects = new KubernetesObjects(_api, nameSpace);
    }

    /// <summary>Settings: <c>secret</c>, <c>namespace</c>, <c>context</c>, <c>kubeconfig</c>.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var secret = settings.Text("secret");
        if (secret is not null && !KubernetesObject.IsName(secret)) settings.Fault("secret must be the name of an object: lower-case letters, digits, hyphens and dots");
        var nameSpace = settings.Text("namespace");
        if (nameSpace is not null && !KubernetesObject.IsName(nameSpace)) settings.Fault("namespace must be lower-case letters, digits and hyphens");
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
        foreach (var address in addresses) names.Add(ObjectOf(address));
        if (_secret is not null) names.Add(_secret);
        return new BackendPolicy("Kubernetes Role and RoleBinding (YAML)", Role(_namespace ?? "default", names, writes));
    }

    /// <inheritdoc/>
    public override async ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        using var answer = await _objects.GetAsync(ObjectOf(address), cancellationToken);
        return Find(answer, address);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        ParallelReads.RunAsync(addresses, address => new SecretAddress(_secret ?? address.Path), ReadObjectAsync, cancellationToken);

    /// <inheritdoc/>
    public override async ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        var names = _secret is null ? await _objects.ListAsync(cancellationToken) : await ListKeysAsync(_secret, cancellationToken);
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
            using var answer = await _objects.PatchAsync(name, key, write.Value, version, cancellationToken);
            if (answer.IsSuccess) return KubernetesObject.Receipt(answer);
            var fault = KubernetesApi.Fault(answer);
            if (fault.Kind != SecretErrorKind.NotFound) throw fault;
            if (version is not null || attempt > 0) throw Changed();
            if (await _objects.CreateAsync(name, key, write.Value, cancellationToken) is { } created) return created;
        }
    }

    /// <inheritdoc/>
    public override async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var name = ObjectOf(address);
        if (_secret is null && address.Field is null)
        {
            await _objects.DeleteAsync(name, cancellationToken);
            return;
        }
        var key = KeyOf(address);
        using var current = await _objects.GetAsync(name, cancellationToken);
        if (!KubernetesObject.Has(current, key)) throw NoKey(key);
        using var answer = await _objects.PatchAsync(name, key, value: null, version: null, cancellationToken);
        if (!answer.IsSuccess) throw KubernetesApi.Fault(answer);
    }

    /// <inheritdoc/>
    public override async ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        if (_secret is null)
        {
            await _objects.ProbeAsync(cancellationToken);
            return $"{_objects.Place}: secrets can be listed";
        }
        using var answer = await _objects.FindAsync(_secret, cancellationToken);
        return $"{_objects.Place}: {_secret} {(answer is null ? "is not there yet" : $"has {KubernetesObject.Keys(answer).Count} keys")}";
    }

    /// <inheritdoc/>
    public override Task WaitForChangeAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var objects = new HashSet<string>(StringComparer.Ordinal);
        foreach (var address in addresses) objects.Add(ObjectOf(address));
        return objects.Count is 0 or > WatchesMax ? base.WaitForChangeAsync(addresses, cancellationToken) : _objects.WaitForAnyAsync(objects, cancellationToken);
    }

    /// <inheritdoc/>
    public override ValueTask DisposeAsync()
    {
        _api.Dispose();
        return base.DisposeAsync();
    }

    private string ObjectOf(SecretAddress address)
    {
        var name = _secret ?? address.Path;
        return KubernetesObject.IsName(name) ? name : throw new SecretException(
            SecretErrorKind.InvalidInput, "is no name for an object of Kubernetes: lower-case letters, digits, hyphens and dots, 253 at most",
            help: name.Contains('/') ? "a key of an object is a field: OBJECT#KEY" : "naming: kebab in the manifest writes names so, or set secret to keep all as keys of one object");
    }

    private string KeyOf(SecretAddress address)
    {
        var key = _secret is null ? address.Field ?? SecretAddress.DefaultField : address.Path;
        return KubernetesObject.IsKey(key) ? key : throw new SecretException(
            SecretErrorKind.InvalidInput, "is no key of a secret of Kubernetes: letters, digits, hyphens, underscores and dots, 253 at most");
    }

    private async ValueTask<IReadOnlyList<ReadOutcome>> ReadObjectAsync(SecretAddress secret, IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        using var answer = await _objects.GetAsync(ObjectOf(secret), cancellationToken);
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
        var key = KeyOf(address);
        var version = KubernetesObject.VersionOf(answer);
        if (KubernetesObject.Find(answer, key) is { } value) return new StoredSecret(value, version);
        if (_secret is not null || address.Field is not null) throw NoKey(key);
        return new StoredSecret(KubernetesObject.Whole(answer), version);
    }

    private async ValueTask<IReadOnlyList<string>> ListKeysAsync(string name, CancellationToken cancellationToken)
    {
        using var answer = await _objects.FindAsync(name, cancellationToken);
        return answer is null ? [] : KubernetesObject.Keys(answer);
    }

    /// <summary>Writes what must not be there yet: a new object, or where one object is the store a new key of it.</summary>
    private async ValueTask<WriteReceipt> WriteNewAsync(string name, string key, SecretValue value, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < NewKeyAttemptsMax; attempt++)
        {
            if (await _objects.CreateAsync(name, key, value, cancellationToken) is { } created) return created;
            if (_secret is null) break;
            using var current = await _objects.GetAsync(name, cancellationToken);
            if (KubernetesObject.Has(current, key)) break;
            using var answer = await _objects.PatchAsync(name, key, value, KubernetesObject.VersionOf(current)?.Name, cancellationToken);
            if (answer.IsSuccess) return KubernetesObject.Receipt(answer);
            // Another key of the object was written in between: look again.
            if (KubernetesApi.Fault(answer) is { Kind: not SecretErrorKind.Conflict } fault) throw fault;
        }
        throw Changed();
    }

    private static SecretException NoKey(string key) => new(SecretErrorKind.NotFound, $"the object has no key {key}");

    private static SecretException Changed() => new(SecretErrorKind.Conflict, "is another by now, or exists although it should not");

    /// <summary>A Role that permits these objects and no others, with a binding to fill in.</summary>
    private static string Role(string nameSpace, IReadOnlyCollection<string> names, bool writes)
    {
        var text = new StringBuilder();
        text.Append($$"""
            apiVersion: rbac.authorization.k8s.io/v1
            kind: Role
            metadata:
              name: strongroom
              namespace: {{nameSpace}}
            rules:
              - apiGroups: [""]
                resources: [secrets]
                resourceNames: [{{string.Join(", ", names)}}]
                verbs: [{{(writes ? "get, list, watch, patch, delete" : "get, list, watch")}}]

            """);
        if (writes)
        {
            text.Append("""
                  # To create, no name can be named.
                  - apiGroups: [""]
                    resources: [secrets]
                    verbs: [create]

                """);
        }
        return text.Append($$"""
            ---
            apiVersion: rbac.authorization.k8s.io/v1
            kind: RoleBinding
            metadata:
              name: strongroom
              namespace: {{nameSpace}}
            roleRef:
              apiGroup: rbac.authorization.k8s.io
              kind: Role
              name: strongroom
            subjects:
              - kind: ServiceAccount
                name: strongroom
                namespace: {{nameSpace}}

            """).ToString();
    }
}
