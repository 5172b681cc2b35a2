using System.Net;
using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Http;

/// <summary>What a server that is broken, or is not the one it should be, can do to each store behind HTTP.</summary>
public sealed class HostileServerTests : IDisposable
{
    private const string Canary = "c4nary";

    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private readonly TemporaryFiles _files = new();

    public static MatrixTheoryData<string, string> Cases => new(
        ["vault", "github", "hcp", "kubernetes", "aws", "gcp", "pulumi-esc", "fly", "azure"],
        ["redirect", "redirect to nowhere", "page", "deep", "cut", "text", "list", "numbers", "error", "refusal", "teapot"]);

    public void Dispose() => _files.Dispose();

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Answer_that_no_such_server_gives_is_a_failure_that_repeats_nothing_of_it(string kind, string answer)
    {
        // Google's tokens are had from another server, which is not the one that is meant here.
        await using var store = Store(kind, "token", request => request.RequestUri!.Host == "oauth2.googleapis.com" ? Say(200, """{"access_token":"t"}""") : Answer(answer));

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ListAsync("", TestContext.Current.CancellationToken));

        error.Kind.ShouldNotBe(SecretErrorKind.NotFound);
        for (Exception? one = error; one is not null; one = one.InnerException) one.ToString().ShouldNotContain(Canary);
        error.Message.Any(char.IsControl).ShouldBeFalse();
    }

    [Theory]
    [InlineData("vault")]
    [InlineData("github")]
    [InlineData("hcp")]
    [InlineData("kubernetes")]
    [InlineData("aws")]
    [InlineData("pulumi-esc")]
    [InlineData("fly")]
    public async Task Credential_with_a_line_break_is_not_sent(string kind)
    {
        var requests = 0;
        await using var store = Store(kind, $"{Canary}\r\nX-Evil: 1", _ =>
        {
            requests++;
            return Answer("page");
        });

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ListAsync("", TestContext.Current.CancellationToken));

        (error.Kind, requests).ShouldBe((SecretErrorKind.InvalidInput, 0));
        error.ToString().ShouldNotContain(Canary);
    }

    private static HttpResponseMessage Answer(string answer) => answer switch
    {
        "redirect" => Redirect($"https://user:{Canary}@evil.example/?token={Canary}"),
        "redirect to nowhere" => Redirect("//["),
        "page" => Say(200, $"<html>{Canary}</html>", "text/html"),
        "deep" => Say(200, new string('[', 100_000)),
        "cut" => Say(200, $$"""{"data":{"keys":["{{Canary}}"""),
        "text" => Say(200, $"\"{Canary}\""),
        "list" => Say(200, $"[\"{Canary}\"]"),
        "numbers" => Say(200, """{"data":7,"secrets":7,"items":7,"value":7,"SecretList":7,"properties":7,"id":7,"access_token":7,"metadata":7,"variables":7,"total_count":"x"}"""),
        "error" => Say(500, Words()),
        "refusal" => Say(403, Words()),
        _ => Say(418, Words()),
    };

    /// <summary>Words of the server in all places where vendors have them, with what a terminal would obey.</summary>
    private static string Words() => $$$"""
        {"errors":["{{{Canary}}}"],"message":"{{{Canary}}}","__type":"{{{Canary}}}\u001b[31m","reason":"{{{Canary}}}","kind":"Status","details":[{"x":"{{{Canary}}}"}],
         "error":{"code":"{{{Canary}}}\u001b[31m","status":"{{{Canary}}}\u202e","message":"{{{Canary}}}","innererror":{"code":"{{{Canary}}}"}},"documentation_url":"{{{Canary}}}"}
        """;

    private static HttpResponseMessage Redirect(string target)
    {
        var answer = Say(302, Canary);
        answer.Headers.TryAddWithoutValidation("Location", target);
        return answer;
    }

    private static HttpResponseMessage Say(int status, string body, string type = "application/json") =>
        new((HttpStatusCode)status) { Content = new StringContent(body, Encoding.UTF8, type) };

    private SecretStore Store(string kind, string token, Func<HttpRequestMessage, HttpResponseMessage> answer)
    {
        (string, string) address = ("address", "https://store.example");
        var (settings, variables) = kind switch
        {
            "vault" => ([address, ("kv-version", "2")], [("VAULT_TOKEN", token)]),
            "github" => ([address, ("repository", "acme/app")], [("GITHUB_TOKEN", token)]),
            "hcp" => ([address, ("organization", "o"), ("project", "p"), ("app", "a")], [("HCP_API_TOKEN", token)]),
            "kubernetes" => ([("kubeconfig", KubeConfig(token))], []),
            "aws" => ([("region", "eu-west-1")], [("AWS_ACCESS_KEY_ID", "AKIAEXAMPLE"), ("AWS_SECRET_ACCESS_KEY", "x"), ("AWS_SESSION_TOKEN", token)]),
            "gcp" => ([("project", "p"), ("credentials-file", GoogleFile())], []),
            "pulumi-esc" => ([address, ("organization", "o"), ("environment", "e")], [("PULUMI_ACCESS_TOKEN", token)]),
            "fly" => ([address, ("app", "a")], [("FLY_API_TOKEN", token)]),
            _ => (((string, string)[])[("vault", "acme")], ((string, string)[])[("AZURE_TENANT_ID", "00000000-0000-0000-0000-000000000001"), ("AZURE_CLIENT_ID", "c"), ("AZURE_CLIENT_SECRET", token)]),
        };
        return new SecretStore(kind, All.Find(kind)!(Settings.Of(settings, variables, transport: () => new Stub(answer))), Once);
    }

    private string KubeConfig(string token) => _files.Write("config", $$$"""
        current-context: c
        contexts: [{name: c, context: {cluster: k, user: u}}]
        clusters: [{name: k, cluster: {server: "https://store.example"}}]
        users: [{name: u, user: {token: "{{{token.ReplaceLineEndings("\\n")}}}"}}]
        """);

    private string GoogleFile() => _files.Write("google.json", """{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"r"}""");

    private sealed class Stub(Func<HttpRequestMessage, HttpResponseMessage> answer) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            var response = answer(request);
            response.RequestMessage = request;
            return Task.FromResult(response);
        }
    }
}
