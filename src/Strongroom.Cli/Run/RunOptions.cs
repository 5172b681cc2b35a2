namespace Strongroom.Cli.Run;

/// <summary>What <c>strongroom run</c> was asked to do; made by the short way or by the full parser, the same either way.</summary>
internal sealed record RunOptions
{
    /// <summary>The program and its arguments.</summary>
    public required IReadOnlyList<string> Command { get; init; }

    /// <summary>Environments, the later laid over the earlier; empty takes the manifest's default.</summary>
    public IReadOnlyList<string> Environments { get; init; } = [];

    /// <summary>Folder to look for the project from; null is the current one.</summary>
    public string? Project { get; init; }

    /// <summary>Only these names, if any are given.</summary>
    public IReadOnlyList<string> Only { get; init; } = [];

    /// <summary>Not these names.</summary>
    public IReadOnlyList<string> Except { get; init; } = [];

    /// <summary>Pass only what programs need to start, and the secrets.</summary>
    public bool Clean { get; init; }

    /// <summary>Mask secrets in the program's output.</summary>
    public bool Mask { get; init; }

    /// <summary>Restart the program when a secret changes.</summary>
    public bool Watch { get; init; }

    /// <summary>Answer from the encrypted disk cache when a store cannot be reached.</summary>
    public bool Offline { get; init; }

    public bool Quiet { get; init; }
}
