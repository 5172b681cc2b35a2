using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Npgsql;
using Shouldly;
using Strongroom.Conformance;
using Strongroom.Npgsql;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Extensions.Tests.Npgsql;

public sealed class RotatingDataSourceTests(Database database) : IClassFixture<Database>, IAsyncDisposable
{
    private readonly CachedSecrets _secrets = new();
    private readonly FakeTime _time = new();
    private readonly LogLines _log = new();
    private readonly string _user = "app_" + Guid.NewGuid().ToString("N");
    private RotatingNpgsqlDataSource? _source;

    [Fact]
    public async Task Queries_under_load_outlive_rotations_of_the_password()
    {
        await MakeUserAsync(_user, "first");
        var source = Open(options => options.Time = TimeProvider.System);
        await using var load = new Load(source);

        for (var i = 0; i < 5; i++)
        {
            await load.RunsAsync(60);
            var isMissed = _secrets.NextReadAsync();
            await database.ExecuteAsync($"ALTER ROLE {_user} PASSWORD 'next-{i}'");
            // The database refuses what the store still says; only then does the store learn the new one.
            await isMissed;
            Store(_user, $"next-{i}");
            await load.RunsAsync(60);
        }

        (await load.StopAsync()).ShouldBeEmpty();
        _log.All.ShouldContain(line => line.Contains("the login changed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Queries_under_load_outlive_a_change_of_the_user()
    {
        await MakeUserAsync(_user, "first");
        await MakeUserAsync(_user + "_b", "second");
        var source = Open(options => options.Time = TimeProvider.System);
        await using var load = new Load(source);
        await load.RunsAsync(60);

        Store(_user + "_b", "second");
        await database.ExecuteAsync($"ALTER ROLE {_user} NOLOGIN");
        await load.RunsAsync(150);

        (await load.StopAsync()).ShouldBeEmpty();
        (await UserOfAsync(source)).ShouldBe(_user + "_b");
        // Its connections were ended; the server's processes take a moment to go.
        await database.HasNoConnectionAsync(_user).WaitAsync(TimeSpan.FromSeconds(30));
    }

    [Fact]
    public async Task Refused_login_is_read_once_past_the_cache_and_tried_again()
    {
        var source = await OpenBeforeARotationAsync();

        (await UserOfAsync(source)).ShouldBe(_user);

        _secrets.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task Refused_login_is_tried_again_when_opened_synchronously()
    {
        var source = await OpenBeforeARotationAsync();

        using var connection = source.OpenConnection();

        connection.UserName.ShouldBe(_user);
    }

    [Fact]
    public async Task Login_that_no_store_knows_better_stays_refused()
    {
        await MakeUserAsync(_user, "first");
        Store(_user, "wrong");
        var source = Open(options => options.RotationPatience = TimeSpan.Zero);

        var error = await Should.ThrowAsync<PostgresException>(async () => await source.OpenConnectionAsync());

        (error.SqlState, _secrets.Reads).ShouldBe(("28P01", 1));
    }

    [Fact]
    public async Task New_login_that_does_not_work_yet_is_not_taken()
    {
        await MakeUserAsync(_user, "first");
        var source = Open();
        (await UserOfAsync(source)).ShouldBe(_user);

        Store(_user, "not yet");
        await source.RefreshAsync();
        (await UserOfAsync(source)).ShouldBe(_user);
        _log.All.ShouldContain(line => line.Contains("does not work yet", StringComparison.Ordinal));

        await database.ExecuteAsync($"ALTER ROLE {_user} PASSWORD 'not yet'");
        await source.RefreshAsync();
        source.Clear();
        (await UserOfAsync(source)).ShouldBe(_user);
        string.Join('\n', _log.All).ShouldNotContain("not yet;");
    }

    [Fact]
    public async Task Changed_login_is_found_at_the_interval()
    {
        await MakeUserAsync(_user, "first");
        await MakeUserAsync(_user + "_b", "second");
        var source = Open(options => options.CheckInterval = TimeSpan.FromSeconds(30));
        (await UserOfAsync(source)).ShouldBe(_user);
        Store(_user + "_b", "second");
        _secrets.Expire("DATABASE");

        _time.Advance(TimeSpan.FromSeconds(30));

        await _log.SaysAsync("the login changed");
        (await UserOfAsync(source)).ShouldBe(_user + "_b");
    }

    [Fact]
    public async Task Connection_that_the_caller_opens_is_refused_once_at_the_most()
    {
        var source = await OpenBeforeARotationAsync();
        await using (var refused = source.CreateConnection()) await Should.ThrowAsync<PostgresException>(() => refused.OpenAsync());

        _time.Advance(TimeSpan.FromSeconds(1));

        await using var connection = source.CreateConnection();
        await connection.OpenAsync();
        _secrets.Reads.ShouldBe(1);
    }

    [Fact]
    public async Task Store_that_fails_takes_no_login_away()
    {
        await MakeUserAsync(_user, "first");
        var source = Open();
        (await UserOfAsync(source)).ShouldBe(_user);
        _secrets.Store.Fail("DATABASE", SecretErrorKind.Unreachable);

        await source.RefreshAsync();

        (await UserOfAsync(source)).ShouldBe(_user);
        _log.All.ShouldContain(line => line.Contains("could not be read", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Initializers_run_for_each_new_connection_of_each_login()
    {
        await MakeUserAsync(_user, "first");
        var names = new ConcurrentQueue<string>();
        var source = Open(options =>
        {
            options.InitializeConnection = connection => names.Enqueue(connection.UserName!);
            options.InitializeConnectionAsync = connection =>
            {
                names.Enqueue(connection.UserName!);
                return Task.CompletedTask;
            };
        });

        (await UserOfAsync(source)).ShouldBe(_user);

        names.ShouldBe([_user]);
        Should.Throw<SecretException>(() => new RotatingNpgsqlDataSource(_secrets, "DATABASE", new RotatingDataSourceOptions { InitializeConnection = _ => { } }))
            .Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    public async ValueTask DisposeAsync()
    {
        if (_source is not null) await _source.DisposeAsync();
    }

    private async Task MakeUserAsync(string user, string password)
    {
        await database.ExecuteAsync($"CREATE ROLE {user} LOGIN PASSWORD '{password}'");
        if (user == _user) Store(user, password);
    }

    private void Store(string user, string password) => _secrets.Store["DATABASE"] = database.Login(user, password);

    private RotatingNpgsqlDataSource Open(Action<RotatingDataSourceOptions>? configure = null)
    {
        var options = new RotatingDataSourceOptions { Time = _time, CheckInterval = TimeSpan.Zero, ConnectionString = "Maximum Pool Size=8;GSS Encryption Mode=Disable" };
        configure?.Invoke(options);
        // The cache knows the first login, and only that.
        _secrets.Expire("DATABASE");
        return _source = new RotatingNpgsqlDataSource(_secrets, "DATABASE", options, _log);
    }

    /// <summary>A data source that worked and whose login the database refuses by now; the store knows the new one, the cache does not.</summary>
    private async Task<RotatingNpgsqlDataSource> OpenBeforeARotationAsync()
    {
        await MakeUserAsync(_user, "first");
        var source = Open();
        (await UserOfAsync(source)).ShouldBe(_user);
        await database.ExecuteAsync($"ALTER ROLE {_user} PASSWORD 'second'");
        Store(_user, "second");
        source.Clear();
        return source;
    }

    private static async Task<string> UserOfAsync(RotatingNpgsqlDataSource source)
    {
        await using var connection = await source.OpenConnectionAsync();
        await using var command = new NpgsqlCommand("SELECT current_user::text", connection);
        return (string)(await command.ExecuteScalarAsync())!;
    }

    private sealed class LogLines : ILogger<RotatingNpgsqlDataSource>
    {
        private readonly ConcurrentQueue<string> _all = new();
        private readonly ConcurrentQueue<(string Text, TaskCompletionSource Said)> _awaited = new();

        public IReadOnlyList<string> All => [.. _all];

        public Task SaysAsync(string text)
        {
            var said = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            _awaited.Enqueue((text, said));
            if (_all.Any(line => line.Contains(text, StringComparison.Ordinal))) said.TrySetResult();
            return said.Task.WaitAsync(TimeSpan.FromSeconds(30));
        }

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var line = formatter(state, exception);
            _all.Enqueue(line);
            foreach (var (text, said) in _awaited)
                if (line.Contains(text, StringComparison.Ordinal)) said.TrySetResult();
        }
    }
}
