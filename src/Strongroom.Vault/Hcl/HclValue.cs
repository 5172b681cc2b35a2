namespace Strongroom.Vault.Hcl;

/// <summary>A value as it was written, with the place that a fault names (both from 1).</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
public abstract record HclValue(int Line, int Column)
{
    /// <summary>How a fault calls it: <c>a text</c>, <c>a list</c>.</summary>
    public abstract string Shape { get; }
}

/// <summary>A text in quotes or a heredoc.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Text">The text, escapes resolved.</param>
public sealed record HclText(int Line, int Column, string Text) : HclValue(Line, Column)
{
    /// <summary>The line on which the first character of a heredoc stands; <see cref="HclValue.Line"/> for a text in quotes.</summary>
    public int ContentLine { get; init; } = Line;

    /// <summary>How many columns of indentation a <c>&lt;&lt;-</c> heredoc lost.</summary>
    public int Indentation { get; init; }

    /// <inheritdoc/>
    public override string Shape => "a text";
}

/// <summary>A number.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Number">Its value.</param>
/// <param name="Text">As it was written.</param>
public sealed record HclNumber(int Line, int Column, double Number, string Text) : HclValue(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => "a number";

    /// <summary>The value as a whole number; false when it is none, or beyond 2^53.</summary>
    public bool TryGetInteger(out long integer)
    {
        integer = Math.Abs(Number) <= 1L << 53 ? (long)Number : 0;
        return integer == Number;
    }
}

/// <summary><c>true</c> or <c>false</c>.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Flag">Its value.</param>
public sealed record HclFlag(int Line, int Column, bool Flag) : HclValue(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => Flag ? "true" : "false";
}

/// <summary>A list.</summary>
/// <param name="Line">Line in the file.</param>
/// <param name="Column">Column in the line.</param>
/// <param name="Items">What stands in it.</param>
public sealed record HclList(int Line, int Column, IReadOnlyList<HclValue> Items) : HclValue(Line, Column)
{
    /// <inheritdoc/>
    public override string Shape => "a list";
}
