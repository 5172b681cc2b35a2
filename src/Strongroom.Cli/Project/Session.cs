using Strongroom.Backends;
using Strongroom.Caching;
using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Stores;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Project;

/// <summary>The project that a command works on: its manifest, its stores, its vault. Opens each thing when it is first needed.</summary>
internal sealed class Session : IAsyncDisposable
{
    /// <summary>The kind of store that this project's own vault is.</summary>
    public const string EmbeddedKind = "embedded";

    private readonly ProjectStores _stores;
    private readonly Dictionary<string, Task<EmbeddedVault>> _vaults = [];
    private DiskCache? _diskCache;
    private WrittenStates? _written;

    private Session(ProjectManifest manifest, TimeProvider time)
    {
        Manifest = manifest;
        Time = time;
        _stores = new ProjectStores(manifest, ProjectStores.ProcessEnvironment, time)
        {
            MoreKinds = kind => kind == EmbeddedKind ? settings => new EmbeddedVaultBackend(token => OpenVaultAsync(settings.Store, token)) : null,
        };
    }

    public ProjectManifest Manifest { get; }

    public TimeProvider Time { get; }

    /// <summary>Opens a vault although it is older than its audit log, as after restoring a backup.</summary>
    public bool AcceptRestored { get; init; }

    /// <summary>Folder of the manifest.</summary>
    public string Root => Manifest.Directory;

    /// <summary>Opens the project at or above a folder.</summary>
    /// <exception cref="SecretException">NotFound when there is none, InvalidInput with every fault of its manifest.</exception>
    public static Session Open(string directory, bool acceptRestored = false)
    {
        var manifest = ManifestLoader.Load(directory, System.Environment.GetEnvironmentVariable) ?? throw (Directory.Exists(directory)
            ? new SecretException(SecretErrorKind.NotFound, $"no {ManifestFiles.Name} here or above", help: "run strongroom init to make one")
            : new SecretException(SecretErrorKind.NotFound, $"there is no folder {directory}"));
        return new Session(manifest, TimeProvider.System) { AcceptRestored = acceptRestored };
    }

    /// <summary>The last known values of stores behind a network, for a start while they cannot be reached.</summary>
    public DiskCache DiskCache => _diskCache ??= new DiskCache(
        new DiskCacheOptions
        {
            File = Path.Combine(Root, VaultPlace.FolderName, "values.cache"),
            KeyFile = Path.Combine(VaultPlace.ConfigFolder, "cache.key"),
            Binding = Root,
        },
        Time);

    /// <summary>What was written to stores that give no value back.</summary>
    public WrittenStates Written => _written ??= new WrittenStates(
        Path.Combine(Root, VaultPlace.FolderName, "written"), Path.Combine(VaultPlace.ConfigFolder, "written.key"));

    /// <summary>Writes a value, and remembers what cannot be read back.</summary>
    /// <exception cref="SecretException">As <see cref="SecretStore.WriteAsync"/>.</exception>
    public async ValueTask<SecretVersion?> WriteAsync(SecretStore store, SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        var receipt = await store.WriteAsync(address, write, cancellationToken);
        if (receipt.Version is not { } state || store.Can(BackendCapabilities.Read)) return receipt.Version;
        try
        {
            Written.Remember(store, address.Path, state, write.Value);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // It is written, which is what was asked for; later it counts as not written from here.
        }
        return state;
    }

    /// <summary>The plan for an environment, by default the manifest's.</summary>
    public ManifestPlan Plan(string? environment) => ManifestPlan.Create(Manifest, environment);

    /// <summary>The secrets of an environment.</summary>
    public ProjectSecrets Secrets(string? environment)
    {
        return new ProjectSecrets(Plan(environment), AllStores(), _stores.CacheOptions(() => DiskCache), Time);
    }

    /// <summary>A store by name.</summary>
    public SecretStore Store(string name) => _stores.Find(name);

    /// <summary>Every store of the manifest.</summary>
    public IReadOnlyList<SecretStore> AllStores() => _stores.FindAll();

    /// <summary>The embedded vault: the one named, or the first of the chain.</summary>
    public StoreDefinition VaultStore(string? name = null)
    {
        foreach (var store in Manifest.Stores)
        {
            if (store.Kind == EmbeddedKind && (name is null || store.Name == name)) return store;
        }
        throw new SecretException(
            SecretErrorKind.Unsupported, name is null ? "this project has no embedded vault" : $"{name} is not an embedded vault",
            help: "add a store of kind embedded to strongroom.yaml");
    }

    /// <summary>Where a vault's parts are.</summary>
    public VaultPlace PlaceOf(StoreDefinition store) => VaultPlace.Of(store, Root);

    /// <summary>
    /// Begins to open the vault that an environment's secrets are looked for in first, on another core: it takes as long as planning.
    /// Does nothing when it is not certain that the vault will be asked. A failure is told when it is.
    /// </summary>
    public void OpenVaultAhead(string? environment)
    {
        var chain = Manifest.FindEnvironment(environment ?? Manifest.DefaultEnvironment)?.Chain ?? Manifest.Chain;
        if (System.Environment.ProcessorCount < 2 || chain.Count == 0 || Manifest.FindStore(chain[0]) is not { Kind: EmbeddedKind } store) return;
        foreach (var secret in Manifest.Secrets)
        {
            if (secret.From is not null || secret.References.Count > 0 || secret.Template is not null) continue;
            _vaults.TryAdd(store.Name, Task.Run(() => OpenAsync(store, CancellationToken.None)));
            return;
        }
    }

    /// <summary>Opens a vault, once; after a failure, once more.</summary>
    public async ValueTask<EmbeddedVault> OpenVaultAsync(string? name, CancellationToken cancellationToken)
    {
        var store = VaultStore(name);
        if (!_vaults.TryGetValue(store.Name, out var vault) || vault.IsFaulted || vault.IsCanceled)
            _vaults[store.Name] = vault = OpenAsync(store, cancellationToken);
        return await vault;
    }

    /// <summary>Where a name lies in the embedded vault, for what only a vault can do: history, metadata, undelete.</summary>
    public async ValueTask<VaultTarget> TargetAsync(string name, string? environment, string? store, CancellationToken cancellationToken)
    {
        var plan = Plan(environment);
        var vaultStore = VaultStore(store);
        var reference = plan.ReferenceIn(vaultStore.Name, name);
        return new VaultTarget(await OpenVaultAsync(vaultStore.Name, cancellationToken), reference, plan.Environment.Name);
    }

    public async ValueTask DisposeAsync()
    {
        await _stores.DisposeAsync();
        foreach (var vault in _vaults.Values)
        {
            // One that failed was told where it was asked for, and one opened ahead may never have been.
            await ((Task)vault).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (vault.IsCompletedSuccessfully) await (await vault).DisposeAsync();
        }
    }

    private Task<EmbeddedVault> OpenAsync(StoreDefinition store, CancellationToken cancellationToken)
    {
        var place = PlaceOf(store);
        return VaultFile.OpenAsync(
            store.Name, Root, place, header => SealChoice.Open(header.SealKind, place, header.VaultId),
            new EmbeddedVaultOptions { AuditPath = place.AuditPath, Time = Time, AcceptRestored = AcceptRestored }, cancellationToken);
    }
}
