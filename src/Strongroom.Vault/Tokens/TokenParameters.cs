using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// What every role of every auth method says about the tokens it makes: the <c>token_*</c> parameters of the Vault API
/// (https://developer.hashicorp.com/vault/api-docs/auth/approle, "Token parameters"). Durations are seconds.
/// </summary>
internal sealed record TokenParameters
{
    public long Ttl { get; init; }

    public long MaxTtl { get; init; }

    public string[] Policies { get; init; } = [];

    public string[] BoundCidrs { get; init; } = [];

    public long ExplicitMaxTtl { get; init; }

    public bool NoDefaultPolicy { get; init; }

    public int NumUses { get; init; }

    public long Period { get; init; }

    /// <summary><c>default</c>, <c>service</c>, <c>batch</c>, <c>default-service</c> or <c>default-batch</c>.</summary>
    public string Type { get; init; } = "default";

    /// <summary>
    /// These parameters with those that the request names changed. With <paramref name="legacyNames"/> also by the names without
    /// prefix, as older clients send them.
    /// </summary>
    public TokenParameters Merge(RequestFields fields, bool legacyNames = false)
    {
        var merged = this with
        {
            Ttl = fields.Seconds("token_ttl") ?? Legacy(fields.Seconds, "ttl") ?? Ttl,
            MaxTtl = fields.Seconds("token_max_ttl") ?? Legacy(fields.Seconds, "max_ttl") ?? MaxTtl,
            Policies = PolicyNames(fields.Names("token_policies") ?? (legacyNames ? fields.Names("policies") : null)) ?? Policies,
            BoundCidrs = fields.Names("token_bound_cidrs") ?? (legacyNames ? fields.Names("bound_cidrs") : null) ?? BoundCidrs,
            ExplicitMaxTtl = fields.Seconds("token_explicit_max_ttl") ?? ExplicitMaxTtl,
            NoDefaultPolicy = fields.Flag("token_no_default_policy") ?? NoDefaultPolicy,
            NumUses = fields.Count("token_num_uses") ?? (legacyNames ? fields.Count("num_uses") : null) ?? NumUses,
            Period = fields.Seconds("token_period") ?? Legacy(fields.Seconds, "period") ?? Period,
            Type = fields.Text("token_type") ?? Type,
        };
        merged.Require();
        return merged;

        long? Legacy(Func<string, long?> read, string name) => legacyNames ? read(name) : null;
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
        foreach (var cidr in BoundCidrs) ClientNetworks.Require(cidr);
    }
}
