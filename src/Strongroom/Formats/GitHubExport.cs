using System.Buffers;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// What a GitHub Actions job reads: variables in the file that <c>$GITHUB_ENV</c> names, and <c>::add-mask::</c> commands on the
/// job's output, which keep values out of its log. Write the masks first.
/// </summary>
public static class GitHubExport
{
    /// <summary>A line that no value contains, as the runner's documentation asks for.</summary>
    public static string NewDelimiter() => "strongroom_" + RandomNumberGenerator.GetHexString(32, lowercase: true);

    /// <summary>Writes each entry between two lines of <paramref name="delimiter"/>.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a name that a job may not set, or a value that is not text.</exception>
    public static void WriteEnvironment(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries, string delimiter)
    {
        foreach (var entry in entries)
        {
            RequireName(entry.Name);
            var value = QuotedText.RequireText(entry.Name, entry.Value);
            if (value.IndexOf(Encoding.UTF8.GetBytes(delimiter)) >= 0)
                throw new SecretException(SecretErrorKind.InvalidInput, "contains the delimiter", name: entry.Name, help: "try again");
            SecretExport.WriteText(output, $"{entry.Name}<<{delimiter}\n");
            output.Write(value);
            SecretExport.WriteText(output, $"\n{delimiter}\n");
        }
    }

    /// <summary>Writes one mask for each line of each value, because the runner masks line by line.</summary>
    public static void WriteMasks(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries)
    {
        foreach (var entry in entries)
        {
            var value = entry.Value.Reveal();
            while (value.Length > 0)
            {
                var end = value.IndexOfAny((byte)'\n', (byte)'\r');
                var line = end < 0 ? value : value[..end];
                value = end < 0 ? default : value[(end + 1)..];
                if (line.Trim(" \t"u8).Length == 0) continue;
                output.Write("::add-mask::"u8);
                WriteCommandData(output, line);
                output.Write("\n"u8);
            }
        }
    }

    private static void WriteCommandData(IBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        while (line.IndexOf((byte)'%') is var percent and >= 0)
        {
            output.Write(line[..percent]);
            output.Write("%25"u8);
            line = line[(percent + 1)..];
        }
        output.Write(line);
    }

    private static void RequireName(string name)
    {
        SecretExport.RequireEnvironmentName(name);
        if (name.StartsWith("GITHUB_", StringComparison.OrdinalIgnoreCase) || name.StartsWith("RUNNER_", StringComparison.OrdinalIgnoreCase)
            || string.Equals(name, "NODE_OPTIONS", StringComparison.OrdinalIgnoreCase))
            throw new SecretException(SecretErrorKind.InvalidInput, "cannot be set by a job: GitHub keeps the name for itself", name: name, help: "rename it");
    }
}
