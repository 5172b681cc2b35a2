namespace Strongroom.Stores;

/// <summary>
/// What one configured backend can do. The default can do nothing, and the answer belongs to the instance: GitHub Actions can
/// read only inside a job. Asking a store for what is not here fails before any I/O.
/// </summary>
[Flags]
public enum BackendCapabilities
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>Values can be read.</summary>
    Read = 1 << 0,

    /// <summary>Names can be listed.</summary>
    List = 1 << 1,

    /// <summary>Values can be written.</summary>
    Write = 1 << 2,

    /// <summary>Secrets can be deleted.</summary>
    Delete = 1 << 3,

    /// <summary>Older versions can be read by number.</summary>
    Versions = 1 << 4,

    /// <summary>The store tells times, owner and the like.</summary>
    Metadata = 1 << 5,

    /// <summary>A write can be made conditional on the version that the caller saw.</summary>
    CheckAndSet = 1 << 6,

    /// <summary>A secret is an object of named fields.</summary>
    Fields = 1 << 7,
}
