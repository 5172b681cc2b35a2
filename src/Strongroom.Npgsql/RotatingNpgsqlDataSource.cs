using System.Data.Common;
using System.Runtime.ExceptionServices;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using Strongroom.Caching;
using Strongroom.Extensions;
using Strongroom.Secrets;

namespace Strongroom.Npgsql;

/// <summary>
/// A data source whose login is a secret, and follows it while the program runs: another password, another user (two users in turn) or
/// another server. A new login is tried before it is used; then the idle connections of the old one end, and the busy ones when they
/// come back. Nothing that runs is disturbed. Safe for many callers at once.
/// </summary>
/// <remarks>
/// <see cref="OpenConnectionAsync"/> and <see cref="OpenConnection"/> outlive a rotation that nobody announced: when the database refuses
/// the login, the store is asked past its cache and the connection is opened with the newer one. A connection from
/// <see cref="CreateConnection"/> that the caller (an object mapper) opens by itself can be refused once; the next one is opened with the
/// newer login. Let the mapper repeat the codes 28P01 and 28000.
/// </remarks>
public sealed partial class RotatingNpgsqlDataSource : DbDataSource
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(50);

    private readonly ISecretSource _secrets;
    private readonly string _reference;
    private readonly RotatingDataSourceOptions _options;
    private readonly ILogger _log;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private LoginPool? _current;
    private LoginPool? _retired;
    private ITimer? _timer;
    private int _reads;

    /// <summary>Asks nobody yet.</summary>
    /// <param name="secrets">Where the login is read.</param>
    /// <param name="reference">The name or reference, without a field, of a secret with <c>host, port, database, username, password</c>.</param>
    /// <param name="options">How it is followed.</param>
    /// <param name="log">Told of changes, by user and server, never a password.</param>
    public RotatingNpgsqlDataSource(ISecretSource secrets, string reference, RotatingDataSourceOptions? options = null, ILogger<RotatingNpgsqlDataSource>? log = null)
    {
        (_secrets, _reference, _options) = (secrets, reference, options ?? new RotatingDataSourceOptions());
        _log = log ?? NullLogger<RotatingNpgsqlDataSource>.Instance;
        if (_options.InitializeConnection is null != _options.InitializeConnectionAsync is null)
            throw new SecretException(SecretErrorKind.InvalidInput, "InitializeConnection and InitializeConnectionAsync go together", name: reference);
    }

    /// <summary>How connections are opened now, without the password; empty before the first.</summary>
    public override string ConnectionString => Volatile.Read(ref _current)?.Source.ConnectionString ?? "";

    /// <summary>Opens a connection with the newest login that works.</summary>
    /// <exception cref="SecretException">When there is no login yet and none can be read.</exception>
    /// <exception cref="NpgsqlException">When the database cannot be reached, or refuses the login and the store has no other.</exception>
    public new async ValueTask<NpgsqlConnection> OpenConnectionAsync(CancellationToken cancellationToken = default)
    {
        var pool = Volatile.Read(ref _current) ?? await RefreshAsync(CacheMode.Use, doubted: null, cancellationToken);
        try
        {
            return await pool.Source.OpenConnectionAsync(cancellationToken);
        }
        catch (Exception e) when (IsOfOldLogin(e))
        {
            return await ReopenAsync(pool, e, cancellationToken);
        }
    }

    /// <inheritdoc cref="OpenConnectionAsync"/>
    public new NpgsqlConnection OpenConnection()
    {
        var pool = Current();
        try
        {
            return pool.Source.OpenConnection();
        }
        catch (Exception e) when (IsOfOldLogin(e))
        {
            return Task.Run(() => ReopenAsync(pool, e, CancellationToken.None)).GetAwaiter().GetResult();
        }
    }

    /// <summary>A connection of the login in use, to be opened soon; see the remarks of the type.</summary>
    /// <exception cref="SecretException">When there is no login yet and none can be read.</exception>
    public new NpgsqlConnection CreateConnection() => Current().Source.CreateConnection();

    /// <summary>Reads the login, past the caches, and takes it if it is another and works. A login in use stays when that fails.</summary>
    /// <exception cref="SecretException">When there is no login yet and none can be read.</exception>
    public async Task RefreshAsync(CancellationToken cancellationToken = default) => await RefreshAsync(CacheMode.Bypass, doubted: null, cancellationToken);

    /// <summary>Ends the idle connections now, and the busy ones when they come back.</summary>
    public void Clear() => Volatile.Read(ref _current)?.Source.Clear();

    /// <summary>Reads the first login if there is none yet.</summary>
    internal async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (Volatile.Read(ref _current) is null) await RefreshAsync(CacheMode.Use, doubted: null, cancellationToken);
    }

    /// <inheritdoc/>
    protected override DbConnection CreateDbConnection() => CreateConnection();

    /// <inheritdoc/>
    protected override DbConnection OpenDbConnection() => OpenConnection();

    /// <inheritdoc/>
    protected override async ValueTask<DbConnection> OpenDbConnectionAsync(CancellationToken cancellationToken = default) => await OpenConnectionAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing) Task.Run(() => DisposeAsyncCore().AsTask()).GetAwaiter().GetResult();
    }

    /// <inheritdoc/>
    protected override async ValueTask DisposeAsyncCore()
    {
        if (_ending.IsCancellationRequested) return;
        await _ending.CancelAsync();
        await _turn.WaitAsync(CancellationToken.None);
        if (_timer is not null) await _timer.DisposeAsync();
        if (_retired is not null) await _retired.DisposeAsync();
        if (_current is not null) await _current.DisposeAsync();
        _turn.Release();
    }

    private static bool IsRefusedLogin(Exception e) =>
        e is PostgresException { SqlState: PostgresErrorCodes.InvalidPassword or PostgresErrorCodes.InvalidAuthorizationSpecification };

    /// <summary>True also when two changes ended the pool between our look at it and its use.</summary>
    private bool IsOfOldLogin(Exception e) => IsRefusedLogin(e) || (e is ObjectDisposedException && !_ending.IsCancellationRequested);

    /// <summary>The one synchronous read: for callers who cannot wait otherwise, before there is a login.</summary>
    private LoginPool Current() =>
        Volatile.Read(ref _current) ?? Task.Run(() => RefreshAsync(CacheMode.Use, doubted: null, CancellationToken.None)).GetAwaiter().GetResult();

    private async Task<NpgsqlConnection> ReopenAsync(LoginPool refused, Exception why, CancellationToken cancellationToken)
    {
        var since = _options.Time.GetTimestamp();
        for (var wait = FirstWait; ; wait *= 2)
        {
            var pool = await RefreshAsync(CacheMode.Bypass, refused, cancellationToken);
            if (!ReferenceEquals(pool, refused))
            {
                try
                {
                    return await pool.Source.OpenConnectionAsync(cancellationToken);
                }
                catch (Exception e) when (IsOfOldLogin(e))
                {
                    (refused, why) = (pool, e);
                }
            }
            if (_options.Time.GetElapsedTime(since) >= _options.RotationPatience) ExceptionDispatchInfo.Throw(why);
            await Task.Delay(wait, _options.Time, cancellationToken);
        }
    }

    /// <summary>Gives the pool to use: the one in use, or that of a newer login which works.</summary>
    /// <param name="mode">Whether caches may answer.</param>
    /// <param name="doubted">The pool that the caller found refused; when it is not the one in use any more, nothing is read.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    private async Task<LoginPool> RefreshAsync(CacheMode mode, LoginPool? doubted, CancellationToken cancellationToken)
    {
        var reads = Volatile.Read(ref _reads);
        await _turn.WaitAsync(cancellationToken);
        try
        {
            ObjectDisposedException.ThrowIf(_ending.IsCancellationRequested, this);
            // What another caller began to read since is as new as what we would read.
            if (_current is { } current && ((doubted is not null && !ReferenceEquals(current, doubted)) || _reads != reads)) return current;
            if (mode == CacheMode.Bypass) _reads++;
            if (await FindNewerAsync(mode, cancellationToken) is { } newer) await ReplaceAsync(newer);
            return _current!;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>A pool for a login that is another than the one in use, and works; null when there is none.</summary>
    private async Task<LoginPool?> FindNewerAsync(CacheMode mode, CancellationToken cancellationToken)
    {
        DatabaseLogin login;
        try
        {
            login = DatabaseLogin.Of(await _secrets.GetDatabaseAsync(_reference, mode, cancellationToken));
        }
        catch (SecretException e) when (_current is not null)
        {
            LogUnread(_log, _reference, e.Message);
            return null;
        }
        if (login == _current?.Login)
        {
            login.Password.Dispose();
            return null;
        }
        var pool = new LoginPool(login, _options, (doubted, token) => RefreshAsync(CacheMode.Bypass, doubted, token));
        if (_current is null || await WorksAsync(pool, cancellationToken)) return pool;
        await pool.DisposeAsync();
        return null;
    }

    private async Task<bool> WorksAsync(LoginPool pool, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await pool.Source.OpenConnectionAsync(cancellationToken);
            return true;
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.TooManyConnections)
        {
            // No place is no refusal, and the connections that take up the place are our own.
            return true;
        }
        catch (NpgsqlException e)
        {
            LogNotYet(_log, _reference, pool.Login, e.Message);
            return false;
        }
    }

    /// <summary>The pool before the new one stays open for connections that were made of it and not opened yet.</summary>
    private async Task ReplaceAsync(LoginPool newer)
    {
        var old = _current;
        Volatile.Write(ref _current, newer);
        if (old is not null)
        {
            LogChanged(_log, _reference, old.Login, newer.Login);
            old.Source.Clear();
            if (_retired is { } older) await older.DisposeAsync();
            _retired = old;
        }
        else if (_options.CheckInterval > TimeSpan.Zero)
        {
            _timer = _options.Time.CreateTimer(_ => _ = CheckAsync(), state: null, _options.CheckInterval, _options.CheckInterval);
        }
    }

    private async Task CheckAsync()
    {
        try
        {
            await RefreshAsync(CacheMode.Use, doubted: null, _ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
        {
            // The program ends.
        }
    }

    [LoggerMessage(1, LogLevel.Information, "{Reference}: the login changed from {Old} to {New}; connections of the old one end when they are idle")]
    private static partial void LogChanged(ILogger log, string reference, DatabaseLogin old, DatabaseLogin @new);

    [LoggerMessage(2, LogLevel.Warning, "{Reference}: the new login {Login} does not work yet, and the one in use stays: {Reason}")]
    private static partial void LogNotYet(ILogger log, string reference, DatabaseLogin login, string reason);

    [LoggerMessage(3, LogLevel.Warning, "{Reference} could not be read, and the login in use stays: {Reason}")]
    private static partial void LogUnread(ILogger log, string reference, string reason);
}
