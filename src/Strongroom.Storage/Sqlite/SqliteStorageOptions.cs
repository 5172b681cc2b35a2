using Strongroom.Secrets;

namespace Strongroom.Storage.Sqlite;

/// <summary>How a <see cref="SqliteStorage"/> behaves. The defaults fit a command line and a server.</summary>
public sealed record SqliteStorageOptions
{
    /// <summary>How long a call waits for a lock that another process holds, before it fails as Unreachable. Default 5 seconds.</summary>
    public TimeSpan BusyTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>
    /// How many idle connections are kept for concurrent reads; more are opened when needed and closed after use. Default 16.
    /// </summary>
    public int IdleConnectionsMax { get; init; } = 16;

    /// <summary>The most pages of 4 KiB that the file may have; a write beyond fails as StorageFull. Default: no limit.</summary>
    public int? PagesMax { get; init; }

    /// <summary>
    /// Whether all keys are compared with their tally right after opening, beside the first calls, which takes one to two microseconds for each
    /// entry: a server will need it. Otherwise the first call that meets an absence does it. Default false.
    /// </summary>
    public bool VerifiesAtOpening { get; init; }

    /// <summary>Throws InvalidInput that names every fault.</summary>
    internal void Validate()
    {
        var faults = new List<string>();
        if (BusyTimeout < TimeSpan.Zero || BusyTimeout > TimeSpan.FromHours(1))
        {
            faults.Add($"{nameof(BusyTimeout)} must be between 0 and 1 hour");
        }
        if (IdleConnectionsMax is < 1 or > 1024)
        {
            faults.Add($"{nameof(IdleConnectionsMax)} must be between 1 and 1024");
        }
        if (PagesMax < 1)
        {
            faults.Add($"{nameof(PagesMax)} must be at least 1");
        }
        if (faults.Count > 0)
        {
            throw new SecretException(SecretErrorKind.InvalidInput, string.Join("; ", faults), operation: "open");
        }
    }
}
