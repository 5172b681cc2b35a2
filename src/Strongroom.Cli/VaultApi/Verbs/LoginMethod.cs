using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Input;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>One way to log in: what it takes, and where it is sent.</summary>
/// <param name="Name">The method, which is its usual mount too.</param>
/// <param name="Takes">Its values, for the help.</param>
internal sealed record LoginMethod(string Name, string Takes)
{
    private const string ServiceAccountToken = "/var/run/secrets/kubernetes.io/serviceaccount/token";

    public static readonly LoginMethod[] All =
    [
        new("token", "TOKEN, or nothing to be asked for it"),
        new("approle", "role_id=… secret_id=…"),
        new("userpass", "username=… [password=…]; without a password it is asked for"),
        new("ldap", "username=… [password=…]; without a password it is asked for"),
        new("jwt", "role=… jwt=…"),
        new("oidc", "[role=…] [port=8250] [listenaddress=localhost] [callbackhost=localhost] [callbackmethod=http] [callbackport=…] [skip_browser=false]"),
        new("kubernetes", "role=… [jwt=…]; without it, the token of the pod's service account"),
        new("cert", "[name=…]; the certificate is that of -client-cert"),
    ];

    /// <summary>What follows the mount: <c>login</c>, or <c>login/alice</c>.</summary>
    public string Endpoint(KeyValues values) => Name is "userpass" or "ldap"
        ? "login/" + (values.Find("username") is { Length: > 0 } user ? user : throw ApiCall.Invalid($"{Name} needs username=…"))
        : "login";

    /// <summary>Writes the body; asks for what is not given and can be asked for.</summary>
    public void Write(Utf8JsonWriter writer, KeyValues values, bool mayAsk)
    {
        values.WriteTo(writer);
        switch (Name)
        {
            case "userpass" or "ldap" when !values.Has("password"):
                if (!mayAsk) throw ApiCall.Invalid($"{Name} needs password=…");
                using (var password = SecretInput.Prompt("Password (will be hidden)")) writer.WriteString("password"u8, password.Reveal());
                break;
            case "kubernetes" when !values.Has("jwt"):
                using (var token = InputText.ReadFile(ServiceAccountToken)) writer.WriteString("jwt"u8, token.Written.Trim(" \r\n\t"u8));
                break;
            case "approle" when !values.Has("role_id"):
                throw ApiCall.Invalid("approle needs role_id=…, and secret_id=… unless the role takes none");
            case "jwt" when !values.Has("jwt"):
                throw ApiCall.Invalid("jwt needs jwt=…", "jwt=@file reads it from a file");
        }
    }
}
