namespace Strongroom.Secrets;

/// <summary>Why an operation on a secret failed. Callers decide by this and never by the text of a message.</summary>
public enum SecretErrorKind
{
    /// <summary>The store answered and knows no such secret, field or version. A chain may go on.</summary>
    NotFound,

    /// <summary>The secret exists but cannot be read: deleted, destroyed, disabled or expired. A chain stops.</summary>
    Unreadable,

    /// <summary>The store knows the caller and refuses. A chain stops: falling back would hide a missing permission.</summary>
    Denied,

    /// <summary>No answer in time, no connection, or the store says that it is failing. A chain goes on.</summary>
    Unreachable,

    /// <summary>The store asks to slow down; see <see cref="SecretException.RetryAfter"/>.</summary>
    Throttled,

    /// <summary>The store answered with something that it should never answer.</summary>
    Malformed,

    /// <summary>The caller asked for something impossible; nothing was sent.</summary>
    InvalidInput,

    /// <summary>This store cannot do that at all; nothing was sent. See <see cref="Stores.BackendCapabilities"/>.</summary>
    Unsupported,

    /// <summary>The secret changed since the caller looked (check-and-set), or exists although it should not.</summary>
    Conflict,

    /// <summary>The vault is sealed or the key offered does not open it.</summary>
    Sealed,

    /// <summary>Stored bytes fail their integrity check. Nothing was changed.</summary>
    Corrupt,

    /// <summary>The disk is full. Nothing was changed.</summary>
    StorageFull,

    /// <summary>The place is read-only. Nothing was changed.</summary>
    ReadOnly,
}
