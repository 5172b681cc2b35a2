using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>What <c>strongroom get</c> was asked to do.</summary>
internal sealed record GetOptions
{
    /// <summary>A name of the manifest or a full reference.</summary>
    public required string Name { get; init; }

    /// <summary>The environment; null takes the manifest's default.</summary>
    public string? Environment { get; init; }

    /// <summary>Folder to look for the project from; null is the current one.</summary>
    public string? Project { get; init; }

    /// <summary>An older version.</summary>
    public SecretVersion? Version { get; init; }

    /// <summary>Show the value although the output is a terminal.</summary>
    public bool Reveal { get; init; }

    /// <summary>No line break after the value.</summary>
    public bool NoNewline { get; init; }

    /// <summary>Write to this file (0600) instead of standard output.</summary>
    public string? Output { get; init; }

    /// <summary>Ask the stores, not the cache.</summary>
    public bool NoCache { get; init; }

    public bool Json { get; init; }

    public bool Quiet { get; init; }
}
