using System.Security.Cryptography;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;

namespace Strongroom.Server.Hosting;

/// <summary>
/// The embedded vault of a project, served to programs on this machine that speak Vault's API, while the command line goes on using it. A root
/// token of this run is told; it ends with the run, and with its time when the server is killed.
/// </summary>
internal sealed class ProjectVault : HostedVault
{
    private static readonly TimeSpan TokenTtl = TimeSpan.FromHours(24);

    private readonly VaultFolder _folder;
    private readonly VaultSeal _seal;
    private readonly ClientToken _token;
    private readonly ListenerConfiguration _listener;

    private ProjectVault(ServedVault vault, VaultFolder folder, VaultSeal seal, ClientToken token, ListenerConfiguration listener) =>
        (Vault, _folder, _seal, _token, _listener) = (vault, folder, seal, token, listener);

    public override ServedVault Vault { get; }

    public override IReadOnlyList<ListenerConfiguration> Listeners => [_listener];

    /// <summary>Opens the vault of the project at or above a folder with its own seal.</summary>
    public static async ValueTask<ProjectVault> StartAsync(
        string project, ListenerConfiguration listener, RandomNumberGenerator random, TimeProvider time, CancellationToken cancellationToken)
    {
        var place = FindPlace(Path.GetFullPath(project));
        if (!File.Exists(place.DatabasePath))
            throw new SecretException(SecretErrorKind.NotFound, "there is no vault", operation: "start", name: place.DatabasePath, help: "run strongroom init");
        VaultFolder? folder = null;
        VaultSeal? seal = null;
        SqliteStorage? storage = null;
        try
        {
            folder = VaultFolder.Take(place.Folder, isOwn: false);
            storage = SqliteStorage.Open(place.DatabasePath);
            var header = await VaultHeader.ReadAsync(storage, cancellationToken)
                ?? throw new SecretException(SecretErrorKind.NotFound, "there is no vault", operation: "start", name: place.DatabasePath, help: "run strongroom init");
            seal = UnattendedSeal.Open(header, place, random);
            var vault = new ServedVault(storage, new ServedVaultOptions
            {
                AuditPath = place.AuditPath,
                Time = time,
                Random = random,
                Seal = seal,
                ApiAddress = $"http://{listener.Address}",
            });
            await vault.OpenAsync(seal, cancellationToken);
            return new ProjectVault(vault, folder, seal, await vault.CreateRootTokenAsync(TokenTtl, cancellationToken), listener);
        }
        catch
        {
            if (storage is not null) await storage.DisposeAsync();
            seal?.Dispose();
            folder?.Dispose();
            throw;
        }
    }

    public override async Task AnnounceAsync(TextWriter output)
    {
        await output.WriteLineAsync($"""
            Strongroom serves the vault of this project ({VaultPlace.Shorten(_folder.FullPath)}) to programs on this machine.

                export VAULT_ADDR='http://{_listener.Address}'
                export VAULT_TOKEN='{_token.Reveal()}'

            The token may do everything. It ends when the server stops, at the latest in {TokenTtl.TotalHours:0} hours.

            """);
        await output.FlushAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        if (!Vault.IsSealed) await Vault.RevokeAsync(_token, CancellationToken.None);
        await Vault.DisposeAsync();
        _seal.Dispose();
        _folder.Dispose();
    }

    private static VaultPlace FindPlace(string project)
    {
        if (ManifestLoader.Load(project, Environment.GetEnvironmentVariable) is not { } manifest) return VaultPlace.Default(project);
        foreach (var store in manifest.Stores)
        {
            if (store.Kind != "embedded") continue;
            return VaultPlace.Of(store, manifest.Directory);
        }
        throw new SecretException(
            SecretErrorKind.Unsupported, "this project has no embedded vault", operation: "start", name: project, help: "add a store of kind embedded to strongroom.yaml");
    }
}
