using System.Globalization;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Backends.Azure;

/// <summary>
/// Names in Key Vault are 1 to 127 letters, digits and hyphens, compared without case. Any other character of a path is written as
/// <c>-xHH</c> for each of its UTF-8 bytes, so that <c>DB_HOST</c> is <c>DB-x5fHOST</c> and comes back as it was. Names that Key Vault
/// takes are written as they are.
/// </summary>
internal static class AzureName
{
    public const int LengthMax = 127;

    /// <summary>The name of a path in Key Vault.</summary>
    /// <exception cref="SecretException">InvalidInput when it is too long.</exception>
    public static string Of(string path)
    {
        var name = Escape(path);
        return name.Length <= LengthMax
            ? name
            : throw new SecretException(SecretErrorKind.InvalidInput, $"has a name that is too long for Key Vault: {name.Length} characters with its escapes, and {LengthMax} are taken");
    }

    /// <summary>The path of a name; the name itself when nobody would have escaped it so.</summary>
    public static string PathOf(string name)
    {
        if (!name.Contains("-x", StringComparison.Ordinal)) return name;
        var bytes = new List<byte>(name.Length);
        for (var i = 0; i < name.Length; i++)
        {
            if (IsEscape(name, i))
            {
                bytes.Add(byte.Parse(name.AsSpan(i + 2, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture));
                i += 3;
            }
            else
            {
                bytes.Add((byte)name[i]);
            }
        }
        var path = Encoding.UTF8.GetString([.. bytes]);
        return string.Equals(Escape(path), name, StringComparison.Ordinal) ? path : name;
    }

    private static string Escape(string path)
    {
        var name = new StringBuilder(path.Length + 8);
        var bytes = Encoding.UTF8.GetBytes(path);
        for (var i = 0; i < bytes.Length; i++)
        {
            var c = (char)bytes[i];
            // A hyphen that would read as the start of an escape is escaped itself.
            if (char.IsAsciiLetterOrDigit(c) || (c == '-' && !LooksLikeEscape(bytes, i))) name.Append(c);
            else name.Append("-x").Append(bytes[i].ToString("x2", CultureInfo.InvariantCulture));
        }
        return name.ToString();
    }

    private static bool IsEscape(string name, int at) =>
        name[at] == '-' && at + 3 < name.Length && name[at + 1] == 'x' && char.IsAsciiHexDigitLower(name[at + 2]) && char.IsAsciiHexDigitLower(name[at + 3]);

    private static bool LooksLikeEscape(byte[] path, int at) =>
        at + 3 < path.Length && path[at + 1] == 'x' && char.IsAsciiHexDigitLower((char)path[at + 2]) && char.IsAsciiHexDigitLower((char)path[at + 3]);
}
