using System.Text;
using Shouldly;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Contracts;

public sealed class OpenApiContractTests
{
    private static readonly OpenApiContract Vault = VaultContract.For(["secret"], "kv1");

    // What the recorded exchanges hold that no request of ours may, by the note of the exchange.
    private static readonly HashSet<string> MeantToBeWrong =
    [
        "kv v2: write without the data wrapper", "kv v2: path without data/ segment", "no such mount", "request over the size limit",
        "userpass: user", // a list written with commas, which the server takes too
        "quota: response headers on", "quota: 2 requests a minute on kv1", // operations that our copy of the description leaves out
    ];

    [Fact]
    public void Violations_of_a_real_vaults_exchanges_are_none()
    {
        var faults = new List<string>();
        foreach (var (note, exchange) in Transcript.Read("vault-1.8.transcript.json"))
        {
            var found = Vault.Violations(exchange);
            if (MeantToBeWrong.Contains(note)) found.ShouldNotBeEmpty(note);
            else faults.AddRange(found.Select(v => $"{note}: {v}"));
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Violations_of_a_real_kubernetes_exchanges_are_none()
    {
        string[] meantToBeWrong = ["create: data not base64", "create: over 1 MiB of values", "TokenRequest below the minimum lifetime"];
        var contract = KubernetesContract.Create();
        var faults = new List<string>();
        foreach (var (note, exchange) in Transcript.Read("kubernetes-secrets.transcript.json"))
        {
            var found = contract.Violations(exchange);
            if (meantToBeWrong.Contains(note)) found.ShouldNotBeEmpty(note);
            else faults.AddRange(found.Select(v => $"{note}: {v}"));
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Violations_find_each_way_to_be_wrong()
    {
        var azure = new OpenApiContract("azure-keyvault-secrets-2026-04-01.swagger.json");
        var good = Azure("PUT", "/secrets/name?api-version=2026-04-01", """{"value":"x","attributes":{"exp":1}}""", 200, """{"value":"x","id":"https://v/secrets/name/1"}""");
        azure.Violations(good).ShouldBeEmpty();

        (string Says, Exchange Exchange)[] mutations =
        [
            ("there is no such operation", good with { Method = "POST" }),
            ("there is no such operation", good with { Target = "/secret/name?api-version=2026-04-01" }),
            ("query parameter api-version is missing", good with { Target = "/secrets/name" }),
            ("query parameter apiversion is not known", good with { Target = "/secrets/name?api-version=1&apiversion=2" }),
            ("query parameter api-version stands there 2 times", good with { Target = "/secrets/name?api-version=1&api-version=1" }),
            ("path parameter secret-name does not match", good with { Target = "/secrets/na_me?api-version=1" }),
            ("the request lacks its body", good with { RequestBody = [] }),
            ("the request has the content type 'text/plain'", good with { RequestHeaders = Headers("text/plain") }),
            ("the request is not what 'application/json' says", good with { RequestBody = "{"u8.ToArray() }),
            ("request lacks value", good with { RequestBody = "{}"u8.ToArray() }),
            ("request.value is number, not string", good with { RequestBody = """{"value":1}"""u8.ToArray() }),
            ("request.value is null", good with { RequestBody = """{"value":null}"""u8.ToArray() }),
            ("request.valeu is not known", good with { RequestBody = """{"value":"x","valeu":"y"}"""u8.ToArray() }),
            ("request.attributes.exp is string, not integer", good with { RequestBody = """{"value":"x","attributes":{"exp":"1"}}"""u8.ToArray() }),
            ("request.attributes.created is read-only", good with { RequestBody = """{"value":"x","attributes":{"created":1}}"""u8.ToArray() }),
            ("request.tags.a is number, not string", good with { RequestBody = """{"value":"x","tags":{"a":1}}"""u8.ToArray() }),
            ("answer.value is number, not string", good with { AnswerBody = """{"value":1}"""u8.ToArray() }),
            ("answer.worth is not known", good with { AnswerBody = """{"worth":1}"""u8.ToArray() }),
            ("the answer lacks its body", good with { AnswerBody = [] }),
            ("the answer is not what 'application/json' says", good with { AnswerBody = "{\"value\":"u8.ToArray() }),
            ("was answered without Authorization", good with { RequestHeaders = new Dictionary<string, string> { ["Content-Type"] = "application/json" } }),
        ];
        foreach (var (says, exchange) in mutations)
            azure.Violations(exchange).ShouldHaveSingleItem(says).ShouldContain(says);
    }

    [Fact]
    public void Violations_in_the_wrapped_answers_of_a_vault_are_found()
    {
        var good = new Exchange(
            "PUT", "/v1/secret/data/a/b", Headers("application/json"), """{"data":{"k":"v"},"options":{"cas":1}}"""u8.ToArray(), 200, Headers("application/json"),
            """{"request_id":"x","data":{"version":1,"destroyed":false}}"""u8.ToArray());
        Vault.Violations(good).ShouldBeEmpty();

        Vault.Violations(good with { RequestBody = """{"data":{},"cas":1}"""u8.ToArray() }).ShouldHaveSingleItem().ShouldContain("request.cas is not known");
        Vault.Violations(good with { AnswerBody = """{"version":1}"""u8.ToArray() }).ShouldHaveSingleItem().ShouldContain("lacks its envelope");
        Vault.Violations(good with { AnswerBody = """{"data":{"version":"1"}}"""u8.ToArray() }).ShouldHaveSingleItem().ShouldContain("answer.data.version");
        Vault.Violations(good with { Target = "/v1/other/data/a/b" }).ShouldHaveSingleItem().ShouldContain("there is no such operation");
    }

    [Theory]
    [InlineData("vault-1.15.openapi.json")]
    [InlineData("hcp-vault-secrets-2023-11-28.swagger.json")]
    [InlineData("azure-keyvault-secrets-2026-04-01.swagger.json")]
    [InlineData("github-actions-secrets.openapi.json")]
    [InlineData("pulumi-esc.openapi.yaml")]
    [InlineData("fly-machines.openapi.json")]
    [InlineData("kubernetes-core-v1-secrets.openapi.json")]
    [InlineData("kubernetes-authn-authz.swagger.json")]
    public void Descriptions_can_be_read(string file)
    {
        var contract = new OpenApiContract(file);

        contract.Violations(Azure("GET", "/", "", 200, "")).ShouldHaveSingleItem().ShouldContain("there is no such operation");
    }

    private static Dictionary<string, string> Headers(string contentType) =>
        new(StringComparer.OrdinalIgnoreCase) { ["Content-Type"] = contentType, ["Authorization"] = "Bearer x" };

    private static Exchange Azure(string method, string target, string body, int status, string answer) =>
        new(method, target, Headers("application/json"), Encoding.UTF8.GetBytes(body), status, Headers("application/json"), Encoding.UTF8.GetBytes(answer));
}
