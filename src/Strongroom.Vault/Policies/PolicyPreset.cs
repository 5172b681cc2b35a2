using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>A ready policy for a role, over a folder of a KV v2 mount.</summary>
public sealed class PolicyPreset
{
    private const Capability Everything =
        Capability.Create | Capability.Read | Capability.Update | Capability.Patch | Capability.Delete | Capability.List;

    private readonly (string Api, Capability Capabilities)[] _rights;

    private PolicyPreset(string name, string title, params (string Api, Capability Capabilities)[] rights) =>
        (Name, Title, _rights) = (name, title, rights);

    /// <summary>The presets: App Services, Database Admin, Security Team and CI/CD.</summary>
    public static IReadOnlyList<PolicyPreset> All =>
    [
        new("app-services", "App Services: read and list", ("data/", Capability.Read), ("metadata/", Capability.Read | Capability.List), ("subkeys/", Capability.Read)),
        new("database-admin", "Database Admin: everything with the secrets", OnSecrets()),
        new("security-team", "Security Team: everything with the secrets, and the settings of the mount", [.. OnSecrets(), ("config", Capability.Create | Capability.Read | Capability.Update)]),
        new("ci-cd", "CI/CD: read, no listing", ("data/", Capability.Read)),
    ];

    /// <summary>The name of the preset and of the policy it makes: <c>app-services</c>.</summary>
    public string Name { get; }

    /// <summary>The role and what it may do, in a few words.</summary>
    public string Title { get; }

    /// <summary>The preset of a name; null when there is none.</summary>
    public static PolicyPreset? Find(string name)
    {
        foreach (var preset in All)
            if (preset.Name == name) return preset;
        return null;
    }

    /// <summary>The policy.</summary>
    /// <param name="mount">Path of the KV v2 mount, with or without slashes at its ends.</param>
    /// <param name="folder">The folder in it; empty for the whole mount.</param>
    /// <param name="name">The name of the policy; null for <see cref="Name"/>.</param>
    public AccessPolicy Make(string mount, string folder = "", string? name = null)
    {
        mount = mount.Trim('/') + "/";
        folder = folder.Trim('/');
        if (folder.Length > 0) folder += "/";
        var rules = new List<PolicyRule>();
        foreach (var (api, capabilities) in _rights)
            rules.Add(new PolicyRule(api.EndsWith('/') ? $"{mount}{api}{folder}*" : mount + api, capabilities));
        return AccessPolicy.Parse(name ?? Name, PolicyWriter.Write(rules, Title));
    }

    // Deleting and restoring versions are writes to paths of their own.
    private static (string Api, Capability Capabilities)[] OnSecrets() =>
    [
        ("data/", Everything & ~Capability.List), ("metadata/", Everything), ("subkeys/", Capability.Read),
        ("delete/", Capability.Create | Capability.Update), ("undelete/", Capability.Create | Capability.Update), ("destroy/", Capability.Create | Capability.Update),
    ];
}
