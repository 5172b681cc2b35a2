using System.Globalization;
using Strongroom.Cli.VaultApi.Input;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>What <c>login -method=oidc</c> takes, under the names that Vault's command line has for it.</summary>
/// <param name="Role">The role; empty takes the default one of the mount.</param>
/// <param name="ListenAddress">Where to listen for the browser: a name or an address of this machine.</param>
/// <param name="Port">The port to listen on.</param>
/// <param name="CallbackMethod">Scheme of the address that the browser is sent back to.</param>
/// <param name="CallbackHost">Host of that address.</param>
/// <param name="CallbackPort">Port of that address; null is the one to listen on.</param>
/// <param name="SkipBrowser">Whether the address is shown only.</param>
internal sealed record OidcLoginOptions(
    string Role, string ListenAddress, int Port, string CallbackMethod, string CallbackHost, int? CallbackPort, bool SkipBrowser)
{
    private static readonly string[] Known = ["role", "listenaddress", "port", "callbackmethod", "callbackhost", "callbackport", "skip_browser"];

    /// <exception cref="Secrets.SecretException">InvalidInput for what is not known or has another form.</exception>
    public static OidcLoginOptions Of(KeyValues values)
    {
        foreach (var key in values.Keys)
        {
            if (!Known.Contains(key, StringComparer.Ordinal)) throw ApiCall.Invalid($"oidc takes no {key}", $"it takes {string.Join(", ", Known)}");
        }
        var method = values.Find("callbackmethod") ?? "http";
        if (method is not ("http" or "https")) throw ApiCall.Invalid("callbackmethod is http or https");
        return new OidcLoginOptions(
            values.Find("role") ?? "", values.Find("listenaddress") ?? "localhost", PortOf(values, "port") ?? 8250, method, values.Find("callbackhost") ?? "localhost",
            PortOf(values, "callbackport"), IsTrue(values.Find("skip_browser")));
    }

    /// <summary>Where the provider sends the browser back to.</summary>
    public string RedirectUri(int listeningPort) => $"{CallbackMethod}://{CallbackHost}:{(CallbackPort ?? listeningPort).ToString(CultureInfo.InvariantCulture)}/oidc/callback";

    private static int? PortOf(KeyValues values, string key) => values.Find(key) is not { } text ? null
        : ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) ? port
        : throw ApiCall.Invalid($"{key} is a port: a number up to 65535");

    private static bool IsTrue(string? text) => text switch
    {
        null or "" or "0" or "f" or "F" or "false" or "FALSE" or "False" => false,
        "1" or "t" or "T" or "true" or "TRUE" or "True" => true,
        _ => throw ApiCall.Invalid("skip_browser is true or false"),
    };
}
