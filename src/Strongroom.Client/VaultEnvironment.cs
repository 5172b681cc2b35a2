using System.Globalization;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>Reads <see cref="VaultClientOptions"/> from the variables that all tools of Vault share (https://developer.hashicorp.com/vault/docs/commands#environment-variables).</summary>
public static class VaultEnvironment
{
    /// <summary>The address of the server.</summary>
    public const string Address = "VAULT_ADDR";

    /// <summary>The token.</summary>
    public const string Token = "VAULT_TOKEN";

    /// <summary>Reads everything but the token, see <see cref="VaultTokenFile"/>. <paramref name="variable"/> is the environment.</summary>
    /// <exception cref="SecretException">InvalidInput for a variable that cannot be understood.</exception>
    public static VaultClientOptions Read(Func<string, string?> variable) => new()
    {
        Address = variable(Address) is { Length: > 0 } address ? ParseAddress(address) : VaultClientOptions.DefaultAddress,
        Namespace = Text(variable, "VAULT_NAMESPACE"),
        WrapTtl = Text(variable, "VAULT_WRAP_TTL"),
        Timeout = Duration(variable, "VAULT_CLIENT_TIMEOUT") ?? TimeSpan.FromSeconds(60),
        RetriesMax = Number(variable, "VAULT_MAX_RETRIES") ?? 2,
        Tls = new VaultTls
        {
            AuthorityFile = Text(variable, "VAULT_CACERT"),
            AuthorityFolder = Text(variable, "VAULT_CAPATH"),
            CertificateFile = Text(variable, "VAULT_CLIENT_CERT"),
            KeyFile = Text(variable, "VAULT_CLIENT_KEY"),
            ServerName = Text(variable, "VAULT_TLS_SERVER_NAME"),
            SkipsVerification = Switch(variable, "VAULT_SKIP_VERIFY"),
        },
    };

    /// <summary>An address as people write it.</summary>
    /// <exception cref="SecretException">InvalidInput for anything but http, https and unix.</exception>
    public static Uri ParseAddress(string text)
    {
        if (Uri.TryCreate(text, UriKind.Absolute, out var address) && address.Scheme is "http" or "https" or "unix" && address.UserInfo.Length == 0) return address;
        throw new SecretException(SecretErrorKind.InvalidInput, "the server's address cannot be understood", help: $"{Address} is like https://vault.example:8200");
    }

    /// <summary>Yes or no as Go programs read it.</summary>
    /// <exception cref="SecretException">InvalidInput for anything else.</exception>
    public static bool ParseSwitch(string name, string text) => text switch
    {
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        _ => throw Invalid(name, "true or false"),
    };

    private static string? Text(Func<string, string?> variable, string name) => variable(name) is { Length: > 0 } text ? text : null;

    private static bool Switch(Func<string, string?> variable, string name) => Text(variable, name) is { } text && ParseSwitch(name, text);

    private static TimeSpan? Duration(Func<string, string?> variable, string name) =>
        Text(variable, name) is not { } text ? null : GoDuration.TryParse(text, out var span) && span >= TimeSpan.Zero ? span : throw Invalid(name, "seconds, or a duration such as 30s");

    private static int? Number(Func<string, string?> variable, string name)
    {
        if (Text(variable, name) is not { } text) return null;
        return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number <= 100 ? number : throw Invalid(name, "a number from 0 to 100");
    }

    private static SecretException Invalid(string name, string expected) => new(SecretErrorKind.InvalidInput, $"{name} must be {expected}");
}
