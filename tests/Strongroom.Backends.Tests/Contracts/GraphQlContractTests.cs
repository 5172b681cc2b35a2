using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Contracts;

public sealed class GraphQlContractTests
{
    private const string Query = "mutation($input: SetSecretsInput!) { setSecrets(input: $input) { app { name } release { version } } }";
    private const string Variables = """{"input":{"appId":"a","secrets":[{"key":"K","value":"v"}]}}""";
    private const string Answer = """{"data":{"setSecrets":{"app":{"name":"a"},"release":{"version":3}}}}""";

    private static readonly GraphQlContract Fly = new("fly-secrets.graphql-introspection.json");

    [Fact]
    public void Violations_find_each_way_to_be_wrong()
    {
        Violations(Query, Variables, Answer).ShouldBeEmpty();

        (string Says, string Query, string Variables, string Answer)[] mutations =
        [
            ("Mutations has no field setSecret", Query.Replace("setSecrets", "setSecret", StringComparison.Ordinal), Variables, """{"data":{"setSecret":{}}}"""),
            ("has no argument data", Query.Replace("(input: $input)", "(input: $input, data: 1)", StringComparison.Ordinal), Variables, Answer),
            ("lacks the argument input", Query.Replace("(input: $input)", "", StringComparison.Ordinal), Variables, Answer),
            ("variable input is String!, and input takes SetSecretsInput!", Query.Replace("SetSecretsInput", "String", StringComparison.Ordinal), "{\"input\":\"x\"}", Answer),
            ("variable input.secrets is missing", Query, """{"input":{"appId":"a"}}""", Answer),
            ("variable input.secrets[].value is missing", Query, """{"input":{"appId":"a","secrets":[{"key":"K"}]}}""", Answer),
            ("variable input.app is not known", Query, Variables.Replace("\"appId\"", "\"app\":\"a\",\"appId\"", StringComparison.Ordinal), Answer),
            ("variable input.appId is no ID", Query, Variables.Replace("\"appId\":\"a\"", "\"appId\":1", StringComparison.Ordinal), Answer),
            ("app selects nothing", Query.Replace("app { name }", "app", StringComparison.Ordinal), Variables, """{"data":{"setSecrets":{"app":"a","release":{"version":3}}}}"""),
            ("App has no field title", Query.Replace("name", "title", StringComparison.Ordinal), Variables, """{"data":{"setSecrets":{"app":{"title":"a"},"release":{"version":3}}}}"""),
            ("was not asked for", Query, Variables, Answer.Replace("\"name\":\"a\"", "\"name\":\"a\",\"id\":\"1\"", StringComparison.Ordinal)),
            ("app.name is null", Query, Variables, Answer.Replace("\"name\":\"a\"", "\"name\":null", StringComparison.Ordinal)),
            ("neither data nor errors", Query, Variables, "{}"),
            ("is no GraphQL request", "mutation {", Variables, Answer),
        ];
        foreach (var (says, query, variables, answer) in mutations)
            Violations(query, variables, answer).ShouldHaveSingleItem(says).ShouldContain(says);
    }

    private static IReadOnlyList<string> Violations(string query, string variables, string answer)
    {
        var headers = new Dictionary<string, string> { ["Content-Type"] = "application/json" };
        var body = new JsonObject { ["query"] = query, ["variables"] = JsonNode.Parse(variables) };
        return Fly.Violations(new Exchange("POST", "/graphql", headers, Encoding.UTF8.GetBytes(body.ToJsonString()), 200, headers, Encoding.UTF8.GetBytes(answer)));
    }
}
