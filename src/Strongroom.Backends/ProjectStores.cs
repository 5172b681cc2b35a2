using System.Collections;
using Strongroom.Caching;
using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends;

/// <summary>The stores of one project, each made when it is first needed. Not for many callers at once; the stores are.</summary>
/// <param name="manifest">The project.</param>
/// <param name="environment">Gives a copy of the environment variables; asked once, when a store needs it.</param>
/// <param name="time">The clock.</param>
public sealed class ProjectStores(ProjectManifest manifest, Func<IReadOnlyDictionary<string, string>> environment, TimeProvider time) : IAsyncDisposable
{
    private readonly Dictionary<string, SecretStore> _stores = [];
    private IReadOnlyDictionary<string, string>? _environment;

    /// <summary>Makes backends of kinds that are not in <see cref="All"/>, as the embedded vault; asked first. Null is "no such kind".</summary>
    public Func<string, BackendFactory?>? MoreKinds { get; init; }

    /// <summary>Makes the transport of stores behind HTTP; null for the usual one.</summary>
    public TransportFactory? Transport { get; init; }

    /// <summary>A copy of the variables of this process, for programs that have no other.</summary>
    public static IReadOnlyDictionary<string, string> ProcessEnvironment()
    {
        var snapshot = new Dictionary<string, string>();
        foreach (DictionaryEntry variable in System.Environment.GetEnvironmentVariables()) snapshot[(string)variable.Key] = (string?)variable.Value ?? "";
        return snapshot;
    }

    /// <summary>A store by name.</summary>
    /// <exception cref="SecretException">InvalidInput when the manifest has none or its settings have faults, Unsupported for a kind that is not built in.</exception>
    public SecretStore Find(string name)
    {
        if (_stores.TryGetValue(name, out var store)) return store;
        var definition = manifest.FindStore(name) ?? throw new SecretException(
            SecretErrorKind.InvalidInput, $"there is no store named {name}", help: "the stores are " + string.Join(", ", manifest.Stores.Select(s => s.Name)));
        var make = MoreKinds?.Invoke(definition.Kind) ?? All.Find(definition.Kind)
            ?? throw new SecretException(SecretErrorKind.Unsupported, $"stores of kind {definition.Kind} are not built in", name);
        var backend = make(new BackendSettings(
            name, definition.BackendSettings, manifest.Directory, _environment ??= environment(), time, Transport));
        return _stores[name] = new SecretStore(name, backend, backend.IsLocal ? null : new StoreOptions { Resilience = definition.Resilience }, time);
    }

    /// <summary>Every store of the manifest.</summary>
    /// <exception cref="SecretException">As for one.</exception>
    public IReadOnlyList<SecretStore> FindAll()
    {
        var stores = new SecretStore[manifest.Stores.Count];
        for (var i = 0; i < stores.Length; i++) stores[i] = Find(manifest.Stores[i].Name);
        return stores;
    }

    /// <summary>How the manifest wants its stores remembered; null when none of them is behind a network.</summary>
    /// <param name="disk">Gives the cache that outlives the process.</param>
    public ResolverOptions? CacheOptions(Func<DiskCache?> disk)
    {
        Dictionary<string, CacheOptions>? caches = null;
        foreach (var definition in manifest.Stores)
            if (!Find(definition.Name).IsLocal) (caches ??= []).Add(definition.Name, definition.Cache);
        return caches is null ? null : new ResolverOptions { StoreCaches = caches, Disk = disk() };
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        foreach (var store in _stores.Values) await store.DisposeAsync();
    }
}
