using System.Text.Json.Serialization;

namespace Strongroom.Vault.Mounts;

/// <summary>One engine and where it is mounted, as stored and as <c>sys/mounts</c> and <c>sys/auth</c> tell it. Durations are seconds.</summary>
internal sealed record MountEntry
{
    /// <summary>Prefix of its paths: <c>secret/</c>, <c>auth/approle/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Which engine: <c>kv</c>, <c>approle</c>; see <see cref="EngineCatalog"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Identity; its storage lies below it, so that remounting moves nothing.</summary>
    public required string Id { get; init; }

    /// <summary>Public name of the mount, <c>kv_1a2b3c4d</c>.</summary>
    public required string Accessor { get; init; }

    public string Description { get; set; } = "";

    /// <summary>Options of the engine: <c>version</c> of kv.</summary>
    public Dictionary<string, string>? Options { get; init; }

    /// <summary>0 takes the server's.</summary>
    public long DefaultLeaseTtl { get; init; }

    /// <summary>0 takes the server's.</summary>
    public long MaxLeaseTtl { get; init; }

    /// <summary><c>unauth</c> shows an auth mount in <c>sys/internal/ui/mounts</c> to everybody.</summary>
    public string ListingVisibility { get; set; } = "";

    /// <summary>Type of the tokens of an auth mount whose roles do not say.</summary>
    public string TokenType { get; set; } = "";

    /// <summary>When failed logins lock somebody out; null is the default.</summary>
    public UserLockout? UserLockout { get; init; }

    public string[] AuditNonHmacRequestKeys { get; set; } = [];

    public string[] AuditNonHmacResponseKeys { get; set; } = [];

    public string[] PassthroughRequestHeaders { get; set; } = [];

    public string[] AllowedResponseHeaders { get; set; } = [];

    public bool ForceNoCache { get; init; }

    public bool Local { get; init; }

    public bool SealWrap { get; init; }

    /// <summary>What of <see cref="UserLockout"/> holds.</summary>
    [JsonIgnore]
    public UserLockout Lockout => UserLockout ?? UserLockout.Default;

    /// <summary>Whether it is a way to log in.</summary>
    [JsonIgnore]
    public bool IsAuth => Path.StartsWith("auth/", StringComparison.Ordinal);

    /// <summary>Whether it cannot be disabled, moved or made twice.</summary>
    [JsonIgnore]
    public bool IsFixed => Type is "system" or "cubbyhole" or "identity" or "token";
}

/// <summary>How the table of mounts is stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(MountEntry[]))]
internal sealed partial class MountJson : JsonSerializerContext;
