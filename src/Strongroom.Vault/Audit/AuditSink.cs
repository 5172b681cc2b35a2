namespace Strongroom.Vault.Audit;

/// <summary>Where audit goes. Members may be called concurrently.</summary>
public abstract class AuditSink : IAsyncDisposable
{
    /// <summary>
    /// Appends the records in order, next to each other, and returns the position of the last. When it throws, the caller must
    /// treat the request as refused.
    /// </summary>
    /// <param name="records">At least one.</param>
    /// <param name="durable">True when the records must survive a power failure before this returns.</param>
    /// <param name="cancellationToken">Stops the waiting; the records may have been written.</param>
    public abstract ValueTask<AuditPosition> AppendAsync(IReadOnlyList<AuditRecord> records, bool durable, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract ValueTask DisposeAsync();
}
