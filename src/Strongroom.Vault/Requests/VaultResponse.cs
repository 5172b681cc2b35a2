using Strongroom.Secrets;

namespace Strongroom.Vault.Requests;

/// <summary>How a request ended, when it did not fail.</summary>
public enum VaultStatus
{
    /// <summary>There is an answer in <see cref="VaultResponse.Data"/>.</summary>
    Ok,

    /// <summary>Done; nothing to tell.</summary>
    Done,

    /// <summary>The version asked for is deleted or destroyed; <see cref="VaultResponse.Data"/> holds what is known of it.</summary>
    Unreadable,
}

/// <summary>The answer to one request. May hold secrets: dispose of it, which zeroes them.</summary>
public sealed class VaultResponse : IDisposable
{
    private readonly SecretBuffer? _data;

    private VaultResponse(VaultStatus status, SecretBuffer? data, long sequence) => (Status, _data, Sequence) = (status, data, sequence);

    /// <summary>How it ended.</summary>
    public VaultStatus Status { get; }

    /// <summary>JSON as UTF-8, valid until disposed; what the Vault API has in <c>data</c>.</summary>
    public ReadOnlyMemory<byte> Data => _data?.WrittenMemory ?? default;

    /// <summary>The storage sequence of the commit that the request made; 0 when it changed nothing.</summary>
    public long Sequence { get; }

    /// <summary>Zeroes the answer.</summary>
    public void Dispose() => _data?.Dispose();

    internal static VaultResponse Ok(SecretBuffer data, long sequence = 0) => new(VaultStatus.Ok, data, sequence);

    internal static VaultResponse Unreadable(SecretBuffer data) => new(VaultStatus.Unreadable, data, 0);

    internal static VaultResponse Done(long sequence) => new(VaultStatus.Done, null, sequence);
}
