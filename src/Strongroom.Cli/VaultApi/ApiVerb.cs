using Strongroom.Cli.VaultApi.Flags;

namespace Strongroom.Cli.VaultApi;

/// <summary>One command of Vault's command line.</summary>
/// <param name="Name">Its words: <c>kv get</c>.</param>
/// <param name="Arguments">What it takes, as its usage line says it: <c>PATH [KEY=VALUE...]</c>.</param>
/// <param name="Summary">What it does, in a sentence.</param>
/// <param name="RunAsync">Does it and returns the exit code.</param>
internal sealed record ApiVerb(string Name, string Arguments, string Summary, Func<ApiCall, Task<int>> RunAsync)
{
    /// <summary>Flags of its own, beside those that all have.</summary>
    public Flag[] Flags { get; init; } = [];

    /// <summary>Fewest and most arguments.</summary>
    public (int Min, int Max) Takes { get; init; } = (0, 0);

    public (string Command, string Meaning)[] Examples { get; init; } = [];

    /// <summary>All flags it understands.</summary>
    public IReadOnlyList<Flag> AllFlags => [.. Flags, .. CommonFlags.Output, .. CommonFlags.Connection];
}
