using System.Diagnostics;
using System.Text;
using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Hcl;
using Xunit;

namespace Strongroom.Tests.Vault.Hcl;

public sealed class HclDocumentTests
{
    [Fact]
    public void Read_of_a_server_configuration_gives_its_tree() => HclText1("""
        # vault-config.hcl
        listener "tcp" {
          address = "0.0.0.0:8200"
          tls_disable = 1  # Disable in production, enable with proper certs
        }

        storage "file" {
          path = "/vault/data"
        }

        api_addr = "http://localhost:8200"
        cluster_addr = "http://localhost:8201"
        ui = true
        """).ShouldBe("""
        listener "tcp" {"address" = "0.0.0.0:8200" "tls_disable" = 1}
        storage "file" {"path" = "/vault/data"}
        "api_addr" = "http://localhost:8200"
        "cluster_addr" = "http://localhost:8201"
        "ui" = true
        """.ReplaceLineEndings(" "));

    [Theory]
    [InlineData("a = \"x\\n\\t\\\"\\\\\\u00e9\\x41\"", "\"a\" = \"x\\u000a\\u0009\\\"\\\\éA\"")]
    [InlineData("a = -1.5e2", "\"a\" = -150")]
    [InlineData("a = 0x1F", "\"a\" = 31")]
    [InlineData("a = [1, \"b\", true, [], {c = 1, d = 2},]", "\"a\" = [1,\"b\",true,[],{\"c\" = 1 \"d\" = 2}]")]
    [InlineData("// one\n# two\n/* three\n */ a = 1", "\"a\" = 1")]
    [InlineData("\"quoted-key\" = 1", "\"quoted-key\" = 1")]
    [InlineData("a b \"c\" { }", "a \"b\" \"c\" {}")]
    [InlineData("a = <<EOT\nx\n  y\nEOT\n", "\"a\" = \"x\\u000a  y\\u000a\"")]
    [InlineData("a = <<EOT\n  x\n  EOT\nb = 1", "\"a\" = \"  x\\u000a\" \"b\" = 1")]
    [InlineData("a = <<-EOT\n    x\n   y\n  EOT", "\"a\" = \"  x\\u000a y\\u000a\"")]
    [InlineData("a = <<-EOT\nx\n  EOT", "\"a\" = \"x\\u000a\"")]
    [InlineData("a = <<EOT\nEOT", "\"a\" = \"\"")]
    [InlineData("a = <<EOT\r\nx\r\nEOT\r\n", "\"a\" = \"x\\u000d\\u000a\"")]
    [InlineData("a = \"${b} {{c}}\"", "\"a\" = \"${b} {{c}}\"")]
    [InlineData("", "")]
    [InlineData("\uFEFFa = 1", "\"a\" = 1")]
    [InlineData("{\"a\": {\"b\": [1, \"c\"]}, \"d\": false}", "\"a\" = {\"b\" = [1,\"c\"]} \"d\" = false")]
    public void Read_understands(string text, string tree) => HclText1(text).ShouldBe(tree);

    [Theory]
    [InlineData("a = ", "1:5: expected a value, found the end of the text")]
    [InlineData("a = b", "1:5: expected a value, found 'b'; put a text in quotes")]
    [InlineData("a \"b\"", "1:6: expected '=' or '{', found the end of the text; write key = value, or key \"label\" { … }")]
    [InlineData("a {\n  b = 1\n", "3:1: expected a key, found the end of the text; close the block with }")]
    [InlineData("}", "1:1: expected a key, found '}'; there is no { for it")]
    [InlineData("a = \"b\nc\"", "1:5: this text has no closing quote on its line; close it, or use <<EOT for several lines")]
    [InlineData("a = \"\\q\"", "1:6: unknown escape; known: \\n \\t \\r \\\" \\\\ \\xhh \\uhhhh \\Uhhhhhhhh")]
    [InlineData("a = <<EOT\nb", "1:5: this heredoc has no end; close it with its mark alone on a line")]
    [InlineData("a = << EOT", "1:5: a heredoc begins with << and a word at the end of the line; write <<EOT")]
    [InlineData("a = [\"b\" \"c\"]", "1:10: expected ',' or ']', found a text; put a comma between two values")]
    [InlineData("a = 1x", "1:5: this is no number; put a text in quotes")]
    [InlineData("a = 'b'", "1:5: a text stands in double quotes; write \"…\"")]
    [InlineData("a: 1", "1:2: ':' does not belong here; write key = value")]
    [InlineData("/* a", "1:1: this comment has no end; close it with */")]
    [InlineData("a = \u0001", "1:5: a character U+0001 does not belong here")]
    [InlineData("{\"a\": }", "1:7: not JSON: it cannot be read from this place on; check quotes, commas and braces before it")]
    [InlineData("{\"a\": null}", "1:7: null is no value; leave the key out")]
    [InlineData("{\"a\": \"\\ud800\"}", "1:7: a text with half a character")]
    [InlineData("{} {}", "1:4: not JSON: it cannot be read from this place on; check quotes, commas and braces before it")]
    public void Read_refuses_with_line_and_column(string text, string fault) =>
        HclDocument.Read(text).Faults.ShouldHaveSingleItem().ToString().ShouldBe(fault);

    [Fact]
    public void Parse_throws_invalid_input_that_names_the_file()
    {
        var error = Should.Throw<SecretException>(() => HclDocument.Parse("a =", "vault.hcl"));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain("vault.hcl:1:4:");
    }

    [Fact]
    public void Places_are_those_of_the_text()
    {
        var body = HclDocument.Parse("a = 1\n\nb \"c\" {\n  d = [\n    \"é\", 2 ]\n}\n");
        var block = body.Items[1];
        (block.Key.Line, block.Key.Column, block.Labels[0].Column).ShouldBe((3, 1, 3));
        var list = (HclList)((HclBody)block.Value).Items[0].Value;
        (list.Items[1].Line, list.Items[1].Column).ShouldBe((5, 10));
        var json = HclDocument.Parse("{\n  \"é\": 1, \"b\": [\n    true]}");
        (json.Items[1].Key.Line, json.Items[1].Key.Column).ShouldBe((2, 11));
        (((HclList)json.Items[1].Value).Items[0].Line, ((HclList)json.Items[1].Value).Items[0].Column).ShouldBe((3, 5));
    }

    [Fact]
    public void Limits_are_faults()
    {
        Fault(new string('#', HclLimits.LengthMax + 1)).ShouldContain("longer than");
        Fault("a = " + new string('[', 100_000)).ShouldContain("nested more than 32 deep");
        Fault(string.Concat(Enumerable.Repeat("a {", 100_000))).ShouldContain("nested more than 32 deep");
        Fault("{\"a\":" + new string('[', 100_000)).ShouldContain("not JSON");
        Fault("a = [" + string.Concat(Enumerable.Repeat("1,", HclLimits.NodesMax + 1)) + "]").ShouldContain("more than 50000 values");
        Fault("{\"a\": [1" + string.Concat(Enumerable.Repeat(",1", HclLimits.NodesMax + 1)) + "]}").ShouldContain("more than 50000 values");

        static string Fault(string text) => HclDocument.Read(text).Faults.ShouldHaveSingleItem().Message;
    }

    [Fact]
    public void Print_then_read_gives_the_same_tree() => Prop.ForAll(HclGenerators.Bodies, body =>
    {
        var printed = HclGenerators.Print(body);
        return HclGenerators.Print(HclDocument.Parse(printed)) == printed;
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_of_anything_gives_a_tree_or_a_fault_in_bounded_time()
    {
        var watch = Stopwatch.StartNew();
        var texts = 0;
        foreach (var text in HclGenerators.Mangled(seconds: 2))
        {
            var reading = HclDocument.Read(text);
            (reading.Body is null).ShouldBe(reading.Faults.Count > 0);
            foreach (var fault in reading.Faults)
            {
                fault.Line.ShouldBeGreaterThan(0);
                fault.Column.ShouldBeGreaterThan(0);
            }
            texts++;
        }
        texts.ShouldBeGreaterThan(1000);
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(60));
    }

    [Fact]
    public void Read_of_the_longest_texts_takes_linear_time()
    {
        var watch = Stopwatch.StartNew();
        foreach (var piece in new[] { "<<A\n", "a = <<A\nB\n", "\"", "/*", "a {}\n", "\\", "-", "{", "{\"a\":[", "\n" })
        {
            var text = new StringBuilder();
            while (text.Length + piece.Length <= HclLimits.LengthMax) text.Append(piece);
            HclDocument.Read(text.ToString());
            HclDocument.Read("a = <<A\n" + text.ToString(0, HclLimits.LengthMax - 8));
        }
        watch.Elapsed.ShouldBeLessThan(TimeSpan.FromSeconds(20));
    }

    private static string HclText1(string text) => HclGenerators.Print(HclDocument.Parse(text));
}
