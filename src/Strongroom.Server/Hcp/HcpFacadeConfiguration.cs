namespace Strongroom.Server.Hcp;

/// <summary>Where the façade of HCP Vault Secrets keeps what clients see.</summary>
/// <param name="Mount">A KV engine of version 2, without slashes at its ends.</param>
/// <param name="Prefix">The folder of an app in it: <c>{organization}</c> and <c>{project}</c> may stand in it, and <c>{app}</c> is its last segment.</param>
/// <param name="AuthMount">The AppRole method whose role ids and secret ids are the clients' ids and secrets.</param>
internal sealed record HcpFacadeConfiguration(string Mount, string Prefix, string AuthMount)
{
    public static HcpFacadeConfiguration Default { get; } = new("secret", "hcp/{organization}/{project}/{app}", "approle");

    /// <summary>What is wrong with a prefix; null when it is right.</summary>
    public static string? FaultOfPrefix(string prefix)
    {
        var segments = prefix.Split('/');
        if (segments[^1] != "{app}" || segments[..^1].Contains("{app}")) return "its last segment, and no other, must be {app}";
        foreach (var segment in segments)
        {
            if (segment is "{organization}" or "{project}" or "{app}") continue;
            if (!HcpPath.IsPlain(segment)) return "a segment must be {organization}, {project}, or letters, digits, '-', '_' and '.'";
        }
        return null;
    }

    /// <summary>The apps of a project in the KV engine.</summary>
    public HcpProject Project(string organization, string project) => new(
        organization, project, Mount,
        Prefix[..^"{app}".Length].Replace("{organization}", organization, StringComparison.Ordinal).Replace("{project}", project, StringComparison.Ordinal));
}

/// <summary>One project: its apps are folders of a KV engine, and the secrets of an app are the secrets in its folder.</summary>
/// <param name="Organization">As the client has it.</param>
/// <param name="Id">As the client has it.</param>
/// <param name="Mount">The engine.</param>
/// <param name="Folder">The folder of the apps, with a slash at its end, or empty.</param>
internal readonly record struct HcpProject(string Organization, string Id, string Mount, string Folder)
{
    /// <summary>The folder that lists the apps.</summary>
    public string Apps => $"{Mount}/metadata/{Folder}";

    /// <summary>What is known of an app besides its secrets: a secret that has the app's name, beside the folder.</summary>
    public string AppData(string app) => $"{Mount}/data/{Folder}{app}";

    public string AppMetadata(string app) => $"{Mount}/metadata/{Folder}{app}";

    /// <summary>The folder that lists the secrets of an app.</summary>
    public string Secrets(string app) => $"{Mount}/metadata/{Folder}{app}/";

    public string Data(string app, string name) => $"{Mount}/data/{Folder}{app}/{name}";

    public string Metadata(string app, string name) => $"{Mount}/metadata/{Folder}{app}/{name}";

    public string Destroy(string app, string name) => $"{Mount}/destroy/{Folder}{app}/{name}";
}
