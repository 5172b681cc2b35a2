using System.Text.Json.Serialization;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary>A user as stored.</summary>
internal sealed record UserEntry
{
    public required PasswordHash Password { get; init; }

    public TokenParameters Token { get; set; } = new();
}

/// <summary>How users are stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(UserEntry))]
internal sealed partial class UserPassJson : JsonSerializerContext;
