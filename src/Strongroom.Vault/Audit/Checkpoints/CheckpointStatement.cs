using System.Globalization;
using System.Text;

namespace Strongroom.Vault.Audit.Checkpoints;

/// <summary>
/// What a checkpoint says: the file of the audit log up to a place, byte by byte, of which vault, and when. The text that is signed
/// names its purpose and version, so that no other signature of the key can stand for it.
/// </summary>
/// <param name="VaultId">The vault.</param>
/// <param name="Sequence">Number of the checkpoint's own record.</param>
/// <param name="Time">When.</param>
/// <param name="Length">Bytes before the checkpoint.</param>
/// <param name="Hash">SHA-256 of those bytes.</param>
internal sealed record CheckpointStatement(Guid VaultId, long Sequence, DateTime Time, long Length, byte[] Hash)
{
    /// <summary>The bytes that are signed.</summary>
    public byte[] ToBytes() => Encoding.ASCII.GetBytes(string.Create(
        CultureInfo.InvariantCulture,
        $"strongroom audit checkpoint 1\n{VaultId}\n{Sequence}\n{Time.Ticks}\n{Length}\n{Convert.ToBase64String(Hash)}\n"));
}

/// <summary>A checkpoint and its signature: ECDSA P-256 with SHA-256, 64 bytes (r and s).</summary>
/// <param name="Statement">What is signed.</param>
/// <param name="KeyId">Name of the key.</param>
/// <param name="Signature">The signature.</param>
internal sealed record SignedCheckpoint(CheckpointStatement Statement, string KeyId, byte[] Signature)
{
    /// <summary>What it says of a server; for whoever has the vault, and so covered by the chain and not by the signature.</summary>
    public ServingMark Serving { get; init; }
}
