namespace Strongroom.Vault.Seal;

/// <summary>
/// Protects the root key of a vault. A seal wraps the key when the vault is made or resealed and unwraps it when the vault
/// is opened; it sees no other key and no entry.
/// </summary>
public abstract class VaultSeal : IDisposable
{
    /// <summary>Length of a root key in bytes.</summary>
    public const int RootKeyLength = 32;

    /// <summary>The word for this seal in the header of a vault: <c>key-file</c>, <c>passphrase</c>, <c>static-key</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>
    /// Wraps a root key. The result holds everything but the secret of the seal itself: parameters, nonce, ciphertext.
    /// </summary>
    /// <param name="rootKey">The key; the caller zeroes it.</param>
    /// <param name="context">Purpose, format version, vault and kind of seal; authenticated with the key.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public abstract ValueTask<byte[]> WrapAsync(
        ReadOnlyMemory<byte> rootKey, ReadOnlyMemory<byte> context, CancellationToken cancellationToken);

    /// <summary>Unwraps a root key; the caller zeroes it. Throws Sealed when this seal is not the one that wrapped it.</summary>
    public abstract ValueTask<byte[]> UnwrapAsync(
        ReadOnlyMemory<byte> wrapped, ReadOnlyMemory<byte> context, CancellationToken cancellationToken);

    /// <summary>Zeroes what the seal knows.</summary>
    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <inheritdoc cref="Dispose()"/>
    protected virtual void Dispose(bool disposing)
    {
    }
}
