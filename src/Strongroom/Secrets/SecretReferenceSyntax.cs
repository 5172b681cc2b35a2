using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Strongroom.Secrets;

/// <summary>The written form of references. Not a URI: a version follows the field, as people say it.</summary>
internal static class SecretReferenceSyntax
{
    private const string VersionKey = "?version=";
    private static readonly UTF8Encoding StrictUtf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    public static bool TryParse(string text, [NotNullWhen(true)] out SecretReference? reference, out string problem)
    {
        reference = null;
        var colon = text.IndexOf("://", StringComparison.Ordinal);
        if (colon < 0)
        {
            problem = "has no store; write store://path";
            return false;
        }
        if (!IsStoreName(text.AsSpan(0, colon)))
        {
            problem = $"has a bad store name; use lower-case letters, digits and hyphens, {SecretReference.StoreLengthMax} at most";
            return false;
        }
        if (!TryParseAddress(text[(colon + 3)..], out var address, out problem)) return false;
        reference = new SecretReference(text[..colon], address);
        return true;
    }

    public static bool TryParseAddress(string text, out SecretAddress address, out string problem)
    {
        address = default;
        SecretVersion? version = null;
        var question = text.IndexOf('?', StringComparison.Ordinal);
        if (question >= 0)
        {
            version = text.AsSpan(question).StartsWith(VersionKey) ? SecretVersion.Parse(text[(question + VersionKey.Length)..]) : null;
            if (version is not { Fault: null })
            {
                problem = "has something other than ?version=<number from 1, or name> after the question mark; write a literal ? as %3F";
                return false;
            }
            text = text[..question];
        }
        string? field = null;
        var hash = text.IndexOf('#', StringComparison.Ordinal);
        if (hash >= 0)
        {
            if (!TryDecode(text.AsSpan(hash + 1), "field", out field, out problem)) return false;
            text = text[..hash];
        }
        if (!TryDecode(text, "path", out var path, out problem)) return false;
        address = new SecretAddress(path, field, version);
        return IsAddress(address, out problem);
    }

    /// <summary>The limits of an address, whether it was written by hand or composed.</summary>
    public static bool IsAddress(SecretAddress address, out string problem)
    {
        problem = "";
        if (address.Path.Length == 0) problem = "has an empty path";
        else if (address.Path.Length > SecretReference.PathLengthMax)
            problem = $"has a path of more than {SecretReference.PathLengthMax} characters";
        else if (!HasCleanSegments(address.Path)) problem = "has an empty, '.' or '..' segment in its path";
        else if (address.Field is { Length: 0 }) problem = "has an empty field";
        else if (address.Field is { Length: > SecretReference.FieldLengthMax })
            problem = $"has a field of more than {SecretReference.FieldLengthMax} characters";
        else if (address.Path.Contains('\0', StringComparison.Ordinal) || address.Field?.Contains('\0', StringComparison.Ordinal) == true)
            problem = "contains a NUL character";
        else if (address.Version?.Fault is { } fault) problem = "has " + fault;
        return problem.Length == 0;
    }

    public static bool IsStoreName(ReadOnlySpan<char> name)
    {
        if (name.Length is 0 or > SecretReference.StoreLengthMax || !char.IsAsciiLetterLower(name[0])) return false;
        foreach (var c in name)
            if (!char.IsAsciiLetterLower(c) && !char.IsAsciiDigit(c) && c != '-') return false;
        return true;
    }

    public static string Format(SecretReference reference)
    {
        var text = new StringBuilder(reference.Store).Append("://");
        AppendEncoded(text, reference.Address.Path);
        if (reference.Address.Field is { } field) AppendEncoded(text.Append('#'), field);
        if (reference.Address.Version is { } version) text.Append(VersionKey).Append(version.ToString());
        return text.ToString();
    }

    public static SecretException Invalid(string text, string problem) =>
        new(SecretErrorKind.InvalidInput, problem, operation: "reference", name: text.Length <= 80 ? text : text[..80] + "…");

    private static bool HasCleanSegments(string path)
    {
        foreach (var range in path.AsSpan().Split('/'))
            if (path.AsSpan(range) is "" or "." or "..") return false;
        return true;
    }

    private static void AppendEncoded(StringBuilder text, string plain)
    {
        foreach (var c in plain)
        {
            // All that needs an escape is ASCII, so its only UTF-8 byte is its code.
            if (c is '%' or '#' or '?' or '$' or '{' or '}' or ' ' || c < 0x20 || c == 0x7F) text.Append('%').Append(((int)c).ToString("X2"));
            else text.Append(c);
        }
    }

    private static bool TryDecode(ReadOnlySpan<char> written, string part, [NotNullWhen(true)] out string? plain, out string problem)
    {
        plain = null;
        problem = "";
        if (!written.Contains('%'))
        {
            plain = written.ToString();
            return true;
        }
        var bytes = new byte[Encoding.UTF8.GetMaxByteCount(written.Length)];
        var length = 0;
        for (var i = 0; i < written.Length; i++)
        {
            if (written[i] != '%')
            {
                var width = char.IsHighSurrogate(written[i]) && i + 1 < written.Length ? 2 : 1;
                length += Encoding.UTF8.GetBytes(written.Slice(i, width), bytes.AsSpan(length));
                i += width - 1;
            }
            else if (i + 2 < written.Length && byte.TryParse(written.Slice(i + 1, 2), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out bytes[length]))
            {
                length++;
                i += 2;
            }
            else
            {
                problem = $"has a % in its {part} that is not followed by two hexadecimal digits; write a literal % as %25";
                return false;
            }
        }
        try
        {
            plain = StrictUtf8.GetString(bytes, 0, length);
            return true;
        }
        catch (DecoderFallbackException)
        {
            problem = $"has a percent-encoded {part} that is not UTF-8";
            return false;
        }
    }
}
