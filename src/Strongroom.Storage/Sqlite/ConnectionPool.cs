namespace Strongroom.Storage.Sqlite;

/// <summary>
/// Connections at rest, taken and given back without a lock. When none rests a new one is opened, so nobody waits for a reader.
/// The first slot is tried first: with one caller at a time there is only ever one connection.
/// </summary>
internal sealed class ConnectionPool(Func<Connection> open, int idleMax) : IDisposable
{
    private readonly Connection?[] _idle = new Connection?[idleMax];
    private volatile bool _disposed;

    public Connection Rent()
    {
        ObjectDisposedException.ThrowIf(_disposed, typeof(SqliteStorage));
        for (var i = 0; i < _idle.Length; i++)
        {
            if (_idle[i] is not null && Interlocked.Exchange(ref _idle[i], null) is { } connection)
            {
                return connection;
            }
        }
        return open();
    }

    /// <summary>Takes a connection back; a broken one is closed.</summary>
    public void Return(Connection connection)
    {
        if (!connection.IsBroken)
        {
            for (var i = 0; i < _idle.Length && !_disposed; i++)
            {
                if (Interlocked.CompareExchange(ref _idle[i], connection, null) is null)
                {
                    CloseIdleIfDisposed();
                    return;
                }
            }
        }
        connection.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        CloseIdleIfDisposed();
    }

    // Also after a return: Dispose may have passed that slot just before it was filled.
    private void CloseIdleIfDisposed()
    {
        for (var i = 0; i < _idle.Length && _disposed; i++)
        {
            Interlocked.Exchange(ref _idle[i], null)?.Dispose();
        }
    }
}
