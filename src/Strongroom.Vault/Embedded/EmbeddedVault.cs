using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Embedded;

/// <summary>
/// A vault in this process: what the command line and programs use. Every call goes through the one request pipeline, so it
/// is checked and audited like any other. Paths are those of secrets, without mount. All failures are
/// <see cref="SecretException"/>. Safe for concurrent use; owns its storage.
/// </summary>
public sealed partial class EmbeddedVault : IAsyncDisposable
{
    private const string Mount = "secret/";

    private readonly VaultBarrier _barrier;
    private readonly HashChainedFile _audit;
    private readonly EmbeddedVaultOptions _options;
    private readonly VaultCore _core;
    private readonly Caller _caller;

    private EmbeddedVault(VaultBarrier barrier, HashChainedFile audit, EmbeddedVaultOptions options)
    {
        (_barrier, _audit, _options) = (barrier, audit, options);
        _core = new VaultCore(barrier, audit, options.Time);
        _caller = Caller.LocalOwner(options.UserName);
    }

    /// <summary>Identity of the vault.</summary>
    public Guid VaultId => _barrier.VaultId;

    /// <summary>Makes a new vault and opens it. Throws Conflict when the storage has one.</summary>
    /// <param name="storage">An empty storage; the vault disposes of it.</param>
    /// <param name="seal">Protects the root key; the caller keeps it.</param>
    /// <param name="vaultId">A new random identity; the key file is named after it.</param>
    /// <param name="options">Audit file, clock, randomness.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async ValueTask<EmbeddedVault> CreateAsync(
        VaultStorage storage, VaultSeal seal, Guid vaultId, EmbeddedVaultOptions options, CancellationToken cancellationToken)
    {
        var barrier = await VaultBarrier.CreateAsync(storage, seal, vaultId, options.Random, cancellationToken);
        return await OpenAsync(barrier, options, cancellationToken);
    }

    /// <summary>
    /// Opens a vault. Throws NotFound when there is none, Sealed when the seal is not its own, Corrupt when it does not fit its
    /// audit log.
    /// </summary>
    /// <inheritdoc cref="CreateAsync"/>
    public static async ValueTask<EmbeddedVault> OpenAsync(
        VaultStorage storage, VaultSeal seal, EmbeddedVaultOptions options, CancellationToken cancellationToken) =>
        await OpenAsync(await VaultBarrier.OpenAsync(storage, seal, options.Random, cancellationToken), options, cancellationToken);

    /// <summary>Zeroes the keys and closes log and storage.</summary>
    public async ValueTask DisposeAsync()
    {
        _barrier.Dispose();
        await _audit.DisposeAsync();
        await _barrier.Storage.DisposeAsync();
    }

    private static async ValueTask<EmbeddedVault> OpenAsync(
        VaultBarrier barrier, EmbeddedVaultOptions options, CancellationToken cancellationToken)
    {
        HashChainedFile? audit = null;
        try
        {
            audit = HashChainedFile.Open(options.AuditPath, barrier.Keyring.AuditKey, options.AuditFlush, options.Time);
            await AuditAgreement.RequireAsync(barrier, audit, options, cancellationToken);
            return new EmbeddedVault(barrier, audit, options);
        }
        catch
        {
            if (audit is not null) await audit.DisposeAsync();
            barrier.Dispose();
            throw;
        }
    }
}
