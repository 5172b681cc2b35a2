namespace Strongroom.Extensions;

/// <summary>How a program gets the secrets of its project. Everything has a safe default.</summary>
public sealed class StrongroomOptions
{
    /// <summary>Folder to look for <c>strongroom.yaml</c> in and above. By default the current one, then that of the program.</summary>
    public string? Project { get; set; }

    /// <summary>The environment of the manifest; by default <c>STRONGROOM_ENVIRONMENT</c>, else the manifest's own.</summary>
    public string? Environment { get; set; }

    /// <summary>Only these names of the manifest; empty for all.</summary>
    public ISet<string> Only { get; } = new HashSet<string>();

    /// <summary>Names that the program can start without, whatever the manifest says.</summary>
    public ISet<string> Optional { get; } = new HashSet<string>();

    /// <summary>
    /// How long the start may take, 15 seconds by default. When the stores do not answer in that time, the last known values of the
    /// encrypted disk cache serve, within the age that the manifest allows; what is still missing then fails the start.
    /// </summary>
    public TimeSpan StartupBudget { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>
    /// How often changes are looked for, every 30 seconds by default; zero never. Local stores are asked each time, others when
    /// their <c>cache</c> time of the manifest is over.
    /// </summary>
    public TimeSpan ReloadInterval { get; set; } = TimeSpan.FromSeconds(30);

    /// <summary>Keeps the last known values of stores behind a network in the project's encrypted disk cache. True by default.</summary>
    public bool UseDiskCache { get; set; } = true;

    /// <summary>Turns the name of a secret into its configuration key. By default <c>__</c> becomes <c>:</c>, as for environment variables.</summary>
    public Func<string, string> KeyOf { get; set; } = static name => name.Replace("__", ":", StringComparison.Ordinal);

    /// <summary>
    /// Secrets of the program's own making in place of a project: no manifest is looked for and no store is asked. For tests; see
    /// <see cref="Testing.TestSecrets"/>.
    /// </summary>
    public ISecretSource? Source { get; set; }

    /// <summary>Makes the transport of stores behind HTTP; null for the usual one.</summary>
    public Backends.TransportFactory? Transport { get; set; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;
}
