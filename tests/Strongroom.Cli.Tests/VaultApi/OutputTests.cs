using System.Text.Json;
using Shouldly;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Cli.VaultApi.Verbs;

namespace Strongroom.Cli.Tests.VaultApi;

public sealed class OutputTests
{
    [Theory]
    [InlineData("\"x\"", "x")]
    [InlineData("null", "<nil>")]
    [InlineData("1.50", "1.50")]
    [InlineData("true", "true")]
    [InlineData("""["a",1,null]""", "[a 1 <nil>]")]
    [InlineData("""{"b":1,"a":{"c":"d"}}""", "map[a:map[c:d] b:1]")]
    [InlineData("{}", "map[]")]
    public void GoText_writes_as_go_does(string json, string expected) => GoText.Of(Parse(json)).ShouldBe(expected);

    [Theory]
    [InlineData("ttl", "2764800", "768h")]
    [InlineData("token_max_ttl", "0", "0s")]
    [InlineData("period", "90", "1m30s")]
    [InlineData("version", "3600", "3600")]
    [InlineData("ttl", "\"1h\"", "1h")]
    public void GoText_shows_times_to_live_as_durations(string name, string json, string expected) => GoText.OfField(name, Parse(json)).ShouldBe(expected);

    [Theory]
    [InlineData("""{"b":[1,"x"],"a":{"c":null},"d":[],"e":{}}""", "a:\n  c: null\nb:\n- 1\n- x\nd: []\ne: {}\n")]
    [InlineData("""[{"a":1,"b":2},{"c":{"d":3}}]""", "- a: 1\n  b: 2\n- c:\n    d: 3\n")]
    [InlineData("""["yes","1","","a: b","a #b"," x","x\ny","/path","*"]""", "- \"yes\"\n- \"1\"\n- \"\"\n- \"a: b\"\n- \"a #b\"\n- \" x\"\n- \"x\\ny\"\n- /path\n- \"*\"\n")]
    [InlineData("\"text\"", "text\n")]
    public void Yaml_reads_back_as_the_same(string json, string expected) => YamlText.Of(Parse(json)).ShouldBe(expected);

    [Theory]
    [InlineData("token", "hvs.x")]
    [InlineData("token_duration", "60")]
    [InlineData("policies", """["default"]""")]
    public void Field_of_a_login_is_found_by_its_name_in_the_table(string field, string expected) => Field(
        """{"lease_id":"","data":null,"auth":{"client_token":"hvs.x","lease_duration":60,"policies":["default"]}}""", field).ShouldBe(expected);

    [Fact]
    public void Field_of_a_version_is_found_without_saying_data_twice()
    {
        const string reply = """{"lease_id":"","data":{"data":{"password":"x","metadata":"y"},"metadata":{"version":1}}}""";
        Field(reply, "password").ShouldBe("x");
        Field(reply, "metadata").ShouldBe("""{"version":1}""");
        Field(reply, "data").ShouldBe("""{"password":"x","metadata":"y"}""");
        Envelope.FieldOf(Parse(reply), "none").ValueKind.ShouldBe(JsonValueKind.Undefined);
    }

    [Fact]
    public void Field_of_a_deleted_version_is_not_there() => Envelope.FieldOf(Parse("""{"lease_id":"","data":{"data":null,"metadata":{"version":1}}}"""), "password").ValueKind.ShouldBe(JsonValueKind.Undefined);

    [Theory]
    [InlineData("path \"a\" {\ncapabilities = [\n\"read\",\n]\n}", "path \"a\" {\n  capabilities = [\n    \"read\",\n  ]\n}\n")]
    [InlineData("\n\na = 1\n\n\n\nb = 2  \n", "a = 1\n\nb = 2\n")]
    [InlineData("x = <<EOT\n  as  it is\n\n\nEOT\n", "x = <<EOT\n  as  it is\n\n\nEOT\n")]
    [InlineData("a { # {\n// {\nb = \"{\"\n/* {\n} */\nc = 1\n}\n", "a { # {\n  // {\n  b = \"{\"\n  /* {\n  } */\n  c = 1\n}\n")]
    public void Indent_changes_white_space_only(string text, string expected)
    {
        PolicyIndent.Apply(text).ShouldBe(expected);
        PolicyIndent.Apply(expected).ShouldBe(expected);
    }

    private static string Field(string reply, string field)
    {
        var value = Envelope.FieldOf(Parse(reply), field);
        return value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText();
    }

    private static JsonElement Parse(string json) => JsonDocument.Parse(json).RootElement.Clone();
}
