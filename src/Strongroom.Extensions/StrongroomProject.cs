using System.Security.Cryptography;
using Strongroom.Backends;
using Strongroom.Caching;
using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Stores;
using Strongroom.Vault.Embedded;

namespace Strongroom.Extensions;

/// <summary>
/// The secrets of a project inside a program: manifest, stores and caches as the command line has them. Opened once and kept for the
/// life of the program. Safe for many callers at once.
/// </summary>
public sealed class StrongroomProject : ISecretSource, IAsyncDisposable
{
    private readonly ProjectStores _stores;
    private readonly ProjectSecrets _secrets;
    private readonly TimeProvider _time;
    private readonly SemaphoreSlim _opening = new(1);
    private readonly Dictionary<string, EmbeddedVault> _vaults = [];

    private StrongroomProject(ProjectManifest manifest, StrongroomOptions options)
    {
        _time = options.Time;
        Manifest = manifest;
        Plan = ManifestPlan.Create(manifest, options.Environment);
        _stores = new ProjectStores(manifest, ProjectStores.ProcessEnvironment, options.Time)
        {
            MoreKinds = kind => kind is EmbeddedVaultBackend.KindName ? settings => new EmbeddedVaultBackend(token => OpenVaultAsync(settings.Store, token)) : null,
            Transport = options.Transport,
        };
        var caches = _stores.CacheOptions(() => options.UseDiskCache ? NewDiskCache() : null);
        _secrets = new ProjectSecrets(Plan, _stores.FindAll(), caches, options.Time);
    }

    /// <summary>The project.</summary>
    public ProjectManifest Manifest { get; }

    /// <summary>The environment of it that this program is in.</summary>
    public ManifestPlan Plan { get; }

    /// <inheritdoc/>
    public IReadOnlyList<string> Names => [.. Plan.Secrets.Select(secret => secret.Name)];

    /// <summary>The stores, for writing and for what only they know.</summary>
    public IReadOnlyList<SecretStore> Stores => _stores.FindAll();

    /// <summary>Finds and reads the manifest. Opens no store yet.</summary>
    /// <exception cref="SecretException">NotFound when there is no manifest; InvalidInput with all its faults.</exception>
    public static StrongroomProject Open(StrongroomOptions options)
    {
        string[] folders = options.Project is { } given ? [given] : [Directory.GetCurrentDirectory(), AppContext.BaseDirectory];
        foreach (var folder in folders)
            if (ManifestLoader.Load(folder, Environment.GetEnvironmentVariable) is { } manifest) return new StrongroomProject(manifest, options);
        throw new SecretException(
            SecretErrorKind.NotFound, $"there is no {ManifestFiles.Name} in or above {string.Join(" or ", folders.Distinct())}",
            help: "make one with strongroom init, copy it beside the program, or set STRONGROOM_PROJECT");
    }

    /// <inheritdoc/>
    public ValueTask<ResolvedSecret> ResolveAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        name.Contains("://", StringComparison.Ordinal)
            ? _secrets.ResolveAsync(SecretReference.Parse(name), mode, cancellationToken)
            : _secrets.ResolveAsync(name, mode, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _secrets.ResolveAllAsync(names, mode, cancellationToken);

    /// <summary>Where a name is kept in a store, for writing it.</summary>
    /// <exception cref="SecretException">InvalidInput when the manifest has no such store.</exception>
    public (SecretStore Store, SecretAddress Address) PlaceOf(string name, string store) => (_stores.Find(store), Plan.ReferenceIn(store, name).Address);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _secrets.Dispose();
        await _stores.DisposeAsync();
        foreach (var vault in _vaults.Values) await vault.DisposeAsync();
        _opening.Dispose();
    }

    private DiskCache NewDiskCache() => new(
        new DiskCacheOptions
        {
            File = Path.Combine(Manifest.Directory, VaultPlace.FolderName, "values.cache"),
            KeyFile = Path.Combine(VaultPlace.ConfigFolder, "cache.key"),
            Binding = Manifest.Directory,
        },
        _time);

    private async ValueTask<EmbeddedVault> OpenVaultAsync(string store, CancellationToken cancellationToken)
    {
        await _opening.WaitAsync(cancellationToken);
        try
        {
            return _vaults.TryGetValue(store, out var vault) ? vault : _vaults[store] = await OpenVaultAsync(Manifest.FindStore(store)!, cancellationToken);
        }
        finally
        {
            _opening.Release();
        }
    }

    private Task<EmbeddedVault> OpenVaultAsync(StoreDefinition store, CancellationToken cancellationToken)
    {
        var place = VaultPlace.Of(store, Manifest.Directory);
        return VaultFile.OpenAsync(
            store.Name, Manifest.Directory, place, header => UnattendedSeal.Open(header, place, RandomNumberGenerator.Create()),
            new EmbeddedVaultOptions { AuditPath = place.AuditPath, Time = _time }, cancellationToken);
    }
}
