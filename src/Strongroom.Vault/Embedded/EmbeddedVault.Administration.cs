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
    /// open it again.
    /// </summary>
    public ValueTask ResealAsync(VaultSeal seal, CancellationToken cancellationToken) =>
        _core.AdministerAsync(_caller, "sys/seal", (_, token) => _barrier.ResealAsync(seal, token), cancellationToken);

    /// <summary>The state of the vault in a few facts.</summary>
    public async ValueTask<VaultSummary> StatusAsync(CancellationToken cancellationToken)
    {
        var (record, _) = await VaultHeader.RequireAsync(_barrier.Storage, cancellationToken);
        var head = await _audit.ReadHeadAsync(cancellationToken);
        return new VaultSummary(
            VaultId, record.SealKind, _barrier.Keyring.Current.Term, await _barrier.Storage.GetSequenceAsync(cancellationToken), head.Sequence);
    }
}
