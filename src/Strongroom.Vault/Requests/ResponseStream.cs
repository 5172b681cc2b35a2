using System.IO.Pipelines;

namespace Strongroom.Vault.Requests;

/// <summary>An answer that goes on: written while it comes into being. Disposed of with its response.</summary>
public abstract class ResponseStream : IDisposable
{
    /// <summary>Writes until there is no more or the client is gone.</summary>
    public abstract ValueTask WriteAsync(PipeWriter output, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public abstract void Dispose();
}
