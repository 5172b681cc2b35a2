using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>
/// A parsed manifest in a form that is read back in well under a millisecond: the YAML parser alone would take half of what a
/// command may cost. It holds the key of the texts it was made from, so a changed manifest is never answered from it, and a
/// digest of itself, so a damaged one is not believed.
/// </summary>
internal static class ManifestSnapshot
{
    /// <summary>Changes with the layout below and with the rules of the reader.</summary>
    private const byte Format = 1;

    private const int DigestLength = SHA256.HashSizeInBytes;

    /// <summary>The key of the texts of both files; null stands for a file that is not there.</summary>
    public static byte[] KeyOf(ReadOnlySpan<byte> text, byte[]? localText)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData([Format, localText is null ? (byte)0 : (byte)1]);
        hash.AppendData(SHA256.HashData(text));
        hash.AppendData(localText ?? []);
        return hash.GetHashAndReset();
    }

    /// <summary>The file: key, digest of the body, body.</summary>
    public static byte[] Encode(ProjectManifest manifest, ReadOnlySpan<byte> key)
    {
        using var body = new MemoryStream();
        using (var writer = new BinaryWriter(body, Encoding.UTF8, leaveOpen: true)) new SnapshotWriter(writer).Write(manifest);
        var bytes = body.ToArray();
        return [.. key, .. SHA256.HashData(bytes), .. bytes];
    }

    /// <summary>The manifest; null when the bytes belong to other texts, to another version of the program, or are damaged.</summary>
    public static ProjectManifest? Decode(byte[] bytes, ReadOnlySpan<byte> key)
    {
        if (bytes.Length < key.Length + DigestLength || !bytes.AsSpan(0, key.Length).SequenceEqual(key)) return null;
        var start = key.Length + DigestLength;
        Span<byte> digest = stackalloc byte[DigestLength];
        SHA256.HashData(bytes.AsSpan(start), digest);
        if (!bytes.AsSpan(key.Length, DigestLength).SequenceEqual(digest)) return null;
        try
        {
            using var reader = new BinaryReader(new MemoryStream(bytes, start, bytes.Length - start), Encoding.UTF8);
            return new SnapshotReader(reader).Read();
        }
        catch (Exception e) when (e is IOException or SecretException or FormatException or ArgumentException)
        {
            // Only someone who computed the digest gets here; the manifest itself is the truth.
            return null;
        }
    }
}
