using System.Text;
using Strongroom.Imports;
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

    /// <summary>The file of teller, <c>.teller.yml</c>.</summary>
    Teller,

    /// <summary>The file of fnox, <c>fnox.toml</c>.</summary>
    Fnox,

    /// <summary>The file of secretspec, <c>secretspec.toml</c>.</summary>
    SecretSpec,

    /// <summary>The configuration of a Pulumi stack, <c>Pulumi.STACK.yaml</c>.</summary>
    PulumiStack,
}

/// <summary>What an imported text holds. Owns the values.</summary>
/// <param name="Entries">Names in the order of the text, each once: the last of duplicates.</param>
/// <param name="Faults">What could not be read; do not import when there are any.</param>
/// <param name="Duplicates">Names that stand in the text more than once.</param>
public sealed record SecretImport(IReadOnlyList<SecretEntry> Entries, IReadOnlyList<TextFault> Faults, IReadOnlyList<TextFault> Duplicates) : IDisposable
{
    /// <summary>What the text declares without holding the value: references to other stores, defaults, descriptions.</summary>
    public IReadOnlyList<ImportedSecret> Secrets { get; init; } = [];

    /// <summary>What has no counterpart here and is not imported.</summary>
    public IReadOnlyList<TextFault> Leftovers { get; init; } = [];

    /// <summary>
    /// Reads a text. A name inside a nested mapping is joined with those above it and becomes an environment name:
    /// <c>database: { password: x }</c> is <c>DATABASE_PASSWORD</c>. YAML passes through strings, which cannot be zeroed.
    /// A value that is a reference of another tool (<c>ref+vault://…</c>, <c>op://…</c>) is no entry: it is one of <see cref="Secrets"/>, or of
    /// <see cref="Leftovers"/>.
    /// </summary>
    /// <param name="text">The text.</param>
    /// <param name="format">Its format.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <param name="environment">Whose profile counts, in files that have profiles; null for the one that stands first.</param>
    /// <param name="variable">Looks up variables that hold the key of encrypted forms; without it those stay encrypted.</param>
    public static SecretImport Read(ReadOnlySpan<byte> text, ImportFormat format, string file = "", string? environment = null, Func<string, string?>? variable = null)
    {
        if (text.Length > DotEnvParser.LengthMax)
            throw new SecretException(SecretErrorKind.InvalidInput, $"is larger than {DotEnvParser.LengthMax >> 20} MiB", operation: "read", name: file);
        return format switch
        {
            ImportFormat.DotEnv => PlainValues.Sort(ReadDotEnv(text, file), text, file),
            ImportFormat.Json => PlainValues.Sort(ToolExport.Read(text, file) ?? JsonImport.Read(text, file), text, file),
            ImportFormat.Yaml => PlainValues.Sort(YamlImport.Read(text, file), text, file),
            ImportFormat.Teller => TellerImport.Read(Encoding.UTF8.GetString(text), file),
            ImportFormat.Fnox => FnoxImport.Read(Encoding.UTF8.GetString(text), file, environment),
            ImportFormat.SecretSpec => SecretSpecImport.Read(Encoding.UTF8.GetString(text), file, environment),
            ImportFormat.PulumiStack => PulumiStackImport.Read(text, file, variable ?? (static _ => null)),
            _ => throw new ArgumentOutOfRangeException(nameof(format)),
        };
    }

    /// <summary>The format of a file by its name; <c>.env</c> when nothing else is told.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a file of TOML that is of no tool known here.</exception>
    public static ImportFormat FormatOf(string file)
    {
        var name = Path.GetFileName(file);
        if (name is ".teller.yml" or ".teller.yaml" or "teller.yml" or "teller.yaml") return ImportFormat.Teller;
        if (name.StartsWith("Pulumi.", StringComparison.Ordinal) && name.EndsWith(".yaml", StringComparison.Ordinal) && name is not "Pulumi.yaml") return ImportFormat.PulumiStack;
        return Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".json" => ImportFormat.Json,
            ".yaml" or ".yml" => ImportFormat.Yaml,
            ".toml" when name.StartsWith("secretspec", StringComparison.Ordinal) => ImportFormat.SecretSpec,
            ".toml" when name.StartsWith("fnox", StringComparison.Ordinal) => ImportFormat.Fnox,
            ".toml" => throw new SecretException(SecretErrorKind.InvalidInput, "is TOML of a tool that its name does not tell", name: file, help: "give --format fnox or secretspec"),
            _ => ImportFormat.DotEnv,
        };
    }

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
