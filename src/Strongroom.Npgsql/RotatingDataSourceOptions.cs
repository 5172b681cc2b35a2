using Microsoft.Extensions.Logging;
using Npgsql;

namespace Strongroom.Npgsql;

/// <summary>How a data source follows its login. Everything has a safe default.</summary>
public sealed class RotatingDataSourceOptions
{
    /// <summary>
    /// The other settings of a connection, such as <c>SSL Mode=VerifyFull;Maximum Pool Size=20</c>. Host, port, database, user and
    /// password come from the secret and replace what stands here.
    /// </summary>
    public string ConnectionString { get; set; } = "";

    /// <summary>
    /// Called for each login's new pool: type mappings, tracing. The login is not set here, and what is to be done with each new
    /// connection stands in <see cref="InitializeConnection"/>.
    /// </summary>
    public Action<NpgsqlDataSourceBuilder>? Configure { get; set; }

    /// <summary>Called with each new physical connection when it was opened synchronously; goes with <see cref="InitializeConnectionAsync"/>.</summary>
    public Action<NpgsqlConnection>? InitializeConnection { get; set; }

    /// <summary>Called with each new physical connection when it was opened asynchronously; goes with <see cref="InitializeConnection"/>.</summary>
    public Func<NpgsqlConnection, Task>? InitializeConnectionAsync { get; set; }

    /// <summary>
    /// How often a changed login is looked for, every 30 seconds by default; zero never. Local stores are asked each time, others
    /// when their <c>cache</c> time of the manifest is over. When the database refuses a login, another is looked for at once.
    /// </summary>
    public TimeSpan CheckInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>
    /// How long an opening waits for another login when the database refuses the one in use, two seconds by default, for a rotation
    /// changes the database and the store one after the other. Zero asks the store once.
    /// </summary>
    public TimeSpan RotationPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>Where the driver logs; the program's own by default.</summary>
    public ILoggerFactory? LoggerFactory { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
