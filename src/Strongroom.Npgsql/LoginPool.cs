using Npgsql;

namespace Strongroom.Npgsql;

/// <summary>The connections of one login, and whether the database still takes it.</summary>
internal sealed class LoginPool : IAsyncDisposable
{
    private readonly Func<LoginPool, CancellationToken, Task<LoginPool>> _replace;
    private readonly string _password;
    private readonly OpeningDoubt _doubt;

    /// <param name="login">The login; the pool owns its password.</param>
    /// <param name="options">The other settings.</param>
    /// <param name="replace">Looks for another login past the caches and gives the pool that is in use then.</param>
    public LoginPool(DatabaseLogin login, RotatingDataSourceOptions options, Func<LoginPool, CancellationToken, Task<LoginPool>> replace)
    {
        (Login, _replace, _doubt) = (login, replace, new OpeningDoubt(options.Time));
        _password = login.Password.RevealText();
        var builder = new NpgsqlDataSourceBuilder(options.ConnectionString);
        builder.UseLoggerFactory(options.LoggerFactory);
        options.Configure?.Invoke(builder);
        login.ApplyTo(builder.ConnectionStringBuilder);
        // Every physical connection comes by here, also one that a caller opens by itself.
        builder.UsePasswordProvider(
            _ => _doubt.IsDue() ? Task.Run(() => NewestPasswordAsync(CancellationToken.None)).GetAwaiter().GetResult() : _password,
            (_, token) => _doubt.IsDue() ? new ValueTask<string>(NewestPasswordAsync(token)) : new(_password));
        builder.UsePhysicalConnectionInitializer(
            connection =>
            {
                _doubt.Clear();
                options.InitializeConnection?.Invoke(connection);
            },
            connection =>
            {
                _doubt.Clear();
                return options.InitializeConnectionAsync?.Invoke(connection) ?? Task.CompletedTask;
            });
        Source = builder.Build();
    }

    public DatabaseLogin Login { get; }

    public NpgsqlDataSource Source { get; }

    public ValueTask DisposeAsync()
    {
        Login.Password.Dispose();
        return Source.DisposeAsync();
    }

    /// <summary>A connection of this pool that is being opened can still take another password, but no other user.</summary>
    private async Task<string> NewestPasswordAsync(CancellationToken cancellationToken)
    {
        var newest = await _replace(this, cancellationToken);
        return newest.Login.IsOfSameUser(Login) ? newest._password : _password;
    }
}
