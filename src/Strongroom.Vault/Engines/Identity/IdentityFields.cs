using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Identity;

/// <summary>What bodies of identity requests have in common.</summary>
internal static class IdentityFields
{
    private const int NameLengthMax = 512;
    private const int PairsMax = 64;

    /// <summary>Policies in their one form. Throws InvalidInput for <c>root</c> in any spelling: an identity must never give everything.</summary>
    public static string[]? Policies(this RequestFields fields)
    {
        var names = TokenParameters.PolicyNames(fields.Names("policies"));
        return names is [PolicyStore.Root] ? throw RequestFields.Invalid("policies cannot contain root") : names;
    }

    /// <summary>A name: any text without control characters.</summary>
    public static string? Name(this RequestFields fields)
    {
        if (fields.Text("name") is not { Length: > 0 } name) return null;
        return name.Length > NameLengthMax || name.Any(char.IsControl) ? throw RequestFields.Invalid($"a name has up to {NameLengthMax} printable characters") : name;
    }

    /// <summary>Metadata: an object, or a list of <c>key=value</c>.</summary>
    public static Dictionary<string, string>? Metadata(this RequestFields fields, string member)
    {
        if (fields.Find(member) is not { } found) return null;
        Dictionary<string, string>? pairs;
        if (found.ValueKind == System.Text.Json.JsonValueKind.Object)
        {
            pairs = fields.Pairs(member);
        }
        else
        {
            pairs = new(StringComparer.Ordinal);
            foreach (var item in fields.Names(member) ?? [])
            {
                var equals = item.IndexOf('=', StringComparison.Ordinal);
                if (equals <= 0) throw RequestFields.Invalid($"'{member}' has an item that is not key=value");
                pairs[item[..equals]] = item[(equals + 1)..];
            }
        }
        return pairs?.Count > PairsMax ? throw RequestFields.Invalid($"'{member}' has more than {PairsMax} keys") : pairs;
    }
}
