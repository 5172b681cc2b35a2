using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>
/// A login in a browser: the server tells the provider's page, the browser goes there, and comes back to this program with a code that the
/// server takes.
/// </summary>
internal static class OidcLogin
{
    /// <summary>How long the person may take.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    /// <exception cref="RemoteFault">It did not work out, or nobody came back in time.</exception>
    public static async Task<VaultReply> RunAsync(ApiCall call, string mount, OidcLoginOptions options)
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(call.CancellationToken);
        await using var listener = await BrowserReturn.ListenAsync(options.ListenAddress, options.Port, timeout.Token);
        var redirectUri = options.RedirectUri(listener.Port);
        // The server gives the token to nobody else: not to who sees the browser's address.
        var clientNonce = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var url = await BeginAsync(call, mount, options, redirectUri, clientNonce);
        timeout.CancelAfter(Patience);
        var coming = listener.WaitAsync(StateOf(url), timeout.Token);
        // What opens the browser may go on until the browser has its page.
        var opening = ShowAsync(call, url, options.SkipBrowser, timeout.Token);
        BrowserVisit visit;
        try
        {
            visit = await coming;
        }
        catch (OperationCanceledException) when (!call.CancellationToken.IsCancellationRequested)
        {
            throw new RemoteFault("Error authenticating: Timed out waiting for response from provider");
        }
        var query = new List<KeyValuePair<string, string>> { new("state", visit.Find("state")), new("code", visit.Find("code")), new("client_nonce", clientNonce) };
        if (visit.Find("error") is { Length: > 0 } error) query.Add(new("error", error));
        try
        {
            var reply = await call.SendAsync("authenticating", new VaultCall("GET", $"auth/{mount}/oidc/callback") { Query = query, IsAnonymous = true });
            await visit.AnswerAsync(isLoggedIn: true);
            await opening;
            return reply;
        }
        catch (RemoteFault)
        {
            await visit.AnswerAsync(isLoggedIn: false);
            throw;
        }
    }

    private static async Task<string> BeginAsync(ApiCall call, string mount, OidcLoginOptions options, string redirectUri, string clientNonce)
    {
        using var body = ApiCall.Body(writer =>
        {
            writer.WriteString("role", options.Role);
            writer.WriteString("redirect_uri", redirectUri);
            writer.WriteString("client_nonce", clientNonce);
        });
        using var reply = await call.SendAsync("authenticating", new VaultCall("PUT", $"auth/{mount}/oidc/auth_url") { Body = body.WrittenMemory, IsAnonymous = true, WrapTtl = "" });
        var url = Envelope.Member(reply.Data, "auth_url") is { ValueKind: JsonValueKind.String } found ? found.GetString()! : "";
        // What is opened comes from the server: only a page may be, no program.
        return Uri.TryCreate(url, UriKind.Absolute, out var page) && page.Scheme is "https" or "http"
            ? page.AbsoluteUri
            : throw new RemoteFault($"Error authenticating: Unable to authorize role \"{options.Role}\" with redirect_uri \"{redirectUri}\".\n\nThe role needs role_type=oidc, and this address in allowed_redirect_uris.");
    }

    private static async Task ShowAsync(ApiCall call, string url, bool skipBrowser, CancellationToken cancellationToken)
    {
        if (skipBrowser)
        {
            call.Screen.Note($"Complete the login via your OIDC provider. Open the following link in your browser:\n\n    {url}\n\n\nWaiting for OIDC authentication to complete...");
            return;
        }
        call.Screen.Note($"Complete the login via your OIDC provider. Launching browser to:\n\n    {url}\n\n\nWaiting for OIDC authentication to complete...");
        if (!await Processes.Browser.TryOpenAsync(url, cancellationToken)) call.Screen.Note("No browser could be opened here. Please visit the address yourself.");
    }

    /// <summary>What the browser must come back with: anybody can send one to this port.</summary>
    private static string? StateOf(string url) => BrowserVisit.ParseForm(new Uri(url).Query.TrimStart('?')).GetValueOrDefault("state");
}
