using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Json;

namespace Strongroom.Vault.Seal;

/// <summary>A key of 32 bytes that the caller holds, by convention base64 in the environment variable <c>STRONGROOM_ROOT_KEY</c>.</summary>
public sealed class StaticKeySeal : VaultSeal
{
    /// <summary>The environment variable that callers read.</summary>
    public const string EnvironmentVariable = "STRONGROOM_ROOT_KEY";

    /// <summary>The word for this seal.</summary>
    public const string KindName = "static-key";

    private readonly byte[] _key;
    private readonly RandomNumberGenerator _random;
    private readonly string _source;

    /// <summary>Reads base64 of exactly 32 bytes. Throws InvalidInput for anything else.</summary>
    /// <param name="base64">The text as UTF-8; the caller zeroes it.</param>
    /// <param name="random">Source of nonces.</param>
    /// <param name="source">Where the key came from, for errors.</param>
    public StaticKeySeal(ReadOnlySpan<byte> base64, RandomNumberGenerator random, string source = EnvironmentVariable)
    {
        _source = source;
        _random = random;
        _key = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        if (Base64Text.TryDecode(base64.Trim(" \t\r\n"u8), _key)) return;
        throw new SecretException(
            SecretErrorKind.InvalidInput, "is not base64 of 32 bytes", name: source, help: "make one with: openssl rand -base64 32");
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> rootKey, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var wrapped = new byte[rootKey.Length + KeyWrap.Overhead];
        KeyWrap.Wrap(_key, rootKey.Span, context.Span, _random, wrapped);
        return new(wrapped);
    }

    /// <inheritdoc/>
    public override ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken)
    {
        var rootKey = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        return KeyWrap.TryUnwrap(_key, wrapped.Span, context.Span, rootKey)
            ? new(rootKey)
            : throw KeyWrap.WrongKey("the key in " + _source, "give the key that the vault was made with");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(_key);
}
