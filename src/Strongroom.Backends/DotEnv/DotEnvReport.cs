using Strongroom.Formats;

namespace Strongroom.Backends.DotEnv;

/// <summary>What a person should know about a <c>.env</c> file; names only.</summary>
/// <param name="Exists">Whether there is a file.</param>
/// <param name="Names">The names it assigns, in ordinal order.</param>
/// <param name="Expected">The names in its example file.</param>
/// <param name="Missing">Expected, but not assigned.</param>
/// <param name="Unexpected">Assigned, but not in the example; empty when there is no example.</param>
/// <param name="Duplicates">Names assigned more than once; the last counts.</param>
/// <param name="Faults">Lines that cannot be read.</param>
/// <param name="IsOpenToOthers">Whether other users of the machine may read it.</param>
public sealed record DotEnvReport(
    bool Exists, IReadOnlyList<string> Names, IReadOnlyList<string> Expected, IReadOnlyList<string> Missing,
    IReadOnlyList<string> Unexpected, IReadOnlyList<TextFault> Duplicates, IReadOnlyList<TextFault> Faults, bool IsOpenToOthers)
{
    /// <summary>One line for a person.</summary>
    public override string ToString()
    {
        var line = Exists ? $"{Names.Count} variables" : "there is no file yet";
        if (Faults.Count > 0) line += $"; {Faults.Count} lines cannot be read ({Faults[0]})";
        if (Missing.Count > 0) line += $"; not assigned, though the example names them: {string.Join(", ", Missing)}";
        if (Duplicates.Count > 0) line += $"; assigned more than once: {Duplicates.Count} ({Duplicates[0]})";
        if (IsOpenToOthers) line += "; other users of this machine can read it (chmod 600)";
        return line;
    }
}
