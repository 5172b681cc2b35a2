using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    /// <summary>Begins a new key term: everything written from now on is sealed with a new key. Returns the term.</summary>
    public async ValueTask<long> RotateKeyAsync(CancellationToken cancellationToken)
    {
        var term = 0L;
        await _core.AdministerAsync(
            _caller, "sys/rotate",
            async (_, token) =>
            {
                var (began, sequence) = await _barrier.RotateAsync(token);
                term = began;
                return sequence;
            },
            cancellationToken);
        return term;
    }

    /// <summary>
    /// Puts the vault under another seal, in one commit. The old seal no longer opens it. Other processes that have it open must
    /// open it again. Throws Conflict when the seal opens the vault already: nothing would be protected from whoever knows it.
    /// </summary>
    public async ValueTask ResealAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        var (record, _) = await VaultHeader.RequireAsync(_barrier.Storage, cancellationToken);
        if (await record.FitsAsync(seal, cancellationToken))
            throw new SecretException(SecretErrorKind.Conflict, $"the new {seal.Kind} is the one that the vault has", operation: "reseal", help: "give another one; nothing was changed");
        await PutUnderAsync(seal, cancellationToken);
    }

    /// <summary>
    /// Puts the vault under a new key file at this path, in the place of the one that may be there. Whenever it is interrupted, the vault
    /// opens with <see cref="KeyFileSeal.Open"/> of the path. Throws Conflict when another process is at it.
    /// </summary>
    public async ValueTask ReplaceKeyFileAsync(string path, CancellationToken cancellationToken)
    {
        using var turn = PendingKeyFile.Take(path);
        var (record, _) = await VaultHeader.RequireAsync(_barrier.Storage, cancellationToken);
        await PendingKeyFile.SettleAsync(path, record, _options.Random, cancellationToken);
        using (var seal = KeyFileSeal.Create(PendingKeyFile.PathOf(path), _options.Random))
        {
            await PutUnderAsync(seal, cancellationToken);
        }
        PendingKeyFile.Finish(path);
    }

    private ValueTask PutUnderAsync(VaultSeal seal, CancellationToken cancellationToken) =>
        _core.AdministerAsync(_caller, "sys/seal", (_, token) => _barrier.ResealAsync(seal, token), cancellationToken);

    /// <summary>The state of the vault in a few facts.</summary>
    public async ValueTask<VaultSummary> StatusAsync(CancellationToken cancellationToken)
    {
        var (record, _) = await VaultHeader.RequireAsync(_barrier.Storage, cancellationToken);
        var head = await _audit.ReadHeadAsync(cancellationToken);
        return new VaultSummary(
            VaultId, record.SealKind, _barrier.Keyring.Current.Term, await _barrier.Storage.GetSequenceAsync(cancellationToken), head.Sequence);
    }

    /// <summary>
    /// Checks everything: the storage's own integrity, that every entry opens and bears its own name, and that the audit log is whole
    /// and accounts for every change. Damage is in the report; only a storage that fails as a whole throws.
    /// </summary>
    public async ValueTask<VaultReport> VerifyAsync(CancellationToken cancellationToken)
    {
        SecretException? storageFault = null;
        try
        {
            await _barrier.Storage.VerifyAsync(cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Corrupt)
        {
            storageFault = e;
        }
        var audit = await VerifyAuditAsync(cancellationToken);
        return new VaultReport(storageFault?.Reason, await BarrierCheck.RunAsync(_barrier, cancellationToken), audit);
    }

    /// <summary>Checks the audit log alone.</summary>
    public async ValueTask<AuditReport> VerifyAuditAsync(CancellationToken cancellationToken) => await AuditVerifier.VerifyAsync(
        _options.AuditPath, _barrier.Keyring.AuditKey, await VaultPast.TakeAsync(_barrier, cancellationToken), cancellationToken);

    /// <summary>How often each secret was used, by path, from the audit log. Secrets that were never used are absent.</summary>
    public ValueTask<IReadOnlyDictionary<string, AccessStatistic>> ReadStatisticsAsync(CancellationToken cancellationToken) =>
        AccessStatistics.ReadAsync(_options.AuditPath, _barrier.Keyring.AuditKey, _options.Time.GetUtcNow(), cancellationToken);

    /// <summary>The audit log, oldest record first.</summary>
    public IAsyncEnumerable<AuditRecord> ReadAuditAsync(CancellationToken cancellationToken) =>
        AuditHistory.ReadAsync(_options.AuditPath, _barrier.Keyring.AuditKey, cancellationToken);
}
