using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>Reads claims and holds them against what is expected. Faults are InvalidInput, with the texts that Vault has for them.</summary>
internal static class JwtClaims
{
    private const long DefaultLeeway = 150;
    private const long DefaultClockSkew = 60;

    /// <summary>A claim by its name, or by a JSON pointer that begins with a slash; null when there is none.</summary>
    public static JsonElement? Find(JsonElement claims, string name)
    {
        if (!name.StartsWith('/')) return Member(claims, name);
        var found = claims;
        foreach (var part in name[1..].Split('/'))
        {
            var key = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (Member(found, key) is not { } next) return null;
            found = next;
        }
        return found;
    }

    /// <summary>The text of a text, number or truth value; null for anything else.</summary>
    public static string? Text(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString(),
        JsonValueKind.Number => value.GetRawText(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => null,
    };

    /// <summary>The texts of one value or a list of them; null when something of it is neither.</summary>
    public static List<string>? Texts(JsonElement value)
    {
        if (value.ValueKind != JsonValueKind.Array) return Text(value) is { } single ? [single] : null;
        var texts = new List<string>(value.GetArrayLength());
        foreach (var item in value.EnumerateArray())
        {
            if (Text(item) is not { } text) return null;
            texts.Add(text);
        }
        return texts;
    }

    public static void RequireIssuer(JsonElement claims, string issuer)
    {
        if (issuer.Length == 0) return;
        if (Member(claims, "iss") is not { ValueKind: JsonValueKind.String } found || found.GetString() != issuer) throw Invalid("invalid issuer (iss) claim");
    }

    public static void RequireSubject(JsonElement claims, string subject)
    {
        if (subject.Length == 0) return;
        if (Member(claims, "sub") is not { ValueKind: JsonValueKind.String } found || found.GetString() != subject) throw Invalid("invalid subject (sub) claim");
    }

    /// <summary>CVE-2024-5798: an audience that is one text is held against the role like a list, and a role that binds none takes none.</summary>
    public static void RequireAudience(JsonElement claims, string[] audiences)
    {
        var found = Member(claims, "aud") is { } aud ? Texts(aud) ?? throw Invalid("invalid audience (aud) claim: audience claim is not text") : [];
        if (audiences.Length == 0)
        {
            if (found.Count > 0) throw RequestFields.Invalid("audience claim found in JWT but no audiences bound to the role");
            return;
        }
        if (!found.Exists(audience => audiences.Contains(audience, StringComparer.Ordinal)))
            throw Invalid("invalid audience (aud) claim: audience claim does not match any expected audience");
    }

    /// <summary>Whether it is time: from nbf to exp, give or take the clock skew. What is missing of the two follows from the other or iat.</summary>
    public static void RequireTime(JsonElement claims, JwtRole role, long now)
    {
        var (issued, begins, ends) = (Time(claims, "iat"), Time(claims, "nbf"), Time(claims, "exp"));
        if (issued is null && begins is null && ends is null)
            throw Invalid("no issued at (iat), not before (nbf), or expiration time (exp) claims in token");
        ends ??= Math.Max(issued ?? 0, begins ?? 0) + Leeway(role.ExpirationLeeway, DefaultLeeway);
        begins ??= issued ?? ends - Leeway(role.NotBeforeLeeway, DefaultLeeway);
        var skew = ClockSkew(role);
        if (now + skew < begins) throw Invalid("invalid not before (nbf) claim: token not yet valid");
        if (now - skew > ends) throw Invalid("invalid expiration time (exp) claim: token is expired");
        if (issued is { } at && now + skew < at) throw Invalid("invalid issued at (iat) claim: token issued in the future");
    }

    /// <summary>By how much clocks may differ, in seconds.</summary>
    public static long ClockSkew(JwtRole role) => Leeway(role.ClockSkewLeeway, DefaultClockSkew);

    public static void RequireBound(JsonElement claims, JwtRole role)
    {
        foreach (var (name, bound) in role.BoundClaims)
        {
            if (Find(claims, name) is not { } claim || claim.ValueKind == JsonValueKind.Null) throw RequestFields.Invalid($"error validating claims: claim \"{name}\" is missing");
            var actual = Texts(claim) ?? throw RequestFields.Invalid($"error validating claims: claim \"{name}\" is not a string or list");
            var expected = Texts(bound) ?? [];
            if (!actual.Exists(value => expected.Exists(pattern => role.BoundClaimsType == "glob" ? Glob.Matches(pattern, value) : pattern == value)))
                throw RequestFields.Invalid($"error validating claims: claim \"{name}\" does not match any associated bound claim values");
        }
    }

    private static long? Time(JsonElement claims, string name)
    {
        if (Member(claims, name) is not { } value) return null;
        // Seconds, which may have a fraction; what no clock shows is not a time.
        if (value.ValueKind != JsonValueKind.Number || !value.TryGetDouble(out var seconds) || seconds is not (>= 0 and < 253402300800)) throw Invalid($"{name} claim is not a time");
        return (long)seconds;
    }

    private static long Leeway(long set, long usual) => set < 0 ? 0 : set == 0 ? usual : set;

    private static JsonElement? Member(JsonElement value, string name) =>
        value.ValueKind == JsonValueKind.Object && value.TryGetProperty(name, out var found) ? found : null;

    private static Secrets.SecretException Invalid(string reason) => RequestFields.Invalid("error validating token: " + reason);
}
