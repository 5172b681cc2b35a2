using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Reads <c>.env</c> files as the common tools agree on them; where they differ, see <c>docs/reference/dotenv.md</c>. Works on
/// bytes, so that no value becomes a string.
/// </summary>
public static class DotEnvParser
{
    /// <summary>The largest file that is read: 4 MiB.</summary>
    public const int LengthMax = 4 * 1024 * 1024;

    /// <summary>Reads the whole text; faults do not stop it but are listed in the document.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when the text is larger than <see cref="LengthMax"/>.</exception>
    public static DotEnvDocument Parse(ReadOnlySpan<byte> text, DotEnvOptions? options = null)
    {
        options ??= DotEnvOptions.Default;
        if (text.Length > LengthMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"is larger than {LengthMax >> 20} MiB", operation: "read", name: options.File);
        using var buffer = new SecretBuffer();
        var reader = new DotEnvReader(text, options, buffer);
        reader.ReadAll();
        return new DotEnvDocument(reader.Assignments, reader.Faults, FindDuplicates(reader.Assignments, options.File));
    }

    /// <summary>Letters, digits, underscore, dot and hyphen, not a digit first: what <c>.env</c> readers take as a name.</summary>
    public static bool IsName(ReadOnlySpan<char> name)
    {
        if (name.Length == 0 || char.IsAsciiDigit(name[0])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('_' or '.' or '-')) return false;
        return true;
    }

    private static List<TextFault> FindDuplicates(List<DotEnvAssignment> assignments, string file)
    {
        var duplicates = new List<TextFault>();
        var firstLines = new Dictionary<string, int>(assignments.Count);
        foreach (var assignment in assignments)
        {
            if (!firstLines.TryAdd(assignment.Name, assignment.Line))
                duplicates.Add(new TextFault(file, assignment.Line, 1,
                    $"{assignment.Name} was assigned on line {firstLines[assignment.Name]} already", "the last assignment counts"));
        }
        return duplicates;
    }
}
