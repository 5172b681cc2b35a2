using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>How the kind of a failure is chosen where vendors name their errors.</summary>
internal static class VendorErrors
{
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
