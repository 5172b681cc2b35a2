using System.Buffers;
using System.Buffers.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>A Kubernetes Secret of type Opaque, values in base64.</summary>
internal static class KubernetesExport
{
    private const int NameLengthMax = 253;

    /// <summary>The API server takes no Secret with more data than this.</summary>
    private const int DataLengthMax = 1024 * 1024;

    public static void Write(IBufferWriter<byte> output, IReadOnlyList<SecretEntry> entries, string name)
    {
        if (!IsObjectName(name))
            throw new SecretException(SecretErrorKind.InvalidInput, "is no name for a Kubernetes object", name: name,
                help: "use lower-case letters, digits, hyphens and dots, a letter or digit first and last");
        var total = 0L;
        foreach (var entry in entries)
        {
            if (entry.Name.Length > NameLengthMax || !DotEnvParser.IsName(entry.Name))
                throw new SecretException(SecretErrorKind.InvalidInput, "is no key for a Kubernetes Secret", name: entry.Name, help: "use letters, digits, _ . and -");
            total += entry.Value.Length;
        }
        if (total > DataLengthMax)
            throw new SecretException(SecretErrorKind.InvalidInput, "is more than the 1 MiB that a Kubernetes Secret holds", name: name, help: "export fewer secrets at once");
        SecretExport.WriteText(output, $"apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"{name}\"\ntype: Opaque\n");
        SecretExport.WriteText(output, entries.Count == 0 ? "data: {}\n" : "data:\n");
        foreach (var entry in entries)
        {
            SecretExport.WriteText(output, $"  \"{entry.Name}\": ");
            WriteBase64(output, entry.Value.Reveal());
            output.Write("\n"u8);
        }
    }

    private static void WriteBase64(IBufferWriter<byte> output, ReadOnlySpan<byte> value)
    {
        if (value.Length == 0) output.Write("\"\""u8);
        Base64.EncodeToUtf8(value, output.GetSpan(Base64.GetMaxEncodedToUtf8Length(value.Length)), out _, out var written);
        output.Advance(written);
    }

    private static bool IsObjectName(string name)
    {
        if (name.Length is 0 or > NameLengthMax) return false;
        foreach (var part in name.Split('.'))
        {
            if (part.Length == 0 || part[0] == '-' || part[^1] == '-') return false;
            foreach (var c in part)
                if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        }
        return true;
    }
}
