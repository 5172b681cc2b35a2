using Npgsql;
using Strongroom.Caching;
using Strongroom.Conformance;
using Strongroom.Extensions.Testing;
using Strongroom.Resolution;
using Xunit;

namespace Strongroom.Extensions.Tests.Npgsql;

/// <summary>A PostgreSQL with the role of an application, and the store that keeps its login behind a cache which only a read past it renews.</summary>
public sealed class Database : IAsyncLifetime
{
    private PostgresServer? _server;
    private NpgsqlDataSource? _admin;

    public async ValueTask InitializeAsync()
    {
        _server = await PostgresServer.StartAsync();
        _admin = NpgsqlDataSource.Create(_server.AdminConnectionString);
    }

    public async ValueTask DisposeAsync()
    {
        if (_admin is not null) await _admin.DisposeAsync();
        if (_server is not null) await _server.DisposeAsync();
    }

    public async Task ExecuteAsync(string sql)
    {
        await using var command = _admin!.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    /// <summary>Waits until the user has no connection.</summary>
    public async Task HasNoConnectionAsync(string user)
    {
        await using var command = _admin!.CreateCommand($"SELECT count(*) FROM pg_stat_activity WHERE usename = '{user}'");
        while (await command.ExecuteScalarAsync() is not 0L) await Task.Yield();
    }

    public string Login(string user, string password) =>
        $$"""{"host":"{{PostgresServer.Host}}","port":{{_server!.Port}},"database":"postgres","username":"{{user}}","password":"{{password}}"}""";
}

/// <summary>Answers from its cache until it is asked past it, as a store behind a network does while the time of its cache lasts.</summary>
internal sealed class CachedSecrets : ISecretSource
{
    private readonly TestSecrets _store = new();
    private readonly TestSecrets _cache = new();
    private int _reads;
    private TaskCompletionSource _awaited = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public IReadOnlyList<string> Names => _store.Names;

    public TestSecrets Store => _store;

    /// <summary>How often the store was read past the cache.</summary>
    public int Reads => _reads;

    public ValueTask<ResolvedSecret> ResolveAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        if (mode == CacheMode.Bypass)
        {
            Interlocked.Increment(ref _reads);
            Interlocked.Exchange(ref _awaited, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        }
        if (mode == CacheMode.Bypass || !_cache.Names.Contains(name)) _cache[name] = _store[name];
        return _cache.ResolveAsync(name, mode, cancellationToken);
    }

    public ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) => _store.ResolveAllAsync(names, mode, cancellationToken);

    /// <summary>The next read past the cache.</summary>
    public Task NextReadAsync() => _awaited.Task.WaitAsync(TimeSpan.FromSeconds(60));

    /// <summary>The time of the cache is over.</summary>
    public void Expire(string name) => _cache[name] = _store[name];
}
