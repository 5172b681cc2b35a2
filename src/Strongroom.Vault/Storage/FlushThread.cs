namespace Strongroom.Vault.Storage;

/// <summary>
/// One thread for work that waits for the disk, so that it does not hold up the threads that answer requests. Started when it is first woken;
/// keeps no process alive.
/// </summary>
public sealed class FlushThread(string name, Action work) : IDisposable
{
    private readonly SemaphoreSlim _wakes = new(0);
    private readonly Lock _gate = new();
    private Thread? _thread;
    private volatile bool _ends;

    /// <summary>Has the work done once more. It must not throw.</summary>
    public void Wake()
    {
        if (_thread is null) Start();
        _wakes.Release();
    }

    /// <summary>Ends the thread after what it has begun; what it was woken for and did not begin is not done.</summary>
    public void Dispose()
    {
        _ends = true;
        _wakes.Release();
        lock (_gate)
        {
            if (_thread is { } thread && thread != Thread.CurrentThread) thread.Join();
        }
    }

    private void Start()
    {
        lock (_gate)
        {
            if (_thread is not null || _ends) return;
            var thread = new Thread(Run) { IsBackground = true, Name = name };
            thread.Start();
            _thread = thread;
        }
    }

    private void Run()
    {
        while (true)
        {
            _wakes.Wait();
            if (_ends) return;
            work();
        }
    }
}
