using Npgsql;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;

namespace Strongroom.Npgsql;

/// <summary>What a connection needs from the secret. Two are equal when they open the same database as the same user with the same password.</summary>
internal sealed record DatabaseLogin(string Host, int Port, string Database, string Username, SecretValue Password)
{
    public static DatabaseLogin Of(DatabaseCredentials credentials) =>
        new(credentials.Host, credentials.Port, credentials.Database, credentials.Username, credentials.Password);

    /// <summary>True when only the password may differ, so that a connection which is being opened can take it.</summary>
    public bool IsOfSameUser(DatabaseLogin other) =>
        (Host, Port, Database, Username) == (other.Host, other.Port, other.Database, other.Username);

    /// <summary>Puts everything but the password into the settings of a connection.</summary>
    public void ApplyTo(NpgsqlConnectionStringBuilder settings) =>
        (settings.Host, settings.Port, settings.Database, settings.Username, settings.Password) = (Host, Port, Database, Username, null);

    /// <summary>User, database and server, never the password.</summary>
    public override string ToString() => $"{Username} of {Database} at {Host}:{Port}";
}
