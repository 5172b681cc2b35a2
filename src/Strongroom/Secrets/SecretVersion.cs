using System.Globalization;

namespace Strongroom.Secrets;

/// <summary>
/// Which version of a secret is meant: a number counted from 1 where the store counts, or the store's own name for it, as the
/// stage <c>AWSPREVIOUS</c> or an id. Holds no value.
/// </summary>
public readonly record struct SecretVersion
{
    /// <summary>The most characters that a name of a version has.</summary>
    public const int NameLengthMax = 256;

    private readonly int _number;

    private SecretVersion(int number, string? name) => (_number, Name) = (number, name);

    /// <summary>The number; null when the version has a name.</summary>
    public int? Number => Name is null ? _number : null;

    /// <summary>The name; null when the version has a number.</summary>
    public string? Name { get; }

    /// <summary>A numbered version. As the expectation of a write, 0 means that there is no such secret yet.</summary>
    public static implicit operator SecretVersion(int number) => new(number, name: null);

    /// <summary>A named version.</summary>
    public static SecretVersion Named(string name) => new(0, name);

    /// <summary>A version as people write it: what looks like a number is one.</summary>
    public static SecretVersion Parse(string text) =>
        text is not ['0', _, ..] && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : Named(text);

    /// <summary>The number, for stores that count.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when it is a name.</exception>
    public int RequireNumber() => Number
        ?? throw new SecretException(SecretErrorKind.InvalidInput, $"asks for the version '{Name}', and versions are numbers here");

    /// <summary>The number or the name.</summary>
    public override string ToString() => Name ?? _number.ToString(CultureInfo.InvariantCulture);

    /// <summary>The fault of a version to ask for in a few words, or null.</summary>
    internal string? Fault => this switch
    {
        { Name: null } => _number < 1 ? "a version below 1" : null,
        { Name.Length: 0 or > NameLengthMax } => $"a version of no or more than {NameLengthMax} characters",
        _ => char.IsAsciiLetterOrDigit(Name[0]) && HasOnlyPrintableAscii(Name) ? null : "a version that is neither a number nor a plain name",
    };

    private static bool HasOnlyPrintableAscii(string name)
    {
        foreach (var c in name)
            if (c is <= ' ' or >= '\x7f' or '#' or '?' or '%' or '$' or '{' or '}') return false;
        return true;
    }
}
