using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>How the kind of a failure is chosen where vendors name their errors.</summary>
internal static class VendorErrors
{
    /// <summary>A code as it may stand in a message: what is no code is some other text of the server's, and not repeated.</summary>
    public static string Shown(string? code)
    {
        if (code is null or { Length: 0 or > 60 }) return "an error without a name";
        foreach (var c in code)
            if (!char.IsAsciiLetterOrDigit(c) && c != '_') return "an error without a name";
        return code;
    }

    /// <summary>The kind of a code in a vendor's table; for a code that is not in it, what the HTTP status alone says.</summary>
    public static SecretErrorKind KindOf(ReadOnlySpan<(string Code, SecretErrorKind Kind)> table, string code, int status)
    {
        foreach (var (known, kind) in table)
            if (string.Equals(known, code, StringComparison.Ordinal)) return kind;
        return status switch
        {
            >= 500 => SecretErrorKind.Unreachable,
            429 => SecretErrorKind.Throttled,
            401 or 403 => SecretErrorKind.Denied,
            _ => SecretErrorKind.Malformed,
        };
    }
}
