namespace Strongroom.Vault.Engines.Kv;

/// <summary>What a secret may cost.</summary>
public static class KvLimits
{
    /// <summary>Longest path of a secret, in bytes of UTF-8.</summary>
    public const int PathLengthMax = 512;

    /// <summary>Most segments of a path.</summary>
    public const int PathSegmentsMax = 32;

    /// <summary>
    /// Largest JSON object of one version, in bytes: what fits one stored entry. Room for a value of 1 MiB, as base64 too.
    /// </summary>
    public const int DataLengthMax = (2 * 1024 * 1024) - 4096;

    /// <summary>Deepest nesting of a value.</summary>
    public const int DataDepthMax = 64;

    /// <summary>Most versions kept of one secret.</summary>
    public const int VersionsMax = 500;

    /// <summary>Versions kept when neither secret nor mount says otherwise.</summary>
    public const int VersionsDefault = 10;

    /// <summary>Most keys of custom metadata.</summary>
    public const int CustomMetadataKeysMax = 64;

    /// <summary>Longest key of custom metadata, in bytes.</summary>
    public const int CustomMetadataKeyLengthMax = 128;

    /// <summary>Longest value of custom metadata, in bytes.</summary>
    public const int CustomMetadataValueLengthMax = 512;

    /// <summary>How often a change is tried again when others change the same secret.</summary>
    public const int ChangeAttemptsMax = 64;
}
