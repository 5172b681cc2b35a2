using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Backends.Tests.Contracts;
using Strongroom.Fakes;
using Strongroom.Fakes.Contracts;
using Strongroom.Fakes.Kubernetes;
using Xunit;

namespace Strongroom.Backends.Tests.Kubernetes;

/// <summary>The fake does what a real server did.</summary>
public sealed class FakeKubernetesTests
{
    [Fact]
    public async Task Transcript_of_a_real_server_is_answered_the_same()
    {
        var fake = new FakeKubernetes();
        fake.Put("imm", new Dictionary<string, byte[]> { ["A"] = "a"u8.ToArray() }, isImmutable: true);
        await fake.StartAsync();
        using var client = new HttpClient { BaseAddress = fake.Address };
        var differences = new List<string>();
        var next = "";
        foreach (var (note, exchange) in Transcript.Read("kubernetes-secrets.transcript.json"))
        {
            // The labelled objects of the lists were made before the exchanges that were kept.
            if (note == "list, first page") await SeedAsync(client);
            using var response = await client.SendAsync(Request(note, exchange, next));
            var answer = await response.Content.ReadAsStringAsync();
            if ((int)response.StatusCode != exchange.Status) differences.Add($"{note}: {(int)response.StatusCode}, not {exchange.Status}");
            var (mine, real) = (Essence(JsonNode.Parse(answer)), Essence(JsonNode.Parse(exchange.AnswerText)));
            // The answer to "get" was kept after the object had been changed.
            if (mine != real && note != "get") differences.Add($"{note}:\n  {mine}\n  {real}");
            next = (string?)JsonNode.Parse(answer)?["metadata"]?["continue"] ?? next;
        }
        differences.ShouldBeEmpty();
        // Two of the requests were meant to break the rules.
        fake.Violations.ShouldBe(["createCoreV1NamespacedSecret: request.data.A is not in the format byte", "createCoreV1NamespacedServiceAccountToken: request.spec lacks audiences"]);
        await Should.ThrowAsync<ContractViolationException>(async () => await fake.DisposeAsync());
    }

    private static HttpRequestMessage Request(string note, Exchange exchange, string next)
    {
        var target = exchange.Target.Contains("continue=eyJ", StringComparison.Ordinal) ? exchange.Target[..exchange.Target.IndexOf("continue=", StringComparison.Ordinal)] + "continue=" + Uri.EscapeDataString(next) : exchange.Target;
        var body = exchange.RequestText;
        // What was left out when the exchanges were kept: credentials, the stale revision, a body of 1.4 MB.
        var token = note switch { "get: no token" => null, "get: unknown token" => "unknown", "get: token without the right" or "TokenReview without the right to ask" => "viewer", _ => "good" };
        if (note == "replace with a stale resourceVersion") body = body.Replace("\"metadata\":{", "\"metadata\":{\"resourceVersion\":\"1\",", StringComparison.Ordinal);
        if (note == "create: over 1 MiB of values") body = $$$"""{"metadata":{"name":"big"},"data":{"A":"{{{Convert.ToBase64String(new byte[FakeKubernetes.BytesMax + 1])}}}"}}""";
        var request = new HttpRequestMessage(new HttpMethod(exchange.Method), target);
        if (token is not null) request.Headers.Add("Authorization", "Bearer " + token);
        if (body.Length > 0)
        {
            request.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body.Replace("\\u003Cjwt\\u003E", "good", StringComparison.Ordinal)));
            request.Content.Headers.TryAddWithoutValidation("Content-Type", exchange.RequestHeaders["Content-Type"]);
        }
        return request;
    }

    private static async Task SeedAsync(HttpClient client)
    {
        foreach (var name in new[] { "pg1", "pg2", "pg3" })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "api/v1/namespaces/default/secrets") { Content = new StringContent($$$"""{"metadata":{"labels":{"page":"yes"},"name":"{{{name}}}" } }""", Encoding.UTF8, "application/json") };
            request.Headers.Add("Authorization", "Bearer good");
            (await client.SendAsync(request)).EnsureSuccessStatusCode();
        }
    }

    /// <summary>What a client decides by: kinds, reasons, causes, data, names.</summary>
    private static string Essence(JsonNode? node) => node switch
    {
        null => "",
        _ when (string?)node["kind"] == "Status" => $"Status {node["status"]} {node["reason"]} {node["details"]?["kind"]} " + string.Join(' ', (node["details"]?["causes"]?.AsArray() ?? []).Select(c => $"{c!["reason"]}@{c["field"]}")),
        _ when (string?)node["kind"] == "SecretList" => "SecretList " + string.Join(' ', node["items"]!.AsArray().Select(i => (string?)i!["metadata"]!["name"])) + ((string?)node["metadata"]!["continue"] is null ? "" : " …"),
        _ when (string?)node["kind"] == "Secret" => $"Secret {node["metadata"]!["name"]} {node["metadata"]!["labels"]?.ToJsonString()} {node["type"]} {node["data"]?.ToJsonString()} {node["immutable"]}",
        _ => $"{node["kind"]} {node["status"]?["authenticated"]} {node["status"]?["error"]}",
    };
}
