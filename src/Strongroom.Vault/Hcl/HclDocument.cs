using Strongroom.Formats;

namespace Strongroom.Vault.Hcl;

/// <summary>What reading a file gave: its body, or the fault that kept it from being read.</summary>
/// <param name="Body">The tree; null when the text cannot be read.</param>
/// <param name="Faults">What is wrong with the text.</param>
public sealed record HclReading(HclBody? Body, IReadOnlyList<TextFault> Faults);

/// <summary>
/// Reads the part of HCL 1 that policies and server configurations are written in: attributes, blocks with labels, texts,
/// heredocs, numbers, booleans, lists, objects and comments; and JSON of the same structure, when the text begins with a
/// brace. Nothing is interpolated: <c>${…}</c> stays text. Bounded by <see cref="HclLimits"/>.
/// </summary>
public static class HclDocument
{
    /// <summary>Reads a text. Whatever it is, this returns a tree or a fault and throws nothing.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="file">How faults call the file; empty for none.</param>
    public static HclReading Read(string text, string file = "") => Read(text, file, line: 1, indentation: 0);

    /// <summary>Reads a text and throws <see cref="Secrets.SecretErrorKind.InvalidInput"/> with line and column when it cannot be read.</summary>
    public static HclBody Parse(string text, string file = "")
    {
        var reading = Read(text, file);
        return reading.Body ?? throw FormatFaults.ToException(reading.Faults, file.Length == 0 ? "the text" : file);
    }

    /// <summary>Reads a text that stands inside another file, from <paramref name="line"/> on.</summary>
    internal static HclReading Read(string text, string file, int line, int indentation)
    {
        try
        {
            if (text.Length > HclLimits.LengthMax)
                throw new HclSyntaxException(line, 1, $"longer than {HclLimits.LengthMax} characters");
            var body = text.AsSpan().TrimStart("\uFEFF \t\r\n").StartsWith('{')
                ? HclJson.Read(text, line, indentation)
                : new HclParser(text, line, indentation).ReadFile();
            return new HclReading(body, []);
        }
        catch (HclSyntaxException e)
        {
            return new HclReading(null, [new TextFault(file, e.Line, e.Column, e.Message, e.Suggestion)]);
        }
    }
}
