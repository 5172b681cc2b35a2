namespace Strongroom.Vault.Policies;

/// <summary>
/// A value that a rule allows or denies: a text (which may begin and end with <c>*</c>), a number, or true or false.
/// </summary>
public sealed record ParameterValue
{
    private ParameterValue(string? text, double? number, bool? flag) => (Text, Number, Flag) = (text, number, flag);

    /// <summary>The text, when it is one.</summary>
    public string? Text { get; }

    /// <summary>The number, when it is one.</summary>
    public double? Number { get; }

    /// <summary>True or false, when it is one of them.</summary>
    public bool? Flag { get; }

    /// <summary>A text.</summary>
    public static ParameterValue Of(string text) => new(text, null, null);

    /// <summary>A number.</summary>
    public static ParameterValue Of(double number) => new(null, number, null);

    /// <summary>True or false.</summary>
    public static ParameterValue Of(bool flag) => new(null, null, flag);

    /// <summary>True when a text of a request is this value, or fits it where it begins or ends with <c>*</c>.</summary>
    internal bool Fits(ReadOnlySpan<char> text, StringComparison comparison)
    {
        if (Text is null) return false;
        var glob = Text.AsSpan();
        var open = glob.StartsWith('*');
        var openEnd = glob.Length > 1 && glob.EndsWith('*');
        if (open) glob = glob[1..];
        if (openEnd) glob = glob[..^1];
        return (open, openEnd) switch
        {
            (true, true) => text.Contains(glob, comparison),
            (true, false) => text.EndsWith(glob, comparison),
            (false, true) => text.StartsWith(glob, comparison),
            _ => text.Equals(glob, comparison),
        };
    }
}
