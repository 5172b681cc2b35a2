using System.Text;
using Strongroom.Formats;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>The .env text that `edit` shows.</summary>
internal static class EditedText
{
    /// <summary>How a line begins that tells of a fault.</summary>
    private static ReadOnlySpan<byte> FaultMark => "# ✗ "u8;

    /// <summary>The text to begin with; what has no value stands in it as a comment.</summary>
    public static void Begin(SecretBuffer text, Dictionary<string, StoredSecret?> secrets)
    {
        text.Write("# Save and close to apply. A line that you remove stays as it is in the vault; strongroom delete deletes.\n"u8);
        foreach (var (name, _) in secrets.Where(s => s.Value is null)) text.Write(Encoding.UTF8.GetBytes($"# {name}=\n"));
        SecretExport.Write(text, ExportFormat.DotEnv, [.. secrets.Where(s => s.Value is not null).Select(s => new SecretEntry(s.Key, s.Value!.Value))]);
    }

    /// <summary>What was saved, under its faults as comments; those of the round before are gone. Line numbers are those of the new text.</summary>
    public static void Annotate(SecretBuffer text, ReadOnlySpan<byte> saved, IReadOnlyList<TextFault> faults)
    {
        var dropped = 0;
        while (saved.StartsWith(FaultMark))
        {
            saved = saved.IndexOf((byte)'\n') is var end and >= 0 ? saved[(end + 1)..] : [];
            dropped++;
        }
        text.Clear();
        foreach (var fault in faults)
        {
            text.Write(FaultMark);
            text.Write(Encoding.UTF8.GetBytes($"{fault with { Line = fault.Line - dropped + faults.Count }}\n"));
        }
        text.Write(saved);
    }
}
