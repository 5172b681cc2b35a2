using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Fakes;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests;

public sealed class FakeServiceTests
{
    private static readonly OpenApiContract Notes = new(
        JsonNode.Parse("""
            {"swagger":"2.0","produces":["application/json"],"paths":{"/note":{"get":{"operationId":"ReadNote",
              "responses":{"200":{"schema":{"type":"object","properties":{"text":{"type":"string"}}}},
              "default":{"schema":{"type":"object","required":["error"],"properties":{"error":{"type":"string"}}}}}}}}}
            """)!.AsObject(),
        new OpenApiOptions());

    [Fact]
    public async Task Dispose_tells_every_request_and_answer_that_does_not_fit()
    {
        var fake = new NoteService("""{"text":1}""");
        await fake.StartAsync();
        using var client = new HttpClient { BaseAddress = fake.Address };
        await client.GetAsync("note");
        await client.GetAsync("note?page=2");
        await client.PostAsync("note", content: null);

        var error = await Should.ThrowAsync<ContractViolationException>(async () => await fake.DisposeAsync());

        error.Message.ShouldContain("ReadNote: answer.text is number, not string");
        error.Message.ShouldContain("ReadNote: query parameter page is not known");
        error.Message.ShouldContain("POST /note: there is no such operation");
        fake.Exchanges.Count.ShouldBe(3);
    }

    [Fact]
    public async Task Faults_come_in_their_order_and_then_end()
    {
        await using var fake = new NoteService("""{"text":"a longer text, to be cut in the middle"}""");
        await fake.StartAsync();
        using var handler = new SocketsHttpHandler { AllowAutoRedirect = false };
        using var client = new HttpClient(handler) { BaseAddress = fake.Address };
        fake.Faults.Next(new Fault.Throttled(TimeSpan.FromSeconds(7))).Next(new Fault.Failing(503)).Next(new Fault.Reset()).Next(new Fault.CutBody())
            .Next(new Fault.TruncatedJson()).Next(new Fault.NotJson()).Next(new Fault.Redirect(new Uri("http://elsewhere.test/"))).Next(new Fault.LostAnswer())
            .Next(new Fault.ClockSkew(TimeSpan.FromHours(-3))).Next(new Fault.ExpiredCredential());

        (await client.GetAsync("note")).Headers.RetryAfter!.Delta.ShouldBe(TimeSpan.FromSeconds(7));
        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
        await Should.ThrowAsync<HttpRequestException>(client.GetAsync("note"));
        await Should.ThrowAsync<HttpRequestException>(client.GetAsync("note"));
        (await client.GetStringAsync("note")).ShouldNotEndWith("}");
        (await client.GetStringAsync("note")).ShouldStartWith("<html>");
        (await client.GetAsync("note")).Headers.Location!.Host.ShouldBe("elsewhere.test");
        var before = fake.Exchanges.Count;
        await Should.ThrowAsync<HttpRequestException>(client.GetAsync("note"));
        fake.Exchanges.Count.ShouldBe(before + 1, "the request was done");
        (await client.GetAsync("note")).Headers.Date!.Value.ShouldBeLessThan(DateTimeOffset.UtcNow.AddHours(-2));
        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.Unauthorized);
        (await client.GetStringAsync("note")).ShouldEndWith("}");
    }

    [Fact]
    public async Task Faults_meet_only_the_requests_they_are_meant_for()
    {
        await using var fake = new NoteService("""{"text":"x"}""");
        await fake.StartAsync();
        using var client = new HttpClient { BaseAddress = fake.Address };
        fake.Faults.Always(new Fault.Failing(), request => request.Header("X-Who") == "me");

        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.OK);
        client.DefaultRequestHeaders.Add("X-Who", "me");
        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.InternalServerError);
        fake.Faults.Clear();
        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Start_with_tls_shows_a_certificate_that_can_be_trusted()
    {
        await using var fake = new NoteService("""{"text":"x"}""");
        await fake.StartAsync(withTls: true);
        using var handler = new HttpClientHandler { ServerCertificateCustomValidationCallback = (_, certificate, _, errors) => fake.Trusts(certificate, errors) };
        using var client = new HttpClient(handler) { BaseAddress = fake.Address };

        fake.Address.Scheme.ShouldBe("https");
        (await client.GetAsync("note")).StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    private sealed class NoteService(string json) : FakeService(Notes)
    {
        protected override ValueTask<FakeAnswer> AnswerAsync(FakeRequest request, CancellationToken cancellationToken) =>
            new(FakeAnswer.Text(200, json, "application/json"));

        protected override FakeAnswer Throttled(FakeRequest request, TimeSpan? retryAfter) => Error(429).WithRetryAfter(retryAfter);

        protected override FakeAnswer Failing(FakeRequest request, int status) => Error(status);

        protected override FakeAnswer ExpiredCredential(FakeRequest request) => Error(401);

        private static FakeAnswer Error(int status) => FakeAnswer.Json(status, new JsonObject { ["error"] = "no" });
    }
}
