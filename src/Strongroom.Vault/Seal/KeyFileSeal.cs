using System.Security.Cryptography;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Vault.Json;

namespace Strongroom.Vault.Seal;

/// <summary>
/// A key of 32 random bytes in a small text file, mode 0600: the seal of the embedded vault. The file is
/// <c>strongroom-key-1:</c>, base64 of the key, and a line end. Whoever has the file and the vault can read the vault.
/// </summary>
public sealed class KeyFileSeal : VaultSeal
{
    /// <summary>The word for this seal.</summary>
    public const string KindName = "key-file";

    private const int FileLengthMax = 256;

    private readonly string _path;
    private readonly byte[] _key;
    private readonly RandomNumberGenerator _random;

    private KeyFileSeal(string path, byte[] key, RandomNumberGenerator random) => (_path, _key, _random) = (path, key, random);

    /// <inheritdoc/>
    public override string Kind => KindName;

    private static ReadOnlySpan<byte> Prefix => "strongroom-key-1:"u8;

    /// <summary>Makes a new key file, whole and durable before it returns. Throws Conflict when there is one.</summary>
    public static KeyFileSeal Create(string path, RandomNumberGenerator random)
    {
        var key = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        random.GetBytes(key);
        Span<byte> text = stackalloc byte[FileLengthMax];
        Prefix.CopyTo(text);
        var written = Base64Text.Encode(key, text[Prefix.Length..]);
        text[Prefix.Length + written] = (byte)'\n';
        try
        {
            PrivateFile.Create(path, text[..(Prefix.Length + written + 1)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "create", path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
        return new KeyFileSeal(path, key, random);
    }

    /// <summary>
    /// Reads a key file. Throws Sealed when it is absent, Denied when other users may read it, Malformed when it is no key file. When a
    /// crash interrupted a replacement of the file, the seal also tries the key that was to take its place.
    /// </summary>
    public static KeyFileSeal Open(string path, RandomNumberGenerator random)
    {
        var pending = PendingKeyFile.PathOf(path);
        if (!File.Exists(path) && File.Exists(pending)) PendingKeyFile.FinishIfFree(path, _ => true, random);
        return OpenFile(path, random);
    }

    /// <summary>Reads this file and looks at no other.</summary>
    internal static KeyFileSeal OpenFile(string path, RandomNumberGenerator random)
    {
        Span<byte> text = stackalloc byte[FileLengthMax];
        try
        {
            using var file = PrivateFile.Open(path, FileMode.Open, FileAccess.Read, FileShare.Read);
            PrivateFile.RequirePrivate(file);
            var length = file.ReadAtLeast(text, text.Length, throwOnEndOfStream: false);
            return new KeyFileSeal(path, Parse(text[..length], path), random);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new SecretException(SecretErrorKind.Sealed, "the key file is missing", operation: "open", name: path,
                help: "copy it from the machine where the vault was made, or from its backup", inner: e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "read", path);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(text);
        }
    }

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
        return KeyWrap.TryUnwrap(_key, wrapped.Span, context.Span, rootKey) || TryUnwrapReplacement(wrapped.Span, context.Span, rootKey)
            ? new(rootKey)
            : throw KeyWrap.WrongKey("the key file " + _path, "give the key file that the vault was made with");
    }

    /// <inheritdoc/>
    protected override void Dispose(bool disposing) => CryptographicOperations.ZeroMemory(_key);

    /// <summary>
    /// Tries the files as they are now: the pending one, and the one in place, which another process may have replaced since it was read.
    /// </summary>
    private bool TryUnwrapReplacement(ReadOnlySpan<byte> wrapped, ReadOnlySpan<byte> context, Span<byte> rootKey)
    {
        foreach (var path in (ReadOnlySpan<string>)[PendingKeyFile.PathOf(_path), _path])
        {
            if (!File.Exists(path)) continue;
            try
            {
                using var replacement = OpenFile(path, _random);
                if (!KeyWrap.TryUnwrap(replacement._key, wrapped, context, rootKey)) continue;
                replacement._key.CopyTo(_key, 0);
                if (path != _path) PendingKeyFile.FinishIfFree(_path, pending => CryptographicOperations.FixedTimeEquals(pending._key, _key), _random);
                return true;
            }
            catch (SecretException)
            {
                // It is no key file, or gone by now: the one that was given is the one to speak of.
            }
        }
        return false;
    }

    private static byte[] Parse(ReadOnlySpan<byte> text, string path)
    {
        var key = GC.AllocateUninitializedArray<byte>(RootKeyLength, pinned: true);
        if (text.StartsWith(Prefix) && Base64Text.TryDecode(text[Prefix.Length..].TrimEnd("\r\n"u8), key)) return key;
        throw new SecretException(SecretErrorKind.Malformed, "is not a key file of this version", operation: "open", name: path,
            help: "it should be one line beginning with strongroom-key-1:");
    }
}
