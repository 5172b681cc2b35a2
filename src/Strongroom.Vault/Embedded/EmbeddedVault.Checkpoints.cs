using Strongroom.Vault.Audit.Checkpoints;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    /// <summary>Signs the audit log as it is now, with a key that is made the first time. Returns how many records were signed.</summary>
    public async ValueTask<long> CheckpointAsync(CancellationToken cancellationToken)
    {
        using var key = await CheckpointKey.GetAsync(_barrier, _audit, _caller.ToString(), _options.Time, cancellationToken);
        var position = await _audit.CheckpointAsync(key, ServingMark.None, 0, cancellationToken);
        return position.Sequence - 1;
    }

    /// <summary>The public key of the checkpoints in PEM, by which an auditor checks them without the vault. Made the first time.</summary>
    public async ValueTask<string> ReadCheckpointKeyAsync(CancellationToken cancellationToken)
    {
        using var key = await CheckpointKey.GetAsync(_barrier, _audit, _caller.ToString(), _options.Time, cancellationToken);
        return key.PublicKeyPem;
    }
}
