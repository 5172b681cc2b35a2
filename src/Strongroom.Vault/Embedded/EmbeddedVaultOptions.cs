using System.Security.Cryptography;
using Strongroom.Vault.Audit;

namespace Strongroom.Vault.Embedded;

/// <summary>How a vault is opened.</summary>
public sealed record EmbeddedVaultOptions
{
    /// <summary>File of the audit log; made with mode 0600 when it is not there.</summary>
    public required string AuditPath { get; init; }

    /// <summary>Who the audit log says it was.</summary>
    public string UserName { get; init; } = Environment.UserName;

    /// <summary>The clock of versions and audit records.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>Where keys and nonces come from.</summary>
    public RandomNumberGenerator Random { get; init; } = RandomNumberGenerator.Create();

    /// <summary>When the audit log is flushed to the disk.</summary>
    public AuditFlush AuditFlush { get; init; } = AuditFlush.Changes;

    /// <summary>
    /// Opens a vault that is older than its audit log, or whose log was cut, as after restoring a backup. That it was accepted is
    /// written to the log.
    /// </summary>
    public bool AcceptRestored { get; init; }
}
