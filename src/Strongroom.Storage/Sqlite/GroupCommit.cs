using System.Collections.Concurrent;
using System.Diagnostics;
using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// Lets concurrent commits share one flush. A caller that finds nobody committing does it in its own thread, so that a lone
/// caller pays for no hop; callers that come meanwhile queue up and become the next group. Groups are committed by a thread of
/// their own, through a connection of their own, which knows the pages that it wrote last.
/// </summary>
internal sealed class GroupCommit : IDisposable
{
    // One group keeps the write lock of the file and a list in memory; both stay small.
    private const int GroupCountMax = 256;
    private const int GroupBytesMax = 16 * 1024 * 1024;

    // Less than one flush of a fast disk takes.
    private static readonly TimeSpan GatherMax = TimeSpan.FromMicroseconds(60);

    private readonly ConnectionPool _connections;
    private readonly KeyVerification _verification;
    private readonly FlushThread _thread;
    private readonly ConcurrentQueue<Pending> _queue = new();
    private Connection? _own;
    private int _committing;
    private volatile int _crowd;
    private volatile bool _disposed;

    public GroupCommit(ConnectionPool connections, KeyVerification verification)
    {
        (_connections, _verification) = (connections, verification);
        _thread = new FlushThread("commit", () =>
        {
            GatherCrowd();
            CommitNextGroup();
        });
    }

    public bool IsCommitting => Volatile.Read(ref _committing) != 0;

    public ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
    {
        if (_crowd <= 1 && _queue.IsEmpty && TryLead())
        {
            return Lead(changes);
        }
        var pending = new Pending(changes);
        _queue.Enqueue(pending);
        if (_disposed)
        {
            RefuseWaiting();
        }
        else if (TryLead())
        {
            _thread.Wake();
        }
        return new ValueTask<CommitResult>(pending.Task.WaitAsync(cancellationToken));
    }

    /// <summary>Ends the thread, and refuses what still waits.</summary>
    public void Dispose()
    {
        _disposed = true;
        _thread.Dispose();
        Interlocked.Exchange(ref _own, null)?.Dispose();
        RefuseWaiting();
    }

    private void RefuseWaiting()
    {
        while (_queue.TryDequeue(out var pending))
        {
            pending.TrySetException(new ObjectDisposedException(nameof(SqliteStorage)));
        }
    }

    /// <summary>
    /// Those who shared the last flush are just now being woken and most come again at once. A moment's patience puts them into
    /// one group instead of one caller alone and the rest in the next. Whoever has no company never waits.
    /// </summary>
    private void GatherCrowd()
    {
        var began = Stopwatch.GetTimestamp();
        var spin = new SpinWait();
        while (_queue.Count < _crowd && Stopwatch.GetElapsedTime(began) < GatherMax)
        {
            spin.SpinOnce(sleep1Threshold: -1);
        }
    }

    private bool TryLead() => Interlocked.CompareExchange(ref _committing, 1, 0) == 0;

    private ValueTask<CommitResult> Lead(IReadOnlyList<StorageChange> changes)
    {
        try
        {
            return new ValueTask<CommitResult>(Run([changes])[0]);
        }
        catch (Exception e)
        {
            return ValueTask.FromException<CommitResult>(e);
        }
        finally
        {
            PassOn();
        }
    }

    private void CommitNextGroup()
    {
        try
        {
            var group = TakeGroup();
            _crowd = Math.Max(group.Count, _crowd / 2);
            if (group.Count > 0)
            {
                Finish(group);
            }
        }
        finally
        {
            PassOn();
        }
    }

    // Between the last look at the queue and the release somebody may have queued up and found us leading: look again.
    private void PassOn()
    {
        Volatile.Write(ref _committing, 0);
        Interlocked.MemoryBarrier();
        if (!_queue.IsEmpty && TryLead())
        {
            _thread.Wake();
        }
    }

    private List<Pending> TakeGroup()
    {
        var group = new List<Pending>();
        for (var bytes = 0; group.Count < GroupCountMax && bytes < GroupBytesMax && _queue.TryDequeue(out var pending);)
        {
            group.Add(pending);
            foreach (var change in pending.Changes)
            {
                bytes += change.Sealed.Length;
            }
        }
        return group;
    }

    private void Finish(List<Pending> group)
    {
        try
        {
            var results = Run(group.ConvertAll(pending => pending.Changes));
            for (var i = 0; i < results.Length; i++)
            {
                group[i].SetResult(results[i]);
            }
        }
        catch (Exception e)
        {
            foreach (var pending in group)
            {
                // Each waiter throws an exception of its own; one thrown by many would mix their stack traces.
                pending.SetException(e is SecretException s
                    ? new SecretException(s.Kind, s.Reason, s.Store, s.Operation, s.Name, s.Help, s.RetryAfter, s)
                    : e);
            }
        }
    }

    private CommitResult[] Run(IReadOnlyList<IReadOnlyList<StorageChange>> group)
    {
        var connection = Interlocked.Exchange(ref _own, null) ?? _connections.Rent();
        try
        {
            connection.PrepareToWrite();
            var transaction = new CommitTransaction(connection, _verification.Done);
            var results = transaction.Run(group);
            if (transaction.KeysVerified)
            {
                _verification.Done = true;
            }
            return results;
        }
        catch
        {
            // Its transaction is open or in doubt: closing the connection rolls back and forgets every cached page.
            connection.MarkBroken();
            throw;
        }
        finally
        {
            GiveBack(connection);
        }
    }

    private void GiveBack(Connection connection)
    {
        if (_crowd <= 1 || connection.IsBroken)
        {
            _connections.Return(connection);
            return;
        }
        connection.PrepareForCrowds();
        Volatile.Write(ref _own, connection);
        if (_disposed)
        {
            Interlocked.Exchange(ref _own, null)?.Dispose();
        }
    }

    private sealed class Pending(IReadOnlyList<StorageChange> changes)
        : TaskCompletionSource<CommitResult>(TaskCreationOptions.RunContinuationsAsynchronously)
    {
        public IReadOnlyList<StorageChange> Changes => changes;
    }
}
