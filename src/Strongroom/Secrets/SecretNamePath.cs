namespace Strongroom.Secrets;

/// <summary>
/// The convention of vaults, where related values are fields of one secret: <c>OPENROUTER_API_KEY</c> is
/// <c>api-keys/openrouter#api_key</c>, <c>POSTGRES_PASSWORD</c> is <c>database/postgres#password</c>, <c>MINIO_ACCESS_KEY</c> is
/// <c>storage/minio#access_key</c>, and what fits none of these is a secret of its own: <c>JWT_SIGNING_KEY</c> is
/// <c>jwt-signing-key</c>.
/// </summary>
public static class SecretNamePath
{
    // Ending of the environment name, folder, field. The first that matches counts, so longer endings stand first.
    private static readonly (string Ending, string Folder, string Field)[] Endings =
    [
        ("_API_KEY", "api-keys", "api_key"),
        ("_ACCESS_KEY", "storage", "access_key"),
        ("_SECRET_KEY", "storage", "secret_key"),
        ("_ENDPOINT", "storage", "endpoint"),
        ("_BUCKET", "storage", "bucket"),
        ("_PASSWORD", "database", "password"),
        ("_HOST", "database", "host"),
        ("_PORT", "database", "port"),
        ("_USER", "database", "username"),
        ("_DB", "database", "database"),
    ];

    private static readonly string[] Databases = ["POSTGRES", "POSTGRESQL", "PG", "MYSQL", "MARIADB", "MONGO", "MONGODB", "REDIS", "NEON"];
    private static readonly string[] Storages = ["MINIO", "S3"];

    /// <summary>Where a vault keeps the secret of this environment name.</summary>
    public static SecretAddress ToAddress(string environmentName)
    {
        var name = SecretName.ToEnvironmentName(environmentName);
        foreach (var (ending, folder, field) in Endings)
        {
            if (!name.EndsWith(ending, StringComparison.Ordinal) || name.Length == ending.Length) continue;
            var service = name[..^ending.Length];
            if (!BelongsTo(folder, service)) continue;
            return new SecretAddress($"{folder}/{SecretName.Convert(service, SecretNaming.Kebab)}", field);
        }
        return new SecretAddress(SecretName.Convert(name, SecretNaming.Kebab));
    }

    /// <summary>The environment name for an address: its last segment and its field; what <see cref="ToAddress"/> made comes back.</summary>
    public static string ToEnvironmentName(SecretAddress address)
    {
        var slash = address.Path.LastIndexOf('/');
        var service = SecretName.ToEnvironmentName(address.Path[(slash + 1)..]);
        if (address.Field is null or SecretAddress.DefaultField) return service;
        foreach (var (ending, folder, field) in Endings)
            if (string.Equals(field, address.Field, StringComparison.Ordinal) && IsIn(address.Path, folder)) return service + ending;
        return $"{service}_{SecretName.ToEnvironmentName(address.Field)}";
    }

    private static bool BelongsTo(string folder, string service) => folder switch
    {
        "database" => Array.IndexOf(Databases, service) >= 0,
        "storage" => Array.IndexOf(Storages, service) >= 0,
        _ => true,
    };

    private static bool IsIn(string path, string folder)
    {
        var slash = path.LastIndexOf('/');
        if (slash < 0) return false;
        var parent = path.AsSpan(0, slash);
        return parent.SequenceEqual(folder) || (parent.EndsWith(folder) && parent[^(folder.Length + 1)] == '/');
    }
}
