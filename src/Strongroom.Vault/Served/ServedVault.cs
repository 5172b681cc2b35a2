using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>
/// A vault that serves many callers by token: what the server wraps in HTTP. Uninitialised, sealed or unsealed. All failures are
/// <see cref="SecretException"/>. Safe for concurrent use; owns its storage.
/// </summary>
public sealed class ServedVault(VaultStorage storage, ServedVaultOptions options) : IAsyncDisposable
{
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile Unsealed? _unsealed;

    /// <summary>Whether requests are refused until the vault is unsealed.</summary>
    public bool IsSealed => _unsealed is null;

    /// <summary>How it is served.</summary>
    public ServedVaultOptions Options { get; } = options;

    internal VaultStorage Storage { get; } = storage;

    /// <summary>Identity of the unsealed vault, or null.</summary>
    internal Guid? VaultId => _unsealed?.Barrier.VaultId;

    /// <summary>Whether there is a vault in the storage.</summary>
    public async ValueTask<bool> IsInitializedAsync(CancellationToken cancellationToken) =>
        await Storage.GetAsync(VaultHeader.SealRecordId, cancellationToken) is not null;

    /// <summary>
    /// Makes a new vault in an empty storage, unsealed. Throws Conflict when there is one.
    /// </summary>
    /// <param name="seal">Protects the root key; the caller keeps it.</param>
    /// <param name="vaultId">A new random identity.</param>
    /// <param name="withSecrets">Whether <c>secret/</c> is mounted.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask CreateAsync(VaultSeal seal, Guid vaultId, bool withSecrets, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var barrier = await VaultBarrier.CreateAsync(Storage, seal, vaultId, Options.Random, cancellationToken);
            await UnsealAsync(barrier, system => system.Mounts.InitializeAsync(withSecrets, cancellationToken), cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Unseals the vault. Throws NotFound, Sealed when the seal is not its own, Corrupt.</summary>
    public async ValueTask OpenAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_unsealed is not null) return;
            await UnsealAsync(await VaultBarrier.OpenAsync(Storage, seal, Options.Random, cancellationToken), _ => default, cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Makes a token with the policy root that never ends; with this text, or a random one.</summary>
    public async ValueTask<ClientToken> CreateRootTokenAsync(string? text, CancellationToken cancellationToken)
    {
        var system = Current.System;
        var token = text is null ? TokenText.NewService(Options.Random) : new ClientToken(text);
        var entry = new TokenEntry
        {
            Accessor = TokenText.NewAccessor(Options.Random),
            Policies = ["root"],
            Path = "auth/token/root",
            DisplayName = "root",
            CreatedAt = system.Tokens.Now,
        };
        await Current.Core.AdministerAsync(
            Caller.LocalOwner(Environment.UserName), "auth/token/root",
            async (context, stop) => (await system.Tokens.CreateAsync(token, entry, context.BeginCommit, stop)).Sequence, cancellationToken);
        return token;
    }

    /// <summary>Answers a request by the token that came with it. The response must be disposed.</summary>
    public ValueTask<VaultResponse> HandleAsync(VaultRequest request, CancellationToken cancellationToken) =>
        SealEndpoints.Find(request) is { } endpoint ? endpoint(this, request, cancellationToken) : Current.Core.HandleAsync(request, cancellationToken);

    /// <summary>Zeroes the keys. What is being answered ends with Sealed.</summary>
    public async ValueTask SealAsync(CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_unsealed is not { } unsealed) return;
            _unsealed = null;
            await unsealed.Sweeper.DisposeAsync();
            unsealed.Barrier.Dispose();
            await unsealed.Audit.DisposeAsync();
        }
        finally
        {
            _change.Release();
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await SealAsync(CancellationToken.None);
        await Storage.DisposeAsync();
    }

    private Unsealed Current => _unsealed ?? throw new SecretException(SecretErrorKind.Sealed, "Vault is sealed");

    private async ValueTask UnsealAsync(VaultBarrier barrier, Func<VaultSystem, ValueTask> prepare, CancellationToken cancellationToken)
    {
        HashChainedFile? audit = null;
        try
        {
            audit = HashChainedFile.Open(Options.AuditPath, barrier.Keyring.AuditKey, Options.AuditFlush, Options.Time);
            await AuditAgreement.RequireAsync(
                barrier, audit, new EmbeddedVaultOptions { AuditPath = Options.AuditPath, Time = Options.Time, Random = Options.Random }, cancellationToken);
            var system = new VaultSystem(barrier, Options.Time) { DefaultLeaseTtl = Options.DefaultLeaseTtl, MaxLeaseTtl = Options.MaxLeaseTtl, PasswordIterations = Options.PasswordIterations };
            await prepare(system);
            await system.Mounts.LoadAsync(cancellationToken);
            _unsealed = new Unsealed(barrier, audit, system, new VaultCore(system, audit), new LeaseSweeper(system.Leases, Options.Time));
        }
        catch
        {
            if (audit is not null) await audit.DisposeAsync();
            barrier.Dispose();
            throw;
        }
    }

    private sealed record Unsealed(VaultBarrier Barrier, HashChainedFile Audit, VaultSystem System, VaultCore Core, LeaseSweeper Sweeper);
}
