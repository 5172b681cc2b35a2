using System.Runtime.InteropServices;
using System.Text.Json.Nodes;
using Strongroom.Fakes.Contracts;

namespace Strongroom.Fakes.GitHub;

/// <summary>The other side of sealed boxes: key pairs from the vectors, and opening by libsodium.</summary>
public static class SealedBoxes
{
    /// <summary>The vectors: key pairs, and boxes that were made with them.</summary>
    public static IReadOnlyList<SealedBoxVector> Vectors { get; } =
        [.. JsonNode.Parse(File.ReadAllText(Specs.PathOf("samples/github-sealed-box.vectors.json")))!["vectors"]!.AsArray().Select(v => new SealedBoxVector(
            Convert.FromBase64String((string)v!["publicKeyBase64"]!), Convert.FromBase64String((string)v["privateKeyBase64"]!),
            (string)v["plaintext"]!, Convert.FromBase64String((string)v["sealedBase64"]!)))];

    /// <summary>What is in a box; null when it is for another key or was changed.</summary>
    public static byte[]? Open(byte[] box, SealedBoxVector key)
    {
        if (box.Length < 48) return null;
        var plain = new byte[box.Length - 48];
        return Open(plain, box, (ulong)box.Length, key.PublicKey, key.PrivateKey) == 0 ? plain : null;
    }

    [DllImport("libsodium.so.23", EntryPoint = "crypto_box_seal_open")]
    private static extern int Open([Out] byte[] plain, [In] byte[] box, ulong boxLength, [In] byte[] publicKey, [In] byte[] privateKey);
}

/// <summary>A key pair, a text and a box of it.</summary>
public sealed record SealedBoxVector(byte[] PublicKey, byte[] PrivateKey, string Text, byte[] Box);
