using System.Security.Cryptography;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Auth.UserPass;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Served;

/// <summary>How a vault is served.</summary>
public sealed record ServedVaultOptions
{
    /// <summary>The version of the Vault API that clients are told; they choose what they dare to ask by it.</summary>
    public const string ApiVersion = "1.15.6";

    /// <summary>File of the hash-chained audit log; made with mode 0600 when it is not there.</summary>
    public required string AuditPath { get; init; }

    /// <summary>When the audit log is flushed to the disk.</summary>
    public AuditFlush AuditFlush { get; init; } = AuditFlush.Changes;

    /// <summary>Opens a vault that is older than its audit log, as after restoring a copy of its file. That it was accepted is written to the log.</summary>
    public bool AcceptRestored { get; init; }

    /// <summary>The clock of everything.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where keys, tokens and nonces come from.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>
    /// What opens the vault when the server starts, and closes one that is made by <c>sys/init</c>. Null: people do, with unseal keys. The
    /// caller keeps it.
    /// </summary>
    public VaultSeal? Seal { get; init; }

    /// <summary>The word for the storage in <c>sys/seal-status</c>: <c>file</c>, <c>inmem</c>.</summary>
    public string StorageType { get; init; } = "file";

    /// <summary>The name that the server gives itself in <c>sys/health</c>.</summary>
    public string ClusterName { get; init; } = "strongroom";

    /// <summary>The address under which clients reach it, in <c>sys/leader</c>.</summary>
    public string ApiAddress { get; init; } = "";

    /// <summary>The address that servers would reach each other under; shown and not used, because there is one server.</summary>
    public string ClusterAddress { get; init; } = "";

    /// <summary>Writes what else <c>sys/config/state/sanitized</c> tells of the server: members of an object, without a secret.</summary>
    public Action<System.Text.Json.Utf8JsonWriter>? DescribeServer { get; init; }

    /// <summary>Seconds that a lease or token lives when nothing else says so.</summary>
    public long DefaultLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>The longest life in seconds when nothing else says so.</summary>
    public long MaxLeaseTtl { get; init; } = 768 * 3600;

    /// <summary>Iterations of PBKDF2 for the passwords of users: what one guess costs, for a client as for a thief.</summary>
    public int PasswordIterations { get; init; } = PasswordHash.IterationsDefault;

    /// <summary>What the server tells about itself.</summary>
    public VaultLog Log { get; init; } = new(TimeProvider.System);

    /// <summary>Stands in for the network when logins ask others (keys of JWTs, Kubernetes); null is the network.</summary>
    public HttpMessageHandler? OutboundHandler { get; init; }
}
