using System.Text.Json;
using System.Text.Json.Serialization;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>A role as stored: who may log in with it, and what tokens that gives. Durations are seconds.</summary>
internal sealed record AppRoleEntry
{
    /// <summary>Identity of this making of the role. Secret ids hang on it, so that a role made anew under the old name has none of the old.</summary>
    public required string Uid { get; init; }

    /// <summary>Key of the hashes of its secret ids.</summary>
    public required byte[] HashKey { get; init; }

    /// <summary>What a client names the role by.</summary>
    public required string RoleId { get; init; }

    /// <summary>Whether a login needs a secret id.</summary>
    public bool BindSecretId { get; init; }

    /// <summary>Networks that logins may come from; empty is anywhere.</summary>
    public string[] SecretIdBoundCidrs { get; set; } = [];

    /// <summary>Logins that a new secret id is good for; 0 is no limit.</summary>
    public int SecretIdNumUses { get; init; }

    /// <summary>Life of a new secret id; 0 is for ever.</summary>
    public long SecretIdTtl { get; init; }

    /// <summary>Told back as it was set; with one server all secret ids are local.</summary>
    public bool LocalSecretIds { get; init; }

    public TokenParameters Token { get; set; } = new();

    /// <summary>The same role. Throws InvalidInput when it asks nothing of who logs in.</summary>
    public AppRoleEntry Validated()
    {
        if (RoleId.Length == 0) throw RequestFields.Invalid("invalid role_id supplied, or failed to generate a role_id");
        if (RoleId.Length > 4096) throw RequestFields.Invalid("role_id is longer than 4096 characters");
        foreach (var cidr in SecretIdBoundCidrs) ClientNetworks.Require(cidr);
        if (!BindSecretId && SecretIdBoundCidrs.Length == 0 && Token.BoundCidrs.Length == 0)
            throw RequestFields.Invalid("at least one constraint should be enabled on the role");
        Token.Require();
        return this;
    }

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteBoolean("bind_secret_id"u8, BindSecretId);
        writer.WriteBoolean("local_secret_ids"u8, LocalSecretIds);
        writer.WriteStringsOrNull("secret_id_bound_cidrs", SecretIdBoundCidrs);
        writer.WriteNumber("secret_id_num_uses"u8, SecretIdNumUses);
        writer.WriteNumber("secret_id_ttl"u8, SecretIdTtl);
        Token.Write(writer);
    }
}

/// <summary>A secret id as stored: never itself. Times are Unix seconds, durations seconds.</summary>
internal sealed record SecretIdEntry
{
    /// <summary>A second name that allows to look up and destroy, and nothing else.</summary>
    public required string Accessor { get; init; }

    /// <summary>Logins it is still good for; 0 is no limit.</summary>
    public int UsesLeft { get; init; }

    /// <summary>The life it was made with; 0 is for ever.</summary>
    public long Ttl { get; init; }

    public long CreatedAt { get; init; }

    /// <summary>Unix time when it ends, or 0 for never.</summary>
    public long ExpiresAt { get; init; }

    public long UpdatedAt { get; init; }

    /// <summary>Goes into the tokens made with it.</summary>
    public Dictionary<string, string> Metadata { get; set; } = [];

    /// <summary>Networks that a login with it may come from; empty is anywhere.</summary>
    public string[] Cidrs { get; set; } = [];

    /// <summary>Networks that its tokens may be used from; empty leaves it to the role.</summary>
    public string[] TokenBoundCidrs { get; set; } = [];

    public bool IsExpired(long now) => ExpiresAt != 0 && now >= ExpiresAt;

    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteStrings("cidr_list", Cidrs);
        writer.WriteUnixTime("creation_time", CreatedAt);
        if (ExpiresAt == 0) writer.WriteString("expiration_time"u8, "0001-01-01T00:00:00Z"u8);
        else writer.WriteUnixTime("expiration_time", ExpiresAt);
        writer.WriteUnixTime("last_updated_time", UpdatedAt);
        writer.WritePairs("metadata", Metadata);
        writer.WriteString("secret_id_accessor"u8, Accessor);
        writer.WriteNumber("secret_id_num_uses"u8, UsesLeft);
        writer.WriteNumber("secret_id_ttl"u8, Ttl);
        writer.WriteStrings("token_bound_cidrs", TokenBoundCidrs);
    }
}

/// <summary>How roles and secret ids are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(AppRoleEntry))]
[JsonSerializable(typeof(SecretIdEntry))]
internal sealed partial class AppRoleJson : JsonSerializerContext;
