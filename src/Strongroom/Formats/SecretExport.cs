using System.Buffers;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Writes secrets in the form another tool reads. What a form cannot hold is refused with the reason, before anything is written
/// for that entry; nothing is changed to make it fit. Write into a <see cref="SecretBuffer"/>, and send it on when all is written.
/// </summary>
public static class SecretExport
{
    /// <summary>Writes the entries; Kubernetes takes the name of the Secret from <paramref name="application"/>.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a name or value that the form cannot hold.</exception>
    public static void Write(IBufferWriter<byte> output, ExportFormat format, IReadOnlyList<SecretEntry> entries, string application = "secrets")
    {
        switch (format)
        {
            case ExportFormat.DotEnv: DotEnvWriter.Write(output, entries); break;
            case ExportFormat.Json: WriteJson(output, entries); break;
            case ExportFormat.Yaml: WriteYaml(output, entries); break;
            case ExportFormat.Shell: WriteShell(output, entries, "export ", "="); break;
            case ExportFormat.Fish: WriteShell(output, entries, "set -gx ", " "); break;
            case ExportFormat.Docker: WriteDocker(output, entries); break;
            case ExportFormat.GitHub: GitHubExport.WriteEnvironment(output, entries, GitHubExport.NewDelimiter()); break;
            case ExportFormat.Kubernetes: KubernetesExport.Write(output, entries, application); break;
            default: throw new ArgumentOutOfRangeException(nameof(format));
        }
    }

    internal static void WriteText(IBufferWriter<byte> output, string text) => Encoding.UTF8.GetBytes(text, output);

    /// <summary>Names reach a shell or a runner, so only those that mean nothing else there are written.</summary>
    internal static void RequireEnvironmentName(string name)
    {
        if (!SecretName.IsEnvironmentName(name))
            throw new SecretException(SecretErrorKind.InvalidInput, "is no name for a variable", name: name, help: "use letters, digits and underscores, not a digit first");
    }

    private static void WriteJson(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries)
    {
        output.Write("{"u8);
        for (var i = 0; i < entries.Count; i++)
        {
            output.Write(i == 0 ? "\n  "u8 : ",\n  "u8);
            WritePair(output, entries[i]);
        }
        output.Write(entries.Count == 0 ? "}\n"u8 : "\n}\n"u8);
    }

    private static void WriteYaml(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries)
    {
        if (entries.Count == 0) output.Write("{}\n"u8);
        foreach (var entry in entries)
        {
            WritePair(output, entry);
            output.Write("\n"u8);
        }
    }

    private static void WritePair(IBufferWriter<byte> output, SecretEntry entry)
    {
        var value = QuotedText.RequireText(entry.Name, entry.Value);
        QuotedText.Write(output, Encoding.UTF8.GetBytes(entry.Name));
        output.Write(": "u8);
        QuotedText.Write(output, value);
    }

    /// <summary>In single quotes a shell changes nothing, but fish a backslash; both that and a single quote are written outside of them.</summary>
    private static void WriteShell(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries, string before, string between)
    {
        foreach (var entry in entries)
        {
            RequireEnvironmentName(entry.Name);
            var value = entry.Value.Reveal();
            if (value.Contains((byte)0))
                throw new SecretException(SecretErrorKind.InvalidInput, "contains a NUL byte, which a variable cannot hold", name: entry.Name, help: "store it as base64");
            WriteText(output, $"{before}{entry.Name}{between}'");
            while (value.IndexOfAny((byte)'\'', (byte)'\\') is var special and >= 0)
            {
                output.Write(value[..special]);
                output.Write(@"'\"u8);
                output.Write(value.Slice(special, 1));
                output.Write("'"u8);
                value = value[(special + 1)..];
            }
            output.Write(value);
            output.Write("'\n"u8);
        }
    }

    private static void WriteDocker(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries)
    {
        foreach (var entry in entries)
        {
            RequireEnvironmentName(entry.Name);
            var value = QuotedText.RequireText(entry.Name, entry.Value);
            if (value.IndexOfAny((byte)'\n', (byte)'\r', (byte)0) >= 0)
                throw new SecretException(SecretErrorKind.InvalidInput, "contains a line break, which docker --env-file cannot hold", name: entry.Name,
                    help: "mount it as a file, or use: strongroom run -- docker run -e " + entry.Name);
            WriteText(output, entry.Name + "=");
            output.Write(value);
            output.Write("\n"u8);
        }
    }
}
