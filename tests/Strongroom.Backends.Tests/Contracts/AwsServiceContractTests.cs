using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Fakes.Contracts;
using Xunit;

namespace Strongroom.Backends.Tests.Contracts;

public sealed class AwsServiceContractTests
{
    private const string Signature = "AWS4-HMAC-SHA256 Credential=AKID/20260101/eu-west-1/secretsmanager/aws4_request, SignedHeaders=host, Signature=00";

    private static readonly AwsServiceContract SecretsManager = new("aws-secretsmanager-2017-10-17.service.json");
    private static readonly AwsServiceContract Sts = new("aws-sts-2011-06-15.service.json");

    [Fact]
    public void Violations_of_the_vendors_examples_are_none()
    {
        var faults = new List<string>();
        foreach (var (operation, examples) in Specs.Read("samples/aws-secretsmanager.examples.json")["examples"]!.AsObject())
        {
            foreach (var example in examples!.AsArray())
            {
                var input = example!["input"]?.AsObject() ?? [];
                // The examples are of the SDKs, which fill this in.
                if (operation is "CreateSecret" or "PutSecretValue" or "UpdateSecret" or "RotateSecret") input["ClientRequestToken"] ??= Guid.Empty.ToString();
                var output = ToWire(example["output"]) ?? new JsonObject();
                faults.AddRange(SecretsManager.Violations(Call(operation, input.ToJsonString(), output.ToJsonString())).Select(v => $"{example["id"]}: {v}"));
            }
        }

        faults.ShouldBeEmpty();
    }

    [Fact]
    public void Violations_find_each_way_to_be_wrong()
    {
        var good = Call("GetSecretValue", """{"SecretId":"a","VersionStage":"AWSCURRENT"}""", """{"Name":"a","SecretString":"x","CreatedDate":1523477145.713}""");
        SecretsManager.Violations(good).ShouldBeEmpty();

        (string Says, Exchange Exchange)[] mutations =
        [
            ("every operation is POST /", good with { Method = "GET" }),
            ("is no operation", good with { RequestHeaders = Headers("secretsmanager.ReadSecret") }),
            ("is no operation", good with { RequestHeaders = Headers("GetSecretValue") }),
            ("the request has the content type 'application/json'", good with { RequestHeaders = Headers("secretsmanager.GetSecretValue", "application/json") }),
            ("was answered without a signature", good with { RequestHeaders = Headers("secretsmanager.GetSecretValue", signature: "Bearer x") }),
            ("request lacks SecretId", good with { RequestBody = "{}"u8.ToArray() }),
            ("request.Version is not known", good with { RequestBody = """{"SecretId":"a","Version":"1"}"""u8.ToArray() }),
            ("request.VersionId is shorter than 32", good with { RequestBody = """{"SecretId":"a","VersionId":"1"}"""u8.ToArray() }),
            ("the request is no JSON", good with { RequestBody = "SecretId=a"u8.ToArray() }),
            ("answer.CreatedDate is string, not number", good with { AnswerBody = """{"CreatedDate":"2018-04-11"}"""u8.ToArray() }),
            ("answer.SecretBinary is not in the format byte", good with { AnswerBody = """{"SecretBinary":"*"}"""u8.ToArray() }),
            ("answer.Value is not known", good with { AnswerBody = """{"Value":"x"}"""u8.ToArray() }),
            ("the answer names no error", good with { Status = 400, AnswerBody = "{}"u8.ToArray() }),
            ("the error EncryptionFailure, which", good with { Status = 400, AnswerBody = """{"__type":"EncryptionFailure"}"""u8.ToArray() }),
        ];
        foreach (var (says, exchange) in mutations) SecretsManager.Violations(exchange).ShouldHaveSingleItem(says).ShouldContain(says);
        SecretsManager.Violations(good with { Status = 400, AnswerBody = """{"__type":"com.amazonaws#ThrottlingException"}"""u8.ToArray() }).ShouldBeEmpty();
    }

    [Fact]
    public void Violations_of_the_query_protocol_are_found()
    {
        const string Body = "Action=AssumeRole&Version=2011-06-15&RoleArn=arn%3Aaws%3Aiam%3A%3A123456789012%3Arole%2Fr&RoleSessionName=strongroom&DurationSeconds=900";
        const string Answer = """<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><PackedPolicySize>1</PackedPolicySize></AssumeRoleResult></AssumeRoleResponse>""";
        Sts.Violations(Query(Body, Answer)).ShouldBeEmpty();

        Sts.Violations(Query(Body.Replace("DurationSeconds=900", "DurationSeconds=1", StringComparison.Ordinal), Answer)).ShouldHaveSingleItem().ShouldContain("request.DurationSeconds is below 900");
        Sts.Violations(Query(Body.Replace("RoleSessionName", "Name", StringComparison.Ordinal), Answer)).Count.ShouldBe(2);
        Sts.Violations(Query(Body.Replace("2011-06-15", "2012-01-01", StringComparison.Ordinal), Answer)).ShouldHaveSingleItem().ShouldContain("Version");
        Sts.Violations(Query(Body, Answer.Replace("PackedPolicySize", "Size", StringComparison.Ordinal))).ShouldHaveSingleItem().ShouldContain("answer.Size is not known");
        Sts.Violations(Query(Body, "{}")).ShouldHaveSingleItem().ShouldContain("no XML");
    }

    /// <summary>Examples write times as text; on the wire they are seconds.</summary>
    private static JsonNode? ToWire(JsonNode? node) => node switch
    {
        JsonObject map => new JsonObject(map.Select(m => KeyValuePair.Create(m.Key, m.Key.EndsWith("Date", StringComparison.Ordinal) ? JsonValue.Create(1.5) : ToWire(m.Value)))),
        JsonArray list => new JsonArray([.. list.Select(ToWire)]),
        _ => node?.DeepClone(),
    };

    private static Exchange Call(string operation, string body, string answer) => new(
        "POST", "/", Headers("secretsmanager." + operation), Encoding.UTF8.GetBytes(body), 200, new Dictionary<string, string>(), Encoding.UTF8.GetBytes(answer));

    private static Exchange Query(string body, string answer) => new(
        "POST", "/",
        new Dictionary<string, string> { ["Content-Type"] = "application/x-www-form-urlencoded", ["Authorization"] = Signature.Replace("secretsmanager", "sts", StringComparison.Ordinal) },
        Encoding.UTF8.GetBytes(body), 200, new Dictionary<string, string>(), Encoding.UTF8.GetBytes(answer));

    private static Dictionary<string, string> Headers(string target, string type = "application/x-amz-json-1.1", string signature = Signature) =>
        new(StringComparer.OrdinalIgnoreCase) { ["X-Amz-Target"] = target, ["Content-Type"] = type, ["Authorization"] = signature };
}
