namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// Where a device writes. Used by one writer at a time. Failures are those of the operating system; InvalidInput tells of entries that can
/// never be written, such as one too long for a datagram.
/// </summary>
internal abstract class AuditOutput : IAsyncDisposable
{
    /// <summary>Opens it, or opens it anew after somebody moved what lay there.</summary>
    public abstract ValueTask OpenAsync(CancellationToken cancellationToken);

    /// <summary>Writes entries, each ended by a line feed. Opens what is not open.</summary>
    public abstract ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}

/// <summary>Takes everything and keeps nothing: for measuring and for tests of programs that set devices up.</summary>
internal sealed class DiscardOutput : AuditOutput
{
    public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

    public override ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken) => default;

    public override ValueTask DisposeAsync() => default;
}

/// <summary>The standard output of the server.</summary>
internal sealed class ConsoleOutput : AuditOutput
{
    private readonly Stream _stream = Console.OpenStandardOutput();

    public override ValueTask OpenAsync(CancellationToken cancellationToken) => default;

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> entries, CancellationToken cancellationToken)
    {
        await _stream.WriteAsync(entries, cancellationToken);
        await _stream.FlushAsync(cancellationToken);
    }

    public override ValueTask DisposeAsync() => _stream.DisposeAsync();
}
