using System.Text;
using Shouldly;
using Strongroom.Formats;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class SecretExportTests
{
    [Theory]
    [InlineData(ExportFormat.DotEnv, "A=plain\nB='it is'\nC=\"it's \\\"5\\$\\\"\"\n")]
    [InlineData(ExportFormat.Json, "{\n  \"A\": \"plain\",\n  \"B\": \"it is\",\n  \"C\": \"it's \\\"5$\\\"\"\n}\n")]
    [InlineData(ExportFormat.Yaml, "\"A\": \"plain\"\n\"B\": \"it is\"\n\"C\": \"it's \\\"5$\\\"\"\n")]
    [InlineData(ExportFormat.Shell, "export A='plain'\nexport B='it is'\nexport C='it'\\''s \"5$\"'\n")]
    [InlineData(ExportFormat.Fish, "set -gx A 'plain'\nset -gx B 'it is'\nset -gx C 'it'\\''s \"5$\"'\n")]
    [InlineData(ExportFormat.Docker, "A=plain\nB=it is\nC=it's \"5$\"\n")]
    [InlineData(ExportFormat.Kubernetes, "apiVersion: v1\nkind: Secret\nmetadata:\n  name: \"app\"\ntype: Opaque\ndata:\n  \"A\": cGxhaW4=\n  \"B\": aXQgaXM=\n  \"C\": aXQncyAiNSQi\n")]
    public void Write_gives_exactly(ExportFormat format, string expected) =>
        Write(format, ("A", "plain"), ("B", "it is"), ("C", "it's \"5$\"")).ShouldBe(expected);

    /// <summary>Inside of single quotes fish takes a backslash for an escape where other shells do not; outside of them all do.</summary>
    [Fact]
    public void Write_shell_keeps_backslashes_out_of_quotes() =>
        Write(ExportFormat.Shell, ("A", @"C:\end\")).ShouldBe(@"export A='C:'\\'end'\\''" + "\n");

    [Fact]
    public void Write_github_puts_values_between_a_fresh_delimiter()
    {
        var lines = Write(ExportFormat.GitHub, ("A", "x\ny")).Split('\n');
        lines[0].ShouldStartWith("A<<strongroom_");
        lines[1..3].ShouldBe(["x", "y"]);
        lines[3].ShouldBe(lines[0][3..]);
        Write(ExportFormat.GitHub, ("A", "x")).Split('\n')[0].ShouldNotBe(lines[0]);
    }

    [Fact]
    public void WriteMasks_masks_each_line()
    {
        using var value = SecretValue.FromText("50%\n\nsecond\r\nthird");
        using var buffer = new SecretBuffer();
        GitHubExport.WriteMasks(buffer, [new("A", value)]);
        Encoding.UTF8.GetString(buffer.Written).ShouldBe("::add-mask::50%25\n::add-mask::second\n::add-mask::third\n");
    }

    [Theory]
    [InlineData(ExportFormat.Docker, "A", "two\nlines", "line break")]
    [InlineData(ExportFormat.Shell, "A", "x\0y", "NUL byte")]
    [InlineData(ExportFormat.DotEnv, "A", "x\0y", "NUL byte")]
    [InlineData(ExportFormat.Shell, "A;id", "x", "no name for a variable")]
    [InlineData(ExportFormat.GitHub, "NODE_OPTIONS", "x", "keeps the name for itself")]
    [InlineData(ExportFormat.GitHub, "A\nB", "x", "no name for a variable")]
    [InlineData(ExportFormat.Kubernetes, "A B", "x", "no key for a Kubernetes Secret")]
    [InlineData(ExportFormat.DotEnv, "A B", "x", "no name for a .env file")]
    public void Write_refuses_what_the_form_cannot_hold(ExportFormat format, string name, string value, string words)
    {
        var error = Should.Throw<SecretException>(() => Write(format, (name, value)));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain(words);
    }

    [Theory]
    [InlineData(ExportFormat.Json)]
    [InlineData(ExportFormat.Yaml)]
    [InlineData(ExportFormat.Docker)]
    [InlineData(ExportFormat.GitHub)]
    public void Write_refuses_bytes_that_are_no_text(ExportFormat format)
    {
        using var value = SecretValue.FromBytes([0xC3, 0x28]);
        using var buffer = new SecretBuffer();
        Should.Throw<SecretException>(() => SecretExport.Write(buffer, format, [new("A", value)])).Message.ShouldContain("not text");
    }

    [Theory]
    [InlineData("My App")]
    [InlineData("-app")]
    [InlineData("")]
    public void Write_kubernetes_refuses_a_bad_object_name(string name)
    {
        using var buffer = new SecretBuffer();
        Should.Throw<SecretException>(() => SecretExport.Write(buffer, ExportFormat.Kubernetes, [], name)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    private static string Write(ExportFormat format, params (string Name, string Value)[] entries)
    {
        using var buffer = new SecretBuffer();
        SecretExport.Write(buffer, format, [.. entries.Select(e => new SecretEntry(e.Name, SecretValue.FromText(e.Value)))], "app");
        return Encoding.UTF8.GetString(buffer.Written);
    }
}
