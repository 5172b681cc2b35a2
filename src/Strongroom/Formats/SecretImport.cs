using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>The forms that secrets come in from other tools.</summary>
public enum ImportFormat
{
    /// <summary>A <c>.env</c> file.</summary>
    DotEnv,

    /// <summary>A JSON object; nested ones are flattened.</summary>
    Json,

    /// <summary>A YAML mapping; nested ones are flattened.</summary>
    Yaml,
}

/// <summary>What an imported text holds. Owns the values.</summary>
/// <param name="Entries">Names in the order of the text, each once: the last of duplicates.</param>
/// <param name="Faults">What could not be read; do not import when there are any.</param>
/// <param name="Duplicates">Names that stand in the text more than once.</param>
public sealed record SecretImport(IReadOnlyList<SecretEntry> Entries, IReadOnlyList<TextFault> Faults, IReadOnlyList<TextFault> Duplicates) : IDisposable
{
    /// <summary>
    /// Reads a text. A name inside a nested mapping is joined with those above it and becomes an environment name:
    /// <c>database: { password: x }</c> is <c>DATABASE_PASSWORD</c>. YAML passes through strings, which cannot be zeroed.
    /// </summary>
    public static SecretImport Read(ReadOnlySpan<byte> text, ImportFormat format, string file = "")
    {
        if (text.Length > DotEnvParser.LengthMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"is larger than {DotEnvParser.LengthMax >> 20} MiB", operation: "read", name: file);
        return format switch
        {
            ImportFormat.DotEnv => ReadDotEnv(text, file),
            ImportFormat.Json => JsonImport.Read(text, file),
            ImportFormat.Yaml => YamlImport.Read(text, file),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    /// <summary>The format of a file by its name; <c>.env</c> when nothing else is told.</summary>
    public static ImportFormat FormatOf(string file) => Path.GetExtension(file).ToLowerInvariant() switch
    {
        ".json" => ImportFormat.Json,
        ".yaml" or ".yml" => ImportFormat.Yaml,
        _ => ImportFormat.DotEnv,
    };

    /// <summary>Zeroes the values.</summary>
    public void Dispose()
    {
        foreach (var entry in Entries) entry.Value.Dispose();
    }

    private static SecretImport ReadDotEnv(ReadOnlySpan<byte> text, string file)
    {
        using var document = DotEnvParser.Parse(text, new DotEnvOptions { File = file });
        var collected = new ImportedEntries();
        foreach (var assignment in document.Assignments) collected.Set(assignment.Name, assignment.Value.Copy());
        return new SecretImport(collected.Entries, document.Faults, document.Duplicates);
    }
}
