using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>One assignment of a <c>.env</c> file.</summary>
/// <param name="Name">The name left of the equals sign.</param>
/// <param name="Value">The value without quotes and escapes.</param>
/// <param name="Line">Line of the name, from 1.</param>
/// <param name="Statement">Bytes from the start of the first line to the end of the last, with its line break.</param>
/// <param name="WrittenValue">Bytes of the value as written, quotes included.</param>
public sealed record DotEnvAssignment(string Name, SecretValue Value, int Line, Range Statement, Range WrittenValue);

/// <summary>How to read a <c>.env</c> file.</summary>
public sealed record DotEnvOptions
{
    /// <summary>Plain reading: no interpolation.</summary>
    public static DotEnvOptions Default { get; } = new();

    /// <summary>Name of the file for faults.</summary>
    public string File { get; init; } = "";

    /// <summary>
    /// Replace <c>$NAME</c>, <c>${NAME}</c> and <c>${NAME:-default}</c> in unquoted and double-quoted values, by assignments
    /// above and then by <see cref="Variables"/>. Off by default, because a secret may contain a dollar sign.
    /// </summary>
    public bool Interpolate { get; init; }

    /// <summary>Where names that the file does not assign are looked up; null when there is none.</summary>
    public Func<string, SecretValue?>? Variables { get; init; }
}

/// <summary>What a <c>.env</c> file says. Owns the values of its assignments.</summary>
public sealed class DotEnvDocument : IDisposable
{
    internal DotEnvDocument(IReadOnlyList<DotEnvAssignment> assignments, IReadOnlyList<TextFault> faults, IReadOnlyList<TextFault> duplicates)
    {
        Assignments = assignments;
        Faults = faults;
        Duplicates = duplicates;
    }

    /// <summary>All assignments in the order of the file, duplicates included.</summary>
    public IReadOnlyList<DotEnvAssignment> Assignments { get; }

    /// <summary>Lines that could not be read. The other lines were.</summary>
    public IReadOnlyList<TextFault> Faults { get; }

    /// <summary>Names assigned more than once; the last assignment counts, as everywhere.</summary>
    public IReadOnlyList<TextFault> Duplicates { get; }

    /// <summary>The assignment that counts for <paramref name="name"/>: the last one.</summary>
    public DotEnvAssignment? Find(string name)
    {
        for (var i = Assignments.Count - 1; i >= 0; i--)
            if (string.Equals(Assignments[i].Name, name, StringComparison.Ordinal)) return Assignments[i];
        return null;
    }

    /// <summary>Zeroes the values.</summary>
    public void Dispose()
    {
        foreach (var assignment in Assignments) assignment.Value.Dispose();
    }
}
