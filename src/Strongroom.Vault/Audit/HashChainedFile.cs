using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Vault.Audit.Checkpoints;
using Strongroom.Vault.Native;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Audit;

/// <summary>When the log is flushed to the disk, beyond what the operating system does by itself.</summary>
public enum AuditFlush
{
    /// <summary>
    /// Before a change is made, so that no change survives a power failure without a record. Records of reads and outcomes may be
    /// lost with the last seconds before one; a crash of the program loses nothing.
    /// </summary>
    Changes,

    /// <summary>Before every answer.</summary>
    Always,
}

/// <summary>
/// Audit as a file of JSON lines, mode 0600, each chained to the one before by a keyed code: whoever has not the key cannot change,
/// drop or swap a line unnoticed. Several processes may append to one file; appends waiting in one process are written together.
/// </summary>
internal sealed class HashChainedFile : AuditSink
{
    /// <summary>How long an append waits for another process before the request is refused.</summary>
    public static readonly TimeSpan LockWaitMax = TimeSpan.FromSeconds(10);

    private const int GroupsMax = 8;

    private readonly string _path;
    private readonly AuditFlush _flush;
    private readonly TimeProvider _time;
    private readonly FileStream _file;
    private readonly SafeFileHandle _handle;
    private readonly bool _gathers;
    private readonly FlushThread? _flusher;
    private readonly IncrementalHash _hmac;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _turn = new(1);
    private List<Append> _waiting = [];
    private bool _writing;
    private volatile int _crowd;
    private volatile bool _closed;
    private ChainHead _head;
    private long _end = -1;
    private FileHash? _hash;
    private long _signed;

    private HashChainedFile(string path, FileStream file, byte[] key, AuditFlush flush, TimeProvider time, bool gathers)
    {
        (_path, _file, _flush, _time, _gathers) = (path, file, flush, time, gathers);
        // Flushes for one caller are done in his own thread, without a hop; for a crowd in one that does nothing else.
        if (gathers) _flusher = new FlushThread("audit", () => WriteGroupsAsync().AsTask().GetAwaiter().GetResult());
        // The stream itself looks for its position each time it is asked for the handle.
        _handle = file.SafeFileHandle;
        _hmac = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
    }

    /// <summary>Opens the file, or makes it. Throws Denied when other users may read it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="key">The key of the chain.</param>
    /// <param name="flush">When it is flushed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="gathers">Whether a thread of its own flushes for a crowd: for many callers at once.</param>
    public static HashChainedFile Open(string path, byte[] key, AuditFlush flush, TimeProvider time, bool gathers = false)
    {
        try
        {
            var file = SharedFile.Open(path, FileMode.OpenOrCreate, FileAccess.ReadWrite);
            try
            {
                PrivateFile.RequirePrivate(file);
                if (file.Length == 0) FolderFlush.Flush(Path.GetDirectoryName(Path.GetFullPath(path))!);
                return new HashChainedFile(path, file, key, flush, time, gathers);
            }
            catch
            {
                file.Dispose();
                throw;
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            var fault = FileFaults.Explain(e, "audit", path);
            if (fault.Kind != SecretErrorKind.ReadOnly) throw fault;
            throw new SecretException(
                SecretErrorKind.ReadOnly, "cannot be written, and nothing is read from a vault without a record of it", operation: "audit", name: path,
                help: "give it a disk and an owner that can write, or use a copy of the whole folder", inner: e);
        }
    }

    /// <summary>Where the chain stands. Throws Corrupt when the end of the file was changed.</summary>
    public async ValueTask<ChainHead> ReadHeadAsync(CancellationToken cancellationToken)
    {
        await WriteAsync([], durable: false, cancellationToken);
        return _head;
    }

    /// <summary>Whether there are records of this process after the last checkpoint of this process.</summary>
    public bool HasUnsigned => Volatile.Read(ref _signed) < _head.Sequence;

    public override ValueTask<AuditPosition> AppendAsync(IReadOnlyList<AuditRecord> records, bool durable, CancellationToken cancellationToken) =>
        AppendAsync(new Append(records, durable || _flush == AuditFlush.Always, null, ServingMark.None), cancellationToken);

    /// <summary>
    /// Signs everything that is in the file, as a record of its own, and flushes it. The first checkpoint of a process reads the whole file,
    /// each later one what came since.
    /// </summary>
    /// <param name="key">Signs.</param>
    /// <param name="serving">What it says of the server.</param>
    /// <param name="committed">The storage sequence that it vouches for, when the serving ends; else 0.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public ValueTask<AuditPosition> CheckpointAsync(CheckpointKey key, ServingMark serving, long committed, CancellationToken cancellationToken)
    {
        var record = new AuditRecord(AuditRecordKind.Checkpoint, _time.GetUtcNow(), "vault", "checkpoint", "audit", Committed: committed);
        return AppendAsync(new Append([record], Durable: true, key, serving), cancellationToken);
    }

    private ValueTask<AuditPosition> AppendAsync(Append mine, CancellationToken cancellationToken)
    {
        bool leads;
        lock (_gate)
        {
            _waiting.Add(mine);
            leads = !_writing;
            _writing = true;
        }
        if (leads)
        {
            // Most appends are over when this returns: no one waits, and nobody is woken.
            if (_crowd > 1 && !_closed && IsDurableWaiting()) _flusher!.Wake();
            else _ = WriteGroupsAsync();
        }
        var done = mine.Done.Task;
        return done.IsCompletedSuccessfully ? new(done.Result) : new(done.WaitAsync(cancellationToken));
    }

    public override async ValueTask DisposeAsync()
    {
        _closed = true;
        _flusher?.Dispose();
        // What the thread was woken for and did not come to.
        if (IsDurableWaiting()) await WriteGroupsAsync();
        // A writer that is still at it goes first; one that comes later finds the file closed and refuses what waits.
        await _turn.WaitAsync();
        _turn.Release();
        _hmac.Dispose();
        _hash?.Dispose();
        await _file.DisposeAsync();
    }

    private bool IsDurableWaiting()
    {
        lock (_gate) return _waiting.Exists(static append => append.Durable);
    }

    /// <summary>Writes what waits, and what came meanwhile. Then it is another thread's turn, so that no caller works for ever.</summary>
    private async ValueTask WriteGroupsAsync()
    {
        // Free but while the log is closed: then the closer writes, too, and two would chain to the same line.
        await _turn.WaitAsync();
        try
        {
            for (var i = 0; i < GroupsMax; i++)
            {
                if (!await WriteGroupAsync()) return;
                if (_flusher is not null && !_closed && IsDurableWaiting()) break;
            }
        }
        finally
        {
            _turn.Release();
        }
        if (_flusher is not null && !_closed && IsDurableWaiting()) _flusher.Wake();
        else ThreadPool.UnsafeQueueUserWorkItem(static file => _ = file.WriteGroupsAsync(), this, preferLocal: false);
    }

    /// <summary>Writes what waits now. Returns whether more came meanwhile; else the next to come writes.</summary>
    private async ValueTask<bool> WriteGroupAsync()
    {
        List<Append> group;
        lock (_gate) (group, _waiting) = (_waiting, []);
        try
        {
            var durable = false;
            foreach (var append in group) durable |= append.Durable;
            await WriteAsync(group, durable, CancellationToken.None);
        }
        catch (Exception e)
        {
            var error = e as SecretException ?? (e is ObjectDisposedException
                ? new SecretException(SecretErrorKind.Sealed, "Vault is sealed")
                : FileFaults.Explain(e, "audit", _path));
            foreach (var append in group) append.Done.TrySetException(error);
        }
        lock (_gate)
        {
            if (_gathers) _crowd = Math.Max(group.Count, _crowd / 2);
            return _writing = _waiting.Count > 0;
        }
    }

    private async ValueTask WriteAsync(List<Append> group, bool durable, CancellationToken cancellationToken)
    {
        await LockAsync(cancellationToken);
        try
        {
            using var lines = new SecretBuffer(4096);
            var (head, end) = CatchUp(lines, write: group.Count > 0);
            var results = new AuditPosition[group.Count];
            for (var i = 0; i < group.Count; i++)
            {
                if (group[i].Key is not null)
                {
                    // What is signed must be in the file, so that the place of the checkpoint is known.
                    if (lines.Length > 0) end = Write(lines, end);
                    head = WriteCheckpoint(group[i], head, end, lines);
                }
                else
                {
                    foreach (var record in group[i].Records) head = AuditLine.Write(_hmac, head, record, torn: null, lines);
                }
                results[i] = new AuditPosition(head.Sequence, head.Mac);
            }
            if (group.Count == 0)
            {
                _head = head;
                return;
            }
            end = Write(lines, end);
            if (durable)
            {
                // Who asked for no flush does not wait for that of others.
                for (var i = 0; i < group.Count; i++)
                {
                    if (!group[i].Durable) group[i].Done.TrySetResult(results[i]);
                }
                RandomAccess.FlushToDisk(_handle);
            }
            (_head, _end) = (head, end);
            for (var i = 0; i < group.Count; i++) group[i].Done.TrySetResult(results[i]);
        }
        finally
        {
            Posix.Unlock(_handle);
        }
    }

    /// <summary>Writes the lines, forgets them, and returns the new end.</summary>
    private long Write(SecretBuffer lines, long end)
    {
        // Until all is written the cached end is not to be trusted: a failure may leave a piece behind.
        _end = -1;
        RandomAccess.Write(_handle, lines.Written, end);
        end += lines.Length;
        lines.Clear();
        return end;
    }

    private ChainHead WriteCheckpoint(Append append, ChainHead head, long end, SecretBuffer lines)
    {
        var record = append.Records[0];
        var hash = (_hash ??= new FileHash()).Of(_handle, end);
        var checkpoint = append.Key!.Sign(head.Sequence + 1, record.Time.UtcDateTime, end, hash);
        Volatile.Write(ref _signed, head.Sequence + 1);
        return AuditLine.Write(_hmac, head, record, torn: null, lines, checkpoint with { Serving = append.Serving });
    }

    /// <summary>Finds the end of the chain, and begins the new lines with a recovery record where a crash left an unfinished one.</summary>
    private (ChainHead Head, long End) CatchUp(SecretBuffer lines, bool write)
    {
        var length = RandomAccess.GetLength(_handle);
        if (length == _end) return (_head, length);
        if (length < _end) throw AuditTail.Broken(_path);
        var tail = AuditTail.Read(_handle, length, _hmac, _path);
        if (tail.Torn is null) (_head, _end) = (tail.Head, length);
        if (tail.Torn is not { } torn || !write) return (tail.Head, length);
        lines.GetSpan(1)[0] = (byte)'\n';
        lines.Advance(1);
        var record = new AuditRecord(AuditRecordKind.Recovery, _time.GetUtcNow(), "vault", "recover", "audit");
        return (AuditLine.Write(_hmac, tail.Head, record, torn, lines), length);
    }

    private async ValueTask LockAsync(CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        for (var wait = 1; !Posix.TryLock(_handle); wait = Math.Min(wait * 2, 16))
        {
            if (_time.GetElapsedTime(began) > LockWaitMax)
                throw new SecretException(SecretErrorKind.Unreachable, "another process holds the audit log", operation: "audit", name: _path);
            await Task.Delay(TimeSpan.FromMilliseconds(wait), TimeProvider.System, cancellationToken);
        }
    }

    /// <param name="Records">What is appended.</param>
    /// <param name="Durable">Whether it is flushed.</param>
    /// <param name="Key">Signs the one record, which is a checkpoint; else null.</param>
    /// <param name="Serving">What the checkpoint says of the server.</param>
    private sealed record Append(IReadOnlyList<AuditRecord> Records, bool Durable, CheckpointKey? Key, ServingMark Serving)
    {
        public TaskCompletionSource<AuditPosition> Done { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
