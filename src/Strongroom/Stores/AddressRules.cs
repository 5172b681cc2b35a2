using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>
/// What every store asks of an address before it looks at it. The limits hold for all backends, so that a manifest which works
/// with one store is not refused by the next for its names.
/// </summary>
internal static class AddressRules
{
    public const int PathLengthMax = 1024;
    public const int FieldLengthMax = 256;

    /// <summary>The fault of <paramref name="address"/> in a few words, or null.</summary>
    public static string? FaultOf(in SecretAddress address)
    {
        if (string.IsNullOrEmpty(address.Path)) return "has an empty path";
        if (PathFault(address.Path) is { } fault) return fault;
        if (address.Field is { } field)
        {
            if (field.Length == 0) return "has an empty field";
            if (field.Length > FieldLengthMax) return $"has a field of more than {FieldLengthMax} characters";
            if (HasBadCharacter(field)) return "has a control character or broken text in its field";
        }
        return address.Version?.Fault is { } versionFault ? "asks for " + versionFault : null;
    }

    /// <summary>The fault of a prefix to list: like a path, but may be empty or end in a slash.</summary>
    public static string? FaultOfPrefix(string prefix) =>
        prefix.Length == 0 ? null : PathFault(prefix.EndsWith('/') ? prefix[..^1] : prefix);

    /// <summary>True for a path that an address can have: others cannot be asked for.</summary>
    public static bool IsPath(string path) => path.Length > 0 && PathFault(path) is null;

    private static string? PathFault(string path)
    {
        if (path.Length > PathLengthMax) return $"has a path of more than {PathLengthMax} characters";
        if (HasBadCharacter(path)) return "has a control character or broken text in its path";
        var start = 0;
        while (start <= path.Length)
        {
            var end = path.IndexOf('/', start);
            if (end < 0) end = path.Length;
            var segment = path.AsSpan(start, end - start);
            if (segment.IsEmpty) return "has an empty part in its path: a slash too many";
            if (segment is "." or "..") return "has '.' or '..' as a part of its path";
            start = end + 1;
        }
        return null;
    }

    private static bool HasBadCharacter(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            var c = text[i];
            if (c < 0x80)
            {
                if (c is < ' ' or '\x7f') return true;
            }
            else if (char.IsSurrogate(c))
            {
                if (!Rune.TryGetRuneAt(text, i, out _)) return true;
                i++;
            }
            else if (char.IsControl(c) || PlainText.TurnsDirection(c))
            {
                return true;
            }
        }
        return false;
    }
}
