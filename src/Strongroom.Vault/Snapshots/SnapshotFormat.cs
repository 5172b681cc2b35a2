using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Vault.Snapshots;

/// <summary>
/// A snapshot of a whole storage, as encrypted as it lies there: a tar.gz of <c>meta.json</c> (what it is), <c>state.bin</c> (the entries),
/// <c>SHA256SUMS</c> of both, and <c>SHA256SUMS.sealed</c>, the sums under the root key: only who holds that can make a snapshot that
/// is taken for one of this vault. <c>state.bin</c> is <c>"SRSN" ‖ format (1) ‖ { entry (16) ‖ folder (16) ‖ length (4) ‖ sealed }</c>.
/// </summary>
internal static class SnapshotFormat
{
    public const byte Format = 1;
    public const string MetaName = "meta.json";
    public const string StateName = "state.bin";
    public const string SumsName = "SHA256SUMS";
    public const string SealedSumsName = "SHA256SUMS.sealed";

    /// <summary>Length of what precedes the ciphertext of an entry.</summary>
    public const int EntryHeaderLength = 16 + 16 + 4;

    public static ReadOnlySpan<byte> Magic => "SRSN"u8;

    /// <summary>The sums in the form of <c>sha256sum</c>.</summary>
    public static byte[] Sums(ReadOnlySpan<byte> meta, ReadOnlySpan<byte> state) => Encoding.ASCII.GetBytes(
        $"{Convert.ToHexStringLower(SHA256.HashData(meta))}  {MetaName}\n{Convert.ToHexStringLower(SHA256.HashData(state))}  {StateName}\n");
}
