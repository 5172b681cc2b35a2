namespace Strongroom.Cli.VaultApi.Flags;

/// <summary>An option in the style of Go programs: <c>-field=x</c>, <c>-field x</c> and <c>--field=x</c> are the same.</summary>
/// <param name="Name">Without hyphens.</param>
/// <param name="Help">What it does, in a sentence.</param>
/// <param name="Value">What it takes, in a word; null for a switch, which takes only <c>=true</c> and <c>=false</c>.</param>
internal sealed record Flag(string Name, string Help, string? Value = null)
{
    /// <summary>Other names of it.</summary>
    public string[] Aliases { get; init; } = [];

    /// <summary>Whether it may be given several times.</summary>
    public bool Repeats { get; init; }

    public bool IsSwitch => Value is null;

    public bool IsCalled(ReadOnlySpan<char> name)
    {
        if (name.SequenceEqual(Name)) return true;
        foreach (var alias in Aliases)
            if (name.SequenceEqual(alias)) return true;
        return false;
    }
}
