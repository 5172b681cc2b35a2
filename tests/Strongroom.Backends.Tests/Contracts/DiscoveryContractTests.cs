using System.Text;
using Shouldly;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Contracts;

public sealed class DiscoveryContractTests
{
    private static readonly DiscoveryContract SecretManager = new("gcp-secretmanager-v1.discovery.json");

    [Fact]
    public void Violations_find_each_way_to_be_wrong()
    {
        var good = Call("POST", "/v1/projects/p/secrets/s:addVersion", """{"payload":{"data":"eA==","dataCrc32c":"12"}}""", """{"name":"projects/1/secrets/s/versions/1","state":"ENABLED"}""");
        SecretManager.Violations(good).ShouldBeEmpty();

        (string Says, Exchange Exchange)[] mutations =
        [
            ("there is no such operation", good with { Target = "/v1/projects/p/secrets/s:addversion" }),
            ("query parameter page is not known", good with { Target = "/v1/projects/p/secrets/s:addVersion?page=1" }),
            ("request.payload.dataCrc32c is number, not string", good with { RequestBody = """{"payload":{"dataCrc32c":12}}"""u8.ToArray() }),
            ("request.payload.data is not in the format byte", good with { RequestBody = """{"payload":{"data":"*"}}"""u8.ToArray() }),
            ("request.payload.value is not known", good with { RequestBody = """{"payload":{"value":"x"}}"""u8.ToArray() }),
            ("answer.state is none of", good with { AnswerBody = """{"state":"FINE"}"""u8.ToArray() }),
            ("answer.value is not known", good with { AnswerBody = """{"value":"x"}"""u8.ToArray() }),
            ("answer lacks error", good with { Status = 404, AnswerBody = "{}"u8.ToArray() }),
            ("answer.error.status is none of", good with { Status = 404, AnswerBody = """{"error":{"code":404,"message":"m","status":"ABSENT"}}"""u8.ToArray() }),
            ("the answer has the status 201", good with { Status = 201 }),
            ("was answered without Authorization", good with { RequestHeaders = new Dictionary<string, string> { ["Content-Type"] = "application/json" } }),
        ];
        foreach (var (says, exchange) in mutations) SecretManager.Violations(exchange).ShouldHaveSingleItem(says).ShouldContain(says);
    }

    [Fact]
    public void Violations_of_read_only_members_in_requests_are_found() =>
        SecretManager.Violations(Call("POST", "/v1/projects/p/secrets?secretId=s", """{"replication":{"automatic":{}},"name":"x"}""", """{"name":"x"}"""))
            .ShouldHaveSingleItem().ShouldContain("request.name is read-only");

    private static Exchange Call(string method, string target, string body, string answer)
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json", ["Authorization"] = "Bearer x" };
        return new Exchange(method, target, headers, Encoding.UTF8.GetBytes(body), 200, headers, Encoding.UTF8.GetBytes(answer));
    }
}
