using System.Net.Sockets;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// What waits to be written to one output. Requests add entries and go on; a task of its own writes all that waits at once. A hung
/// output lets the queue fill up, after which it takes nothing more: nobody ever waits for it but those who asked to.
/// </summary>
internal sealed class DeviceQueue : IAsyncDisposable
{
    /// <summary>The most bytes that wait.</summary>
    public const int LengthMax = 8 * 1024 * 1024;

    private static readonly TimeSpan RetryDelayMin = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan RetryDelayMax = TimeSpan.FromSeconds(5);

    private readonly AuditOutput _output;
    private readonly TimeProvider _time;
    private readonly TimeSpan _timeout;
    private readonly bool _retries;
    private readonly Lock _gate = new();
    private readonly SemaphoreSlim _wake = new(0);
    private readonly CancellationTokenSource _closing = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _running;
    private SecretBuffer _waiting = new(4096);
    private SecretBuffer _spare = new(4096);
    private TaskCompletionSource? _written;
    private bool _closed;
    private bool _reopen;
    private long _lost;

    /// <param name="output">Where it writes; disposed with the queue.</param>
    /// <param name="timeout">How long one write may take.</param>
    /// <param name="retries">Whether what failed is tried again; not where requests wait for it and fail.</param>
    /// <param name="time">The clock.</param>
    public DeviceQueue(AuditOutput output, TimeSpan timeout, bool retries, TimeProvider time)
    {
        (_output, _timeout, _retries, _time) = (output, timeout, retries, time);
        _running = RunAsync();
    }

    /// <summary>How many times entries were not taken or given up.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>Adds an entry that ends in a line feed. False when there is no room. Does not wait.</summary>
    public bool TryAdd(ReadOnlySpan<byte> entry) => TryAdd(entry, waits: false, out _);

    /// <summary>Adds an entry; <paramref name="written"/> ends when it is written and fails when it cannot be.</summary>
    public bool TryAdd(ReadOnlySpan<byte> entry, bool waits, out Task written)
    {
        lock (_gate)
        {
            written = Task.CompletedTask;
            if (_closed || _waiting.Length + entry.Length > LengthMax)
            {
                Interlocked.Increment(ref _lost);
                return false;
            }
            _waiting.Write(entry);
            if (waits)
            {
                _written ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                written = _written.Task;
            }
        }
        if (_wake.CurrentCount == 0) _wake.Release();
        return true;
    }

    /// <summary>Opens the output anew before the next entry: what lay there was moved away.</summary>
    public void Reopen()
    {
        lock (_gate) _reopen = true;
        _wake.Release();
    }

    /// <summary>Writes what waits, as long as that takes no longer than one write may, and closes the output.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_gate) _closed = true;
        await _closing.CancelAsync();
        _wake.Release();
        try
        {
            await _running.WaitAsync(_timeout, _time);
        }
        catch (TimeoutException)
        {
            await _stop.CancelAsync();
        }
        // A write that hangs in the operating system keeps its output; everything else is given back when it ends.
        if (_running.IsCompleted) await _output.DisposeAsync();
    }

    private async Task RunAsync()
    {
        await Task.Yield();
        while (true)
        {
            await _wake.WaitAsync();
            SecretBuffer batch;
            TaskCompletionSource? written;
            bool reopen, closed;
            lock (_gate)
            {
                (batch, _waiting, _spare) = (_waiting, _spare, _waiting);
                (written, _written) = (_written, null);
                (reopen, _reopen) = (_reopen, false);
                closed = _closed;
            }
            if (await WriteAsync(batch, reopen) is { } failure) written?.TrySetException(failure);
            else written?.TrySetResult();
            batch.Clear();
            if (!closed) continue;
            batch.Dispose();
            _waiting.Dispose();
            return;
        }
    }

    /// <summary>Writes a group; returns why it was given up.</summary>
    private async ValueTask<SecretException?> WriteAsync(SecretBuffer batch, bool reopen)
    {
        for (var delay = RetryDelayMin; ; delay = delay * 2 < RetryDelayMax ? delay * 2 : RetryDelayMax)
        {
            try
            {
                using var timeout = new CancellationTokenSource(_timeout, _time);
                using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, _stop.Token);
                if (reopen) await _output.OpenAsync(either.Token);
                reopen = false;
                if (batch.Length > 0) await _output.WriteAsync(batch.WrittenMemory, either.Token);
                return null;
            }
            catch (Exception e) when (IsFailure(e))
            {
                var never = e is SecretException { Kind: SecretErrorKind.InvalidInput };
                if (never || !_retries || Volatile.Read(ref _closed))
                {
                    Interlocked.Increment(ref _lost);
                    return e as SecretException ?? new SecretException(SecretErrorKind.Unreachable, "the audit device failed: " + e.GetType().Name, operation: "audit", inner: e);
                }
            }
            if (!await PauseAsync(delay)) return null;
        }
    }

    private async ValueTask<bool> PauseAsync(TimeSpan delay)
    {
        try
        {
            await Task.Delay(delay, _time, _closing.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            Interlocked.Increment(ref _lost);
            return false;
        }
    }

    /// <summary>Whether an output may fail so.</summary>
    public static bool IsFailure(Exception e) =>
        e is IOException or SocketException or HttpRequestException or UnauthorizedAccessException or OperationCanceledException or SecretException;
}
