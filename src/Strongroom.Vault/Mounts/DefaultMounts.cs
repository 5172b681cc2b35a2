namespace Strongroom.Vault.Mounts;

/// <summary>What is mounted before anyone mounts anything.</summary>
internal static class DefaultMounts
{
    /// <summary>The mounts of a new vault; <paramref name="withSecrets"/> adds <c>secret/</c>, where the command line keeps secrets.</summary>
    public static MountEntry[] Of(bool withSecrets)
    {
        var entries = new List<MountEntry>
        {
            new() { Path = "sys/", Type = "system", Id = "sys", Accessor = "system_0", Description = "system endpoints used for control, policy and debugging" },
            new() { Path = "cubbyhole/", Type = "cubbyhole", Id = "cubbyhole", Accessor = "cubbyhole_0", Description = "per-token private secret storage", Local = true },
            new() { Path = "identity/", Type = "identity", Id = "identity", Accessor = "identity_0", Description = "identity store" },
            new() { Path = "auth/token/", Type = "token", Id = "token", Accessor = "auth_token_0", Description = "token based credentials" },
        };
        if (withSecrets)
        {
            entries.Add(new()
            {
                Path = "secret/",
                Type = "kv",
                Id = "secret",
                Accessor = "kv_0",
                Description = "key/value secret storage",
                Options = new Dictionary<string, string>(StringComparer.Ordinal) { ["version"] = "2" },
            });
        }
        return [.. entries];
    }

    /// <summary>An option of a mount, or null.</summary>
    public static string? GetOption(this Dictionary<string, string>? options, string name) => options?.GetValueOrDefault(name);
}
