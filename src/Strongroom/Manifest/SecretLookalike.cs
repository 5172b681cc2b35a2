namespace Strongroom.Manifest;

/// <summary>
/// Tells a text that looks like a secret, to keep secrets out of the committed manifest. It knows the forms that give
/// themselves away; it cannot know a password that looks like a word.
/// </summary>
internal static class SecretLookalike
{
    private const int RandomLengthMin = 20;

    private static readonly (string Beginning, string What)[] Beginnings =
    [
        ("sk-", "an API key"), ("sk_live_", "a Stripe key"), ("sk_test_", "a Stripe key"), ("rk_live_", "a Stripe key"),
        ("ghp_", "a GitHub token"), ("gho_", "a GitHub token"), ("ghs_", "a GitHub token"), ("github_pat_", "a GitHub token"),
        ("glpat-", "a GitLab token"), ("xoxb-", "a Slack token"), ("xoxp-", "a Slack token"), ("AKIA", "an AWS key"), ("ASIA", "an AWS key"),
        ("AIza", "a Google API key"), ("hvs.", "a Vault token"), ("npm_", "an npm token"), ("SG.", "a SendGrid key"),
        ("eyJ", "a signed token"), ("-----BEGIN", "a private key"), ("AGE-SECRET-KEY-", "an age key"),
    ];

    /// <summary>What <paramref name="text"/> looks like; null when it does not look secret.</summary>
    public static string? Find(string text)
    {
        foreach (var (beginning, what) in Beginnings)
            if (text.StartsWith(beginning, StringComparison.Ordinal) && text.Length >= beginning.Length + 8) return what;
        if (HasPasswordInUrl(text)) return "an address with a password";
        return LooksRandom(text) ? "a random key" : null;
    }

    /// <summary><c>scheme://user:password@host</c>, unless the password is filled in by the template.</summary>
    private static bool HasPasswordInUrl(string text)
    {
        var scheme = text.IndexOf("://", StringComparison.Ordinal);
        if (scheme < 0) return false;
        var authority = text.AsSpan(scheme + 3);
        var at = authority.IndexOf('@');
        if (at < 0) return false;
        var colon = authority[..at].IndexOf(':');
        if (colon < 0 || colon + 1 == at) return false;
        var password = authority[(colon + 1)..at];
        return !password.Contains('/') && !password.StartsWith("${");
    }

    /// <summary>One long word of mixed letters and digits, as generators make it; not a path, host name or sentence.</summary>
    private static bool LooksRandom(string text)
    {
        if (text.Length < RandomLengthMin) return false;
        var (digits, lowers, uppers) = (0, 0, 0);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c)) digits++;
            else if (char.IsAsciiLetterLower(c)) lowers++;
            else if (char.IsAsciiLetterUpper(c)) uppers++;
            else if (c is not ('+' or '=' or '-' or '_')) return false;
        }
        var isHex = digits > 4 && lowers + uppers > 4 && text.Length >= 32 && text.AsSpan().IndexOfAnyExceptInRange('0', 'f') < 0;
        return isHex || (digits >= 2 && lowers >= 3 && uppers >= 3);
    }
}
