using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Jwt;

/// <summary>Who somebody is by claims that are believed. Faults are InvalidInput, with the texts that Vault has for them.</summary>
internal static class JwtIdentity
{
    private const int NameLengthMax = 512;

    /// <summary>The login that the claims give by a role.</summary>
    public static AuthGrant Grant(JsonElement claims, JwtRole role, string name)
    {
        var alias = Alias(claims, role);
        var metadata = Metadata(claims, role, name);
        return new AuthGrant(role.Token, alias, metadata) { Alias = alias, AliasMetadata = metadata, Groups = Groups(claims, role), Role = name };
    }

    private static string Alias(JsonElement claims, JwtRole role)
    {
        var claim = role.UserClaimJsonPointer ? JwtClaims.Find(claims, role.UserClaim)
            : claims.TryGetProperty(role.UserClaim, out var member) ? member : null;
        if (claim is not { } found || found.ValueKind == JsonValueKind.Null) throw RequestFields.Invalid($"claim \"{role.UserClaim}\" not found in token");
        return found.ValueKind == JsonValueKind.String && found.GetString() is { Length: > 0 and <= NameLengthMax } alias ? alias
            : throw RequestFields.Invalid($"claim \"{role.UserClaim}\" could not be converted to string");
    }

    private static Dictionary<string, string> Metadata(JsonElement claims, JwtRole role, string name)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal) { ["role"] = name };
        foreach (var (source, target) in role.ClaimMappings)
        {
            if (JwtClaims.Find(claims, source) is not { } claim || claim.ValueKind == JsonValueKind.Null) continue;
            metadata[target] = JwtClaims.Text(claim) ?? throw RequestFields.Invalid($"error converting claim '{source}' to string");
        }
        return metadata;
    }

    private static List<string> Groups(JsonElement claims, JwtRole role)
    {
        var groups = new List<string>();
        if (role.GroupsClaim.Length == 0) return groups;
        if (JwtClaims.Find(claims, role.GroupsClaim) is not { } claim || claim.ValueKind == JsonValueKind.Null)
            throw RequestFields.Invalid($"failed to fetch groups: \"{role.GroupsClaim}\" claim not found in token");
        if (claim.ValueKind == JsonValueKind.String)
        {
            Add(groups, claim);
            return groups;
        }
        if (claim.ValueKind != JsonValueKind.Array) throw RequestFields.Invalid($"\"{role.GroupsClaim}\" claim could not be converted to string list");
        foreach (var item in claim.EnumerateArray())
        {
            // What is in it is not told: it is not ours.
            if (item.ValueKind != JsonValueKind.String) throw RequestFields.Invalid("value in groups claim could not be parsed as string");
            Add(groups, item);
        }
        return groups;
    }

    private static void Add(List<string> groups, JsonElement name)
    {
        if (name.GetString() is { Length: > 0 and <= NameLengthMax } text) groups.Add(text);
    }
}
