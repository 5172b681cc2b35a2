using System.Net;
using Shouldly;
using Strongroom.Client;
using Strongroom.Conformance;
using Strongroom.Secrets;
using Xunit;
using static Strongroom.Tests.Client.FakeTransport;

namespace Strongroom.Tests.Client;

public sealed class VaultClientTests
{
    private static readonly VaultCall Read = new("GET", "secret/data/app");

    private readonly FakeTime _time = new();

    [Fact]
    public async Task Send_carries_token_namespace_wrapping_and_the_header_of_the_api()
    {
        using var token = SecretValue.FromText("hvs.token");
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.OK, """{"data":{"a":1}}"""));
        using var client = Client(transport, o => o with { Token = token, Namespace = "team", WrapTtl = "5m" });

        using var reply = await client.SendAsync(Read, CancellationToken.None);

        reply.Data.GetProperty("a").GetInt32().ShouldBe(1);
        var asked = transport.Asked.ShouldHaveSingleItem();
        asked.Address.ShouldBe("http://vault.test:8200/v1/secret/data/app");
        asked.Headers["X-Vault-Token"].ShouldBe("hvs.token");
        asked.Headers["X-Vault-Namespace"].ShouldBe("team");
        asked.Headers["X-Vault-Wrap-TTL"].ShouldBe("5m");
        asked.Headers["X-Vault-Request"].ShouldBe("true");
    }

    [Fact]
    public async Task Send_anonymously_carries_no_token()
    {
        using var token = SecretValue.FromText("hvs.token");
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.OK));
        using var client = Client(transport, o => o with { Token = token });
        using var reply = await client.SendAsync(Read with { IsAnonymous = true }, CancellationToken.None);
        transport.Asked[0].Headers.ShouldNotContainKey("X-Vault-Token");
    }

    [Fact]
    public void AddressOf_encodes_segments_and_asks_for_lists_by_query()
    {
        using var client = Client(new FakeTransport());
        client.AddressOf(new VaultCall("GET", "secret/data/a b#c?d%/é")).AbsoluteUri.ShouldBe("http://vault.test:8200/v1/secret/data/a%20b%23c%3Fd%25/%C3%A9");
        client.AddressOf(new VaultCall(VaultCall.List, "secret/metadata/") { Query = [new("after", "x&y")] }).AbsoluteUri
            .ShouldBe("http://vault.test:8200/v1/secret/metadata/?after=x%26y&list=true");
    }

    [Theory]
    [InlineData(HttpStatusCode.PreconditionFailed)]
    [InlineData(HttpStatusCode.TooManyRequests)]
    [InlineData(HttpStatusCode.InternalServerError)]
    [InlineData(HttpStatusCode.ServiceUnavailable)]
    public async Task Send_tries_again_when_the_server_is_not_ready(HttpStatusCode status)
    {
        var transport = new FakeTransport(_ => Answer(status), _ => Answer(status, retryAfter: 7), _ => Answer(HttpStatusCode.OK, "{}"));
        using var client = Client(transport);
        using var reply = await _time.RunAsync(() => client.SendAsync(Read, CancellationToken.None));
        reply.Status.ShouldBe(HttpStatusCode.OK);
        transport.Asked.Count.ShouldBe(3);
        _time.Elapsed.ShouldBe(TimeSpan.FromSeconds(1 + 7), "the first wait is ours, the second the server's");
    }

    [Theory]
    [InlineData(HttpStatusCode.BadRequest)]
    [InlineData(HttpStatusCode.Forbidden)]
    [InlineData(HttpStatusCode.NotFound)]
    [InlineData(HttpStatusCode.NotImplemented)]
    public async Task Send_takes_other_statuses_for_an_answer(HttpStatusCode status)
    {
        var transport = new FakeTransport(_ => Answer(status));
        using var client = Client(transport);
        using var reply = await client.SendAsync(Read, CancellationToken.None);
        reply.Status.ShouldBe(status);
        transport.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Send_follows_one_redirect_on_the_same_server()
    {
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.TemporaryRedirect, location: "/v1/other"), _ => Answer(HttpStatusCode.OK, "{}"));
        using var client = Client(transport);
        using var reply = await client.SendAsync(Read, CancellationToken.None);
        transport.Asked[1].Address.ShouldBe("http://vault.test:8200/v1/other");
    }

    [Theory]
    [InlineData("http://elsewhere.test:8200/v1/secret/data/app")]
    [InlineData("http://vault.test:8201/v1/secret/data/app")]
    [InlineData("https://vault.test:8200/v1/secret/data/app")]
    [InlineData("//elsewhere.test/v1/x")]
    public async Task Send_takes_the_token_to_no_other_server(string location)
    {
        using var token = SecretValue.FromText("hvs.token");
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.TemporaryRedirect, location: location));
        using var client = Client(transport, o => o with { Token = token });
        var e = await Should.ThrowAsync<SecretException>(() => client.SendAsync(Read, CancellationToken.None));
        e.Kind.ShouldBe(SecretErrorKind.Unreachable);
        e.Message.ShouldNotContain("hvs.token");
        transport.Asked.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Send_repeats_no_credential_that_a_redirect_holds()
    {
        using var client = Client(new FakeTransport(_ => Answer(HttpStatusCode.TemporaryRedirect, location: "https://user:c4nary@elsewhere.test/?token=c4nary")));

        var e = await Should.ThrowAsync<SecretException>(() => client.SendAsync(Read, CancellationToken.None));

        e.Message.ShouldContain("sends to https://elsewhere.test,");
        e.ToString().ShouldNotContain("c4nary");
    }

    [Fact]
    public async Task Send_tells_a_redirect_that_leads_nowhere()
    {
        using var client = Client(new FakeTransport(_ => Answer(HttpStatusCode.TemporaryRedirect, location: "//[")));

        (await Should.ThrowAsync<SecretException>(() => client.SendAsync(Read, CancellationToken.None))).Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Theory]
    [InlineData("hvs.c4nary\r\nX-Evil: 1", null)]
    [InlineData("hvs.c4nary\u00e9", null)]
    [InlineData("hvs.c4nary", "team\nX-Evil: 1")]
    public async Task Send_refuses_what_would_begin_another_header(string text, string? nameSpace)
    {
        using var token = SecretValue.FromText(text);
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.OK, "{}"));
        using var client = Client(transport, o => o with { Token = token, Namespace = nameSpace });

        var e = await Should.ThrowAsync<SecretException>(() => client.SendAsync(Read, CancellationToken.None));

        (e.Kind, transport.Asked.Count).ShouldBe((SecretErrorKind.InvalidInput, 0));
        e.Message.ShouldNotContain("c4nary");
    }

    [Fact]
    public async Task Send_ends_when_its_time_is_over()
    {
        using var client = new VaultClient(new VaultClientOptions { Address = new Uri("http://vault.test"), Time = _time }, new WaitingTransport());
        var sending = client.SendAsync(Read, CancellationToken.None);
        _time.Advance(TimeSpan.FromSeconds(61));
        (await Should.ThrowAsync<SecretException>(() => sending)).Message.ShouldContain("did not answer within 1m");
    }

    [Fact]
    public async Task Send_that_is_cancelled_says_so()
    {
        using var cancelled = new CancellationTokenSource();
        using var client = new VaultClient(new VaultClientOptions { Address = new Uri("http://vault.test"), Time = _time }, new WaitingTransport());
        var sending = client.SendAsync(Read, cancelled.Token);
        await cancelled.CancelAsync();
        await Should.ThrowAsync<OperationCanceledException>(() => sending);
    }

    [Fact]
    public async Task Send_refuses_an_answer_without_end()
    {
        var transport = new FakeTransport(_ => Answer(HttpStatusCode.OK, new string('x', 5000)));
        using var client = Client(transport, o => o with { AnswerLengthMax = 4096 });
        (await Should.ThrowAsync<SecretException>(() => client.SendAsync(Read, CancellationToken.None))).Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Theory]
    [InlineData(400, SecretErrorKind.InvalidInput)]
    [InlineData(403, SecretErrorKind.Denied)]
    [InlineData(404, SecretErrorKind.NotFound)]
    [InlineData(405, SecretErrorKind.Unsupported)]
    [InlineData(429, SecretErrorKind.Throttled)]
    [InlineData(502, SecretErrorKind.Unreachable)]
    [InlineData(503, SecretErrorKind.Sealed)]
    [InlineData(302, SecretErrorKind.Malformed)]
    public async Task Require_tells_the_kind_and_the_words_of_the_server(int status, SecretErrorKind kind)
    {
        var transport = new FakeTransport(_ => Answer((HttpStatusCode)status, """{"errors":["1 error occurred:\n\t* permission denied\n\n"]}"""));
        using var client = Client(transport, o => o with { RetriesMax = 0 });
        using var reply = await client.SendAsync(Read, CancellationToken.None);
        var e = Should.Throw<SecretException>(() => reply.Require("read", "secret/app"));
        e.Kind.ShouldBe(kind);
        e.Message.ShouldContain("permission denied");
    }

    [Fact]
    public async Task Answer_that_is_no_json_keeps_its_bytes()
    {
        using var client = Client(new FakeTransport(_ => Answer(HttpStatusCode.OK, "<html>")));
        using var reply = await client.SendAsync(Read, CancellationToken.None);
        reply.Json.ValueKind.ShouldBe(System.Text.Json.JsonValueKind.Undefined);
        reply.Bytes.ToArray().ShouldBe("<html>"u8.ToArray());
    }

    private VaultClient Client(FakeTransport transport, Func<VaultClientOptions, VaultClientOptions>? change = null)
    {
        var options = new VaultClientOptions { Address = new Uri("http://vault.test:8200"), Time = _time };
        return new VaultClient(change?.Invoke(options) ?? options, transport);
    }

    private sealed class WaitingTransport : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            await Task.Delay(Timeout.Infinite, cancellationToken);
            throw new InvalidOperationException();
        }
    }
}
