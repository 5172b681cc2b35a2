using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// What every role of every auth method says about the tokens it makes: the <c>token_*</c> parameters of the Vault API
/// (https://developer.hashicorp.com/vault/api-docs/auth/approle, "Token parameters"). Durations are seconds.
/// </summary>
internal sealed record TokenParameters
{
    /// <summary>The names without prefix that older clients send.</summary>
    public static readonly string[] OlderNames = ["policies", "ttl", "max_ttl", "period", "num_uses", "bound_cidrs"];

    public long Ttl { get; init; }

    public long MaxTtl { get; init; }

    public string[] Policies { get; set; } = [];

    public string[] BoundCidrs { get; set; } = [];

    public long ExplicitMaxTtl { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public int NumUses { get; init; }

    public long Period { get; init; }

    /// <summary><c>default</c>, <c>service</c>, <c>batch</c>, <c>default-service</c> or <c>default-batch</c>.</summary>
    public string Type { get; set; } = "default";

    /// <summary>Those set by their names without <c>token_</c>, as older clients do; a read then tells them by both names.</summary>
    public string[] LegacyNames { get; set; } = [];

    /// <summary>These parameters with those that the request names changed; those in <paramref name="legacyNames"/> also by the name without <c>token_</c>.</summary>
    public TokenParameters Merge(RequestFields fields, params string[] legacyNames)
    {
        var merged = this with
        {
            Ttl = fields.Seconds(Name("ttl")) ?? Ttl,
            MaxTtl = fields.Seconds(Name("max_ttl")) ?? MaxTtl,
            Policies = PolicyNames(fields.Names(Name("policies"))) ?? Policies,
            BoundCidrs = fields.Names(Name("bound_cidrs")) ?? BoundCidrs,
            ExplicitMaxTtl = fields.Seconds(Name("explicit_max_ttl")) ?? ExplicitMaxTtl,
            NoDefaultPolicy = fields.Flag("token_no_default_policy") ?? NoDefaultPolicy,
            NumUses = fields.Count(Name("num_uses")) ?? NumUses,
            Period = fields.Seconds(Name("period")) ?? Period,
            Type = fields.Text("token_type") is { Length: > 0 } type ? type : Type,
            LegacyNames = Array.FindAll(legacyNames, name => !fields.Has("token_" + name) && (fields.Has(name) || LegacyNames.Contains(name, StringComparer.Ordinal))),
        };
        merged.Require();
        return merged;

        string Name(string name) => legacyNames.Contains(name, StringComparer.Ordinal) && !fields.Has("token_" + name) ? name : "token_" + name;
    }

    /// <summary>These parameters with the policies that the request names.</summary>
    public TokenParameters MergePolicies(RequestFields fields)
    {
        var named = Merge(fields, "policies");
        var others = Array.FindAll(LegacyNames, name => name is not "policies");
        return this with { Policies = named.Policies, LegacyNames = [.. others, .. named.LegacyNames] };
    }

    /// <summary>Writes the members as a read of a role answers them.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStrings("token_bound_cidrs", BoundCidrs);
        writer.WriteNumber("token_explicit_max_ttl"u8, ExplicitMaxTtl);
        writer.WriteNumber("token_max_ttl"u8, MaxTtl);
        writer.WriteBoolean("token_no_default_policy"u8, NoDefaultPolicy);
        writer.WriteNumber("token_num_uses"u8, NumUses);
        writer.WriteNumber("token_period"u8, Period);
        writer.WriteStrings("token_policies", Policies);
        writer.WriteNumber("token_ttl"u8, Ttl);
        writer.WriteString("token_type"u8, Type);
        foreach (var name in LegacyNames) WriteLegacy(writer, name);
    }

    /// <summary>Names of policies in their one form: lower case, sorted, each once. Another spelling of a name is not another policy.</summary>
    public static string[]? PolicyNames(string[]? names) => names is null ? null : Logins.PolicyNames(names, noDefault: true);

    /// <summary>Throws InvalidInput when the parameters contradict each other or give more than a login may.</summary>
    public void Require()
    {
        if (MaxTtl != 0 && Ttl > MaxTtl) throw RequestFields.Invalid("'token_ttl' cannot be greater than 'token_max_ttl'");
        if (Type is not ("default" or "service" or "batch" or "default-service" or "default-batch"))
            throw RequestFields.Invalid($"invalid 'token_type' value '{Type}'");
        if (Type == "batch" && (Period != 0 || NumUses != 0))
            throw RequestFields.Invalid("'token_type' cannot be 'batch' when a period or a number of uses is set");
        if (Policies.Contains("root", StringComparer.Ordinal)) throw RequestFields.Invalid("policy 'root' cannot be given to the tokens of a role");
        if (Policies.Contains(ResponseWrapping.PolicyName, StringComparer.Ordinal)) throw RequestFields.Invalid($"cannot assign policy \"{ResponseWrapping.PolicyName}\"");
        foreach (var cidr in BoundCidrs) ClientNetworks.Require(cidr);
    }

    private void WriteLegacy(Utf8JsonWriter writer, string name)
    {
        switch (name)
        {
            case "policies": writer.WriteStrings(name, Policies); break;
            case "bound_cidrs": writer.WriteStrings(name, BoundCidrs); break;
            case "ttl": writer.WriteNumber(name, Ttl); break;
            case "max_ttl": writer.WriteNumber(name, MaxTtl); break;
            case "period": writer.WriteNumber(name, Period); break;
            case "explicit_max_ttl": writer.WriteNumber(name, ExplicitMaxTtl); break;
            case "num_uses": writer.WriteNumber(name, NumUses); break;
        }
    }
}
