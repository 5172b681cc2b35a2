using System.Runtime.InteropServices;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Processes;

/// <summary>What the child gets to see: our environment, or a clean one, with the secrets on top.</summary>
internal static unsafe class ChildEnvironment
{
    /// <summary>Names that a clean environment keeps: what programs need to start, and nothing that holds a credential.</summary>
    private static readonly string[] CleanNames =
        ["PATH", "HOME", "USER", "LOGNAME", "SHELL", "TERM", "COLORTERM", "NO_COLOR", "LANG", "LANGUAGE", "TZ", "TMPDIR", "PWD", "HOSTNAME"];

    /// <summary>The longest <c>NAME=value</c> that Linux hands to a program, its final NUL included: MAX_ARG_STRLEN of its binfmts.h.</summary>
    private const int VariableLengthMax = 128 * 1024;

    /// <summary>Names that open the vault. The child gets secrets, never the key to all of them.</summary>
    private static string[] NeverPassed => SealVariables.Names;

    /// <summary>Builds the block. Variables we do not touch are passed byte for byte, even when they are not UTF-8.</summary>
    /// <exception cref="SecretException">InvalidInput: a value holds a NUL byte or is too long, which no environment can carry.</exception>
    public static NativeStrings Build(IReadOnlyList<KeyValuePair<string, SecretValue>> secrets, bool clean)
    {
        var block = new NativeStrings();
        try
        {
            var own = new HashSet<string>(NeverPassed, StringComparer.Ordinal);
            foreach (var secret in secrets) own.Add(secret.Key);
            for (var entry = Libc.Environ; *entry is not null; entry++)
            {
                var text = MemoryMarshal.CreateReadOnlySpanFromNullTerminated(*entry);
                var equals = text.IndexOf((byte)'=');
                if (equals <= 0) continue;
                var name = Encoding.UTF8.GetString(text[..equals]);
                if (own.Contains(name) || (clean && !IsClean(name))) continue;
                block.AddBorrowed(*entry);
            }
            foreach (var secret in secrets)
            {
                var value = secret.Value.Reveal();
                if (value.Contains((byte)0))
                {
                    throw new SecretException(
                        SecretErrorKind.InvalidInput, "holds a zero byte, which an environment variable cannot carry",
                        name: secret.Key, help: "store it as base64, or write it to a file with strongroom get --output");
                }
                if (Encoding.UTF8.GetByteCount(secret.Key) + value.Length + 2 > VariableLengthMax)
                {
                    throw new SecretException(
                        SecretErrorKind.InvalidInput, $"has {value.Length} bytes, and an environment variable holds {VariableLengthMax >> 10} KiB at most",
                        name: secret.Key, help: $"leave it out with --except {secret.Key}, and write it to a file with strongroom get --output");
                }
                block.Add(Encoding.UTF8.GetBytes(secret.Key + "="), value);
            }
            return block;
        }
        catch
        {
            block.Dispose();
            throw;
        }
    }

    private static bool IsClean(string name) =>
        Array.IndexOf(CleanNames, name) >= 0 || name.StartsWith("LC_", StringComparison.Ordinal);
}
