using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Server.Tests;
using Strongroom.Tests.Vault.Auth;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary><c>login -method=oidc</c> with a real server, a provider that listens, and curl in the place of a browser.</summary>
public sealed class OidcLoginTests : IAsyncLifetime
{
    private readonly Workshop _workshop = new();
    private readonly RunningProvider _running = new();
    private RunningServer _server = null!;

    private OpenIdProvider Provider => _running.Provider;

    public async ValueTask InitializeAsync()
    {
        _server = await RunningServer.StartAsync();
        await _server.SendAsync("POST", "/v1/sys/auth/oidc", """{"type": "oidc"}""");
        (await ConfigureAsync("query")).ShouldBe(204);
        (await _server.SendAsync("POST", "/v1/auth/oidc/role/people",
            """{"user_claim": "email", "allowed_redirect_uris": "http://localhost:8250/oidc/callback", "token_policies": "people"}""")).Status.ShouldBe(200);
        Provider.Claims["email"] = "ada@example.com";
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _running.Dispose();
        _workshop.Dispose();
    }

    [Fact]
    public void Login_opens_the_browser_and_keeps_the_token()
    {
        var outcome = _workshop.Run(WithBrowser("strongroom login -method=oidc role=people port=0; stat -c %a ~/.vault-token; cat page.html; strongroom token lookup -field=display_name"));
        outcome.Error.ShouldContain("Launching browser to:\n\n    " + Provider.Issuer + "/authorize?");
        outcome.Output.ShouldContain("Success! You are now authenticated.");
        outcome.Output.ShouldContain("\n600\n");
        outcome.Output.ShouldContain("You are logged in.");
        outcome.Output.ShouldEndWith("oidc-ada@example.com");
        outcome.ExitCode.ShouldBe(0, outcome.Error);
    }

    [Fact]
    public void Login_that_the_server_refuses_says_so_in_both_places()
    {
        Provider.Claims.Remove("email");
        var outcome = _workshop.Run(WithBrowser("strongroom login -method=oidc role=people port=0; echo \"ended $?\"; cat page.html; ls ~/.vault-token"));
        outcome.Output.ShouldStartWith("ended 2\n");
        outcome.Output.ShouldContain("The login failed. The terminal says why.");
        outcome.Output.ShouldNotContain("vault-token");
        outcome.Error.ShouldContain("* claim \"email\" not found in token");
    }

    [Theory]
    [InlineData("query")]
    [InlineData("form_post")]
    public async Task Browser_that_comes_back_with_something_else_is_turned_away(string mode)
    {
        (await ConfigureAsync(mode)).ShouldBe(204);
        using var process = _workshop.Start($"VAULT_ADDR={_server.Address} strongroom login -method=oidc -token-only role=people port=0 skip_browser=true");
        process.StandardInput.Close();
        var url = "";
        while (!url.StartsWith("    ", StringComparison.Ordinal)) url = (await process.StandardError.ReadLineAsync())!;
        url = url.Trim();
        var redirect = OpenIdProvider.Parse(new Uri(url).Query[1..])["redirect_uri"];
        var back = Provider.Visit(url);
        using var browser = new HttpClient();
        (await browser.GetAsync(redirect + "?state=guess&code=x")).StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await browser.GetAsync(redirect + "/other")).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        (await browser.PutAsync(redirect, null)).StatusCode.ShouldBe(HttpStatusCode.NotFound);
        using (var silent = new TcpClient("localhost", new Uri(redirect).Port))
        {
            using var form = new FormUrlEncodedContent(back);
            using var answer = mode == "query" ? await browser.GetAsync($"{redirect}?{await form.ReadAsStringAsync()}") : await browser.PostAsync(redirect, form);
            answer.StatusCode.ShouldBe(HttpStatusCode.OK);
            answer.Headers.CacheControl!.NoStore.ShouldBeTrue();
        }
        (await process.StandardOutput.ReadToEndAsync()).ShouldStartWith("hvs.");
        await process.WaitForExitAsync();
        process.ExitCode.ShouldBe(0);
    }

    [Fact]
    public void What_cannot_be_is_told_before_a_browser_opens()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        (string Arguments, int Code, string Text)[] cases =
        [
            ($"role=people port={((IPEndPoint)taken.LocalEndpoint).Port}", 1, "for the browser: AddressAlreadyInUse"),
            ("role=people callbackhost=elsewhere.example port=0", 2, "Unable to authorize role \"people\" with redirect_uri \"http://elsewhere.example:"),
            ("role=nobody port=0", 2, "* role \"nobody\" could not be found"),
            ("rolle=people", 1, "oidc takes no rolle"),
            ("role=people port=eight", 1, "port is a port"),
            ("role=people skip_browser=maybe", 1, "skip_browser is true or false"),
        ];
        foreach (var (arguments, code, text) in cases)
        {
            var outcome = _workshop.Run($"VAULT_ADDR={_server.Address} strongroom login -method=oidc {arguments}");
            outcome.ExitCode.ShouldBe(code, arguments + outcome.Error);
            outcome.Error.ShouldContain(text);
        }
    }

    private async Task<int> ConfigureAsync(string mode) => (await _server.SendAsync("POST", "/v1/auth/oidc/config", new JsonObject
    {
        ["oidc_discovery_url"] = Provider.Issuer,
        ["oidc_client_id"] = OpenIdProvider.ClientId,
        ["oidc_client_secret"] = OpenIdProvider.ClientSecret,
        ["oidc_response_mode"] = mode,
    }.ToJsonString())).Status;

    private string WithBrowser(string script) => $"""
        mkdir -p bin; printf '#!/bin/sh\nexec curl -sL -o page.html "$1"\n' > bin/xdg-open; chmod +x bin/xdg-open
        export PATH="$PWD/bin:$PATH" DISPLAY=:0 VAULT_ADDR={_server.Address}
        {script}
        """;
}
