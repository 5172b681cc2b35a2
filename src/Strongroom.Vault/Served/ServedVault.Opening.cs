using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Audit.Checkpoints;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

public sealed partial class ServedVault
{
    /// <summary>Zeroes the keys, after what is being answered, or after some seconds: what still runs then ends with Sealed.</summary>
    public async ValueTask SealAsync(CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_unsealed is { } unsealed) await CloseAsync(unsealed);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>
    /// Opens the vault anew after all that is stored was replaced; it is sealed afterwards when the keys are others and nothing here opens them.
    /// </summary>
    internal async ValueTask ReopenAsync(CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_unsealed is not { } unsealed) return;
            var barrier = await unsealed.Barrier.TryReopenAsync(cancellationToken);
            await CloseAsync(unsealed);
            Handover.Forget();
            // Whoever may replace all that is stored has accepted that it is older than the log.
            _acceptRestored = true;
            barrier ??= await TryOpenAsync(cancellationToken);
            if (barrier is not null) await UnsealAsync(barrier, _ => default, cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    private async ValueTask<VaultBarrier?> TryOpenAsync(CancellationToken cancellationToken)
    {
        try
        {
            return Options.Seal is { } seal ? await VaultBarrier.OpenAsync(Storage, seal, Options.Random, cancellationToken) : null;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Sealed)
        {
            return null;
        }
    }

    private async ValueTask CloseAsync(Unsealed unsealed)
    {
        _unsealed = null;
        Options.Log.EndMonitors();
        await unsealed.Running.CloseAsync(Unsealed.RequestsWaitMax, Options.Time);
        await Rekeying.GiveUpAsync(CancellationToken.None);
        await RootGeneration.GiveUpAsync(CancellationToken.None);
        await unsealed.CloseAsync();
        Options.Log.Write(VaultLog.Core, VaultLogLevel.Info, "vault is sealed");
    }

    private async ValueTask UnsealAsync(VaultBarrier barrier, Func<VaultSystem, ValueTask> prepare, CancellationToken cancellationToken)
    {
        HashChainedFile? audit = null;
        Checkpointer? checkpointer = null;
        try
        {
            audit = await OpenLogAsync(barrier, cancellationToken);
            await _sealAudit.WriteAsync(audit, cancellationToken);
            barrier.RememberNames();
            checkpointer = await Checkpointer.StartAsync(barrier, audit, Options.Time, cancellationToken);
            var system = new VaultSystem(barrier, Options.Time, Path.GetDirectoryName(Path.GetFullPath(Options.AuditPath))!)
            {
                DefaultLeaseTtl = Options.DefaultLeaseTtl,
                MaxLeaseTtl = Options.MaxLeaseTtl,
                PasswordIterations = Options.PasswordIterations,
                Http = _http,
                Served = this,
                Checkpointer = checkpointer,
            };
            await prepare(system);
            await system.Mounts.LoadAsync(cancellationToken);
            await system.AuditDevices.LoadAsync(cancellationToken);
            await system.Quotas.LoadAsync(cancellationToken);
            await system.Edge.LoadAsync(cancellationToken);
            await system.Policies.LoadAsync(cancellationToken);
            await system.KeyTerms.NoteAsync(cancellationToken);
            _unsealed = new Unsealed(barrier, audit, system, new VaultCore(system, audit), new LeaseSweeper(system, Options.Log));
            Options.Log.Write(VaultLog.Core, VaultLogLevel.Info, "vault is unsealed");
        }
        catch
        {
            if (checkpointer is not null) await checkpointer.DisposeAsync();
            if (audit is not null) await audit.DisposeAsync();
            barrier.Dispose();
            throw;
        }
    }

    /// <summary>Opens the log and has vault and log agree. A vault that was accepted as restored gets a new log when the present one is another's.</summary>
    private async ValueTask<HashChainedFile> OpenLogAsync(VaultBarrier barrier, CancellationToken cancellationToken)
    {
        var options = new EmbeddedVaultOptions
        {
            AuditPath = Options.AuditPath,
            Time = Options.Time,
            Random = Options.Random,
            AcceptRestored = Options.AcceptRestored || _acceptRestored,
        };
        for (var isSecond = false; ; isSecond = true)
        {
            var log = HashChainedFile.Open(Options.AuditPath, barrier.Keyring.AuditKey, Options.AuditFlush, Options.Time, gathers: true);
            try
            {
                await AuditAgreement.RequireAsync(barrier, log, options, cancellationToken);
                _acceptRestored = false;
                return log;
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Corrupt && options.AcceptRestored && !isSecond)
            {
                await log.DisposeAsync();
                SetLogAside("replaced");
            }
            catch
            {
                await log.DisposeAsync();
                throw;
            }
        }
    }

    /// <summary>Keeps the log under another name, because nobody can add to it any more: its key is gone.</summary>
    internal void SetLogAside(string why)
    {
        var log = Options.AuditPath;
        if (!File.Exists(log)) return;
        var number = 1;
        while (File.Exists($"{log}.{why}-{number}")) number++;
        File.Move(log, $"{log}.{why}-{number}");
    }
}
