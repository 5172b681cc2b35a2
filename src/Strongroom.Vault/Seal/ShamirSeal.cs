using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Seal;

/// <summary>
/// A key of 32 random bytes that nobody keeps: it is split into shares for several people, of whom a threshold must come together to open
/// the vault. What it wraps tells the numbers, so that a sealed vault can say how many shares it waits for:
/// <c>count (1) ‖ { shares (1) ‖ threshold (1) ‖ nonce (12) ‖ ciphertext (32) ‖ tag (16) }</c>. The count is 1; it is 2 from the moment
/// that new shares are made until they were handed over: then the former shares open the vault as well.
/// </summary>
public sealed class ShamirSeal : VaultSeal
{
    /// <summary>The word for this seal.</summary>
    public const string KindName = "shamir";

    private const int PartLength = 2 + RootKeyLength + KeyWrap.Overhead;
    private const int PartsMax = 2;

    private readonly Part[] _parts;
    private readonly RandomNumberGenerator _random;

    private ShamirSeal(Part[] parts, RandomNumberGenerator random) => (_parts, _random) = (parts, random);

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <summary>Into what the key is split.</summary>
    public ShareSplit Split => _parts[0].Split;

    /// <summary>A new key. Throws InvalidInput when the numbers do not fit.</summary>
    public static ShamirSeal Generate(ShareSplit split, RandomNumberGenerator random)
    {
        split.Require("invalid seal configuration");
        var key = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        random.GetBytes(key);
        return new ShamirSeal([new Part(split, key)], random);
    }

    /// <summary>
    /// The key that these shares restore; the caller keeps and zeroes the shares. Whether it is the right one shows only when a vault is
    /// opened with it. Throws InvalidInput for shares that cannot belong together.
    /// </summary>
    public static ShamirSeal Restore(ShareSplit split, IReadOnlyList<byte[]> shares, RandomNumberGenerator random)
    {
        if (split.Shares == 1 && shares.Count != 1) throw new SecretException(SecretErrorKind.InvalidInput, "there is but one key");
        var key = split.Shares == 1 ? Pinned(shares[0]) : Shamir.Combine(shares);
        if (key.Length == RootKeyLength) return new ShamirSeal([new Part(split, key)], random);
        CryptographicOperations.ZeroMemory(key);
        throw new SecretException(SecretErrorKind.InvalidInput, "a key has a wrong length");
    }

    /// <summary>The shares of the key: 33 bytes each, or the key itself when there is but one. The caller zeroes them.</summary>
    public byte[][] MakeShares() => Split.Shares == 1
        ? [Pinned(_parts[0].Key)]
        : Shamir.Split(_parts[0].Key, Split.Shares, Split.Threshold, _random);

    /// <inheritdoc/>
    public override ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> rootKey, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var wrapped = new byte[1 + _parts.Length * PartLength];
        wrapped[0] = (byte)_parts.Length;
        for (var i = 0; i < _parts.Length; i++)
        {
            var part = wrapped.AsSpan(1 + i * PartLength, PartLength);
            (part[0], part[1]) = ((byte)_parts[i].Split.Shares, (byte)_parts[i].Split.Threshold);
            KeyWrap.Wrap(_parts[i].Key, rootKey.Span, Bound(context, part), _random, part[2..]);
        }
        return new(wrapped);
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var rootKey = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        var count = ReadSplits(wrapped.Span).Count;
        for (var i = 0; i < count; i++)
        {
            var part = wrapped.Span.Slice(1 + i * PartLength, PartLength);
            foreach (var known in _parts)
                if (KeyWrap.TryUnwrap(known.Key, part[2..], Bound(context, part), rootKey)) return new(rootKey);
        }
        throw KeyWrap.WrongKey("these unseal keys together", "give keys of this vault that were made at the same time");
    }

    /// <summary>How many shares open a sealed vault: first those made last, then, while there are some, the former ones. Throws Corrupt.</summary>
    internal static IReadOnlyList<ShareSplit> ReadSplits(ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.IsEmpty || wrapped[0] is < 1 or > PartsMax || wrapped.Length != 1 + wrapped[0] * PartLength)
            throw new SecretException(SecretErrorKind.Corrupt, "the header is damaged", operation: "open", help: "restore the vault from a backup");
        var splits = new ShareSplit[wrapped[0]];
        for (var i = 0; i < splits.Length; i++) splits[i] = new ShareSplit(wrapped[1 + i * PartLength], wrapped[2 + i * PartLength]);
        return splits;
    }

    /// <summary>What <see cref="WrapAsync"/> would have made for the shares of this place in <see cref="ReadSplits"/> alone.</summary>
    internal static byte[] WrappedFor(ReadOnlySpan<byte> wrapped, int index) => [1, .. wrapped.Slice(1 + index * PartLength, PartLength)];

    /// <summary>A seal that this key opens, and the former one too. The former keeps its own copy.</summary>
    internal ShamirSeal Beside(ShamirSeal former) => new(
        [new Part(Split, Pinned(_parts[0].Key)), new Part(former.Split, Pinned(former._parts[0].Key))], _random);

    internal bool HasKeyOf(ShamirSeal other) => CryptographicOperations.FixedTimeEquals(_parts[0].Key, other._parts[0].Key);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        foreach (var part in _parts) CryptographicOperations.ZeroMemory(part.Key);
    }

    /// <summary>The numbers are authenticated with the key: who could change them would make people believe that fewer shares suffice.</summary>
    private static byte[] Bound(ReadOnlyMemory<byte> context, ReadOnlySpan<byte> part) => [.. context.Span, part[0], part[1]];

    private static byte[] Pinned(ReadOnlySpan<byte> key)
    {
        var copy = GC.AllocateUninitializedArray<byte>(key.Length, pinned: true);
        key.CopyTo(copy);
        return copy;
    }

    private sealed record Part(ShareSplit Split, byte[] Key);
}
