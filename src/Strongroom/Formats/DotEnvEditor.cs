using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Changes single assignments of a <c>.env</c> file and leaves every other byte as it is: comments, order, blank lines,
/// <c>export</c> and the kind of line break.
/// </summary>
public static class DotEnvEditor
{
    /// <summary>
    /// The text with <paramref name="name"/> set to <paramref name="value"/>: in place where it is assigned (the last time, which
    /// is the one that counts), else on a new line at the end. The caller disposes the result.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a bad name or a value with a NUL byte.</exception>
    public static SecretBuffer Set(ReadOnlySpan<byte> text, string name, SecretValue value)
    {
        DotEnvWriter.CheckName(name);
        using var document = DotEnvParser.Parse(text);
        var edited = new SecretBuffer(text.Length + value.Length + name.Length + 8);
        if (document.Find(name) is { } assignment)
        {
            edited.Write(text[..assignment.WrittenValue.Start.Value]);
            DotEnvWriter.WriteValue(edited, name, value);
            edited.Write(text[assignment.WrittenValue.End.Value..]);
            return edited;
        }
        edited.Write(text);
        var newLine = text.IndexOf("\r\n"u8) >= 0 ? "\r\n"u8 : "\n"u8;
        if (text.Length > 0 && text[^1] is not ((byte)'\n' or (byte)'\r')) edited.Write(newLine);
        DotEnvWriter.WriteAssignment(edited, name, value);
        edited.Write(newLine);
        return edited;
    }

    /// <summary>
    /// The text without any assignment of <paramref name="name"/>; null when there is none. The caller disposes the result.
    /// </summary>
    public static SecretBuffer? Remove(ReadOnlySpan<byte> text, string name)
    {
        using var document = DotEnvParser.Parse(text);
        if (document.Find(name) is null) return null;
        var edited = new SecretBuffer(text.Length);
        var kept = 0;
        foreach (var assignment in document.Assignments)
        {
            if (!string.Equals(assignment.Name, name, StringComparison.Ordinal)) continue;
            edited.Write(text[kept..assignment.Statement.Start.Value]);
            kept = assignment.Statement.End.Value;
        }
        edited.Write(text[kept..]);
        return edited;
    }
}
