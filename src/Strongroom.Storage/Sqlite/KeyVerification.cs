using Strongroom.Secrets;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// Whether the keys were compared with the tally since the storage was opened; before, nothing is told to be absent. Either whoever first meets
/// an absence compares them, or that was begun at opening on a thread of its own, and whoever needs the outcome waits for it.
/// </summary>
internal sealed class KeyVerification : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _done;
    private volatile Task? _walk;

    public bool Done
    {
        get => _done;
        set => _done = value;
    }

    /// <summary>The comparison that goes on beside the calls, or found damage; null when there is nothing to wait for.</summary>
    public Task? Pending => _done ? null : _walk;

    /// <summary>Begins to compare. Its transaction sees one moment of the file, whatever is written meanwhile.</summary>
    public void Begin(ConnectionPool connections) =>
        _walk = Task.Factory.StartNew(() => Walk(connections), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);

    /// <summary>Compares through a connection that is in no transaction. Throws Corrupt.</summary>
    public void Require(Connection connection)
    {
        connection.Run(Sql.Begin);
        Entries.VerifyKeys(connection, Tally.Read(connection), _stop.Token);
        connection.Run(Sql.Commit);
        _done = true;
    }

    /// <summary>Ends what goes on; who waits for it meets the closed storage.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_stop.IsCancellationRequested) return;
        await _stop.CancelAsync();
        if (_walk is { } walk) await walk.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private void Walk(ConnectionPool connections)
    {
        Connection? connection = null;
        try
        {
            connection = connections.Rent();
            Require(connection);
        }
        catch (OperationCanceledException e)
        {
            connection?.MarkBroken();
            throw new ObjectDisposedException("the storage was closed while its keys were compared", e);
        }
        catch (SecretException e)
        {
            // Only damage stays: after another failure whoever meets an absence compares for himself.
            if (e.Kind != SecretErrorKind.Corrupt) _walk = null;
            throw;
        }
        finally
        {
            if (connection is not null) connections.Return(connection);
        }
    }
}
