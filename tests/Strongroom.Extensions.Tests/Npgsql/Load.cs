using System.Collections.Concurrent;
using Npgsql;
using Strongroom.Npgsql;

namespace Strongroom.Extensions.Tests.Npgsql;

/// <summary>Eight workers that query as fast as they can; each tenth query needs a new physical connection.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource _ending = new();
    private readonly ConcurrentQueue<Exception> _failures = new();
    private readonly Task[] _workers;
    private int _runs;
    private Tuple<int, TaskCompletionSource>? _awaited;

    public Load(RotatingNpgsqlDataSource source) => _workers = [.. Enumerable.Range(0, 8).Select(_ => Task.Run(() => WorkAsync(source)))];

    /// <summary>Waits until the workers did so many more queries.</summary>
    public Task RunsAsync(int more)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Volatile.Write(ref _awaited, (Volatile.Read(ref _runs) + more, done).ToTuple());
        return done.Task.WaitAsync(TimeSpan.FromSeconds(60));
    }

    public async Task<IReadOnlyCollection<Exception>> StopAsync()
    {
        await _ending.CancelAsync();
        await Task.WhenAll(_workers);
        return _failures;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _ending.Dispose();
    }

    private async Task WorkAsync(RotatingNpgsqlDataSource source)
    {
        while (!_ending.IsCancellationRequested)
        {
            try
            {
                await using var connection = await source.OpenConnectionAsync();
                await using var command = new NpgsqlCommand("SELECT 1", connection);
                await command.ExecuteScalarAsync();
            }
            catch (Exception e)
            {
                _failures.Enqueue(e);
            }
            var runs = Interlocked.Increment(ref _runs);
            if (runs % 10 == 0) source.Clear();
            if (Volatile.Read(ref _awaited) is { } awaited && runs >= awaited.Item1) awaited.Item2.TrySetResult();
        }
    }
}
