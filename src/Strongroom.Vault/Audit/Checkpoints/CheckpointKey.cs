using System.Security.Cryptography;
using Strongroom.Vault.Barrier;

namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>
/// The key that signs checkpoints: ECDSA P-256, kept in the barrier. Its public half can be given to an auditor, who then needs nothing
/// else of the vault. Safe for concurrent use.
/// </summary>
internal sealed class CheckpointKey : IDisposable
{
    private const string Path = "sys/audit-checkpoint-key";

    private readonly Guid _vaultId;
    private readonly ECDsa _key;

    private CheckpointKey(Guid vaultId, ECDsa key)
    {
        (_vaultId, _key) = (vaultId, key);
        Id = IdOf(key);
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of the public key in its DER form.</summary>
    public string Id { get; }

    public string PublicKeyPem => _key.ExportSubjectPublicKeyInfoPem();

    public static string IdOf(ECDsa key) => Convert.ToHexStringLower(SHA256.HashData(key.ExportSubjectPublicKeyInfo()).AsSpan(0, 8));

    /// <summary>The key of a vault; makes it, under audit, when there is none yet.</summary>
    public static async ValueTask<CheckpointKey> GetAsync(
        VaultBarrier barrier, HashChainedFile audit, string caller, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await FindAsync(barrier, cancellationToken) is { } found) return found;
        var intent = await audit.AppendAsync([Record(AuditRecordKind.Intent)], durable: true, cancellationToken);
        using (var made = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var encoded = made.ExportPkcs8PrivateKey();
            var commit = new BarrierCommit(barrier);
            AuditAnchor.Put(commit, barrier.View(""), intent);
            commit.Put(barrier.View(""), Path, encoded, expectedRevision: 0);
            var sequence = await commit.CommitAsync(cancellationToken);
            CryptographicOperations.ZeroMemory(encoded);
            await audit.AppendAsync([Record(AuditRecordKind.Outcome) with { Outcome = sequence is null ? "conflict" : "ok", Intent = intent.Sequence, Committed = sequence ?? 0 }], durable: false, cancellationToken);
        }
        // Read back: another process may have been faster.
        return await FindAsync(barrier, cancellationToken) ?? throw EntryFormat.Damaged("of the checkpoint key is missing");

        AuditRecord Record(AuditRecordKind kind) => new(kind, time.GetUtcNow(), caller, "create", Path);
    }

    public SignedCheckpoint Sign(long sequence, DateTime time, long length, byte[] hash)
    {
        var statement = new CheckpointStatement(_vaultId, sequence, time, length, hash);
        lock (_key) return new SignedCheckpoint(statement, Id, _key.SignData(statement.ToBytes(), HashAlgorithmName.SHA256));
    }

    public void Dispose() => _key.Dispose();

    private static async ValueTask<CheckpointKey?> FindAsync(VaultBarrier barrier, CancellationToken cancellationToken)
    {
        using var entry = await barrier.View("").GetAsync(Path, cancellationToken);
        if (entry is null) return null;
        var key = ECDsa.Create();
        try
        {
            key.ImportPkcs8PrivateKey(entry.Value.Span, out _);
            return new CheckpointKey(barrier.VaultId, key);
        }
        catch (CryptographicException)
        {
            key.Dispose();
            throw EntryFormat.Damaged("is no checkpoint key");
        }
    }
}
