using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Wire;

/// <summary>
/// KV, system, tokens and quotas as a real Vault answered them (1.8, recorded): one server gets the requests of the file in their order, and
/// must give those answers. Where a newer Vault answers otherwise, <c>ours</c> says what and why.
/// </summary>
public sealed class TranscriptTests
{
    [Fact]
    public async Task Answers_are_those_of_a_real_vault()
    {
        await using var server = await RunningServer.StartAsync();
        var made = "";
        foreach (var exchange in JsonNode.Parse(await File.ReadAllTextAsync(FilePath))!.AsArray())
        {
            var note = exchange!["note"]!.GetValue<string>();
            for (var left = exchange["repeat"]?.GetValue<int>() ?? 1; left > 0; left--)
            {
                using var request = Request(exchange, made);
                using var response = await server.Http.SendAsync(request);
                if (left > 1) continue;
                var text = await response.Content.ReadAsStringAsync();
                var expected = exchange["ours"] ?? exchange;
                ((int)response.StatusCode).ShouldBe(expected["status"]!.GetValue<int>(), $"{note}: {text}");
                var answer = text.Length == 0 ? null : JsonNode.Parse(text);
                Recorded.Match(expected["answer"], answer, note);
                foreach (var (name, value) in expected["headers"]?.AsObject() ?? [])
                {
                    response.Headers.TryGetValues(name, out var found).ShouldBeTrue($"{note}: {name} is missing");
                    if (value!.GetValue<string>() != "*") found!.ShouldBe([value.GetValue<string>()], note);
                }
                if (note == "token: create with policy") made = answer!["auth"]!["client_token"]!.GetValue<string>();
            }
        }
    }

    private static string FilePath
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Strongroom.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "tests", "Strongroom.Server.Tests", "Wire", "Transcripts", "vault-1.8.json");
        }
    }

    private static HttpRequestMessage Request(JsonNode exchange, string made)
    {
        var request = new HttpRequestMessage(new HttpMethod(exchange["method"]!.GetValue<string>()), exchange["path"]!.GetValue<string>());
        if (exchange["token"]?.GetValue<string>() is { } token) request.Headers.Add("X-Vault-Token", token == "made" ? made : token);
        if (exchange["bodyLength"] is { } length) request.Content = new ByteArrayContent(new byte[length.GetValue<int>()]);
        else if (exchange["body"] is { } body) request.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return request;
    }
}
