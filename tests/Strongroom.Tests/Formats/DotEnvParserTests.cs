using System.Text;
using Shouldly;
using Strongroom.Formats;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class DotEnvParserTests
{
    [Theory]
    [InlineData("A=1", "1")]
    [InlineData("  A = 1  ", "1")]
    [InlineData("export A=1", "1")]
    [InlineData("export\tA=1", "1")]
    [InlineData("A=", "")]
    [InlineData("A=''", "")]
    [InlineData("A=\"\"", "")]
    [InlineData("A=two words # comment", "two words")]
    [InlineData("A= # comment", "")]
    [InlineData("A=pa#ss", "pa#ss")]
    [InlineData("A=a=b=c", "a=b=c")]
    [InlineData("A=it's", "it's")]
    [InlineData("A=$NOT_EXPANDED", "$NOT_EXPANDED")]
    [InlineData("A='single $x \\n \"q\" # no'", "single $x \\n \"q\" # no")]
    [InlineData("A=`back 'tick' \"q\"`", "back 'tick' \"q\"")]
    [InlineData("A=\"a\\nb\\tc\\r\\\"\\\\ \\$ \\d\" # c", "a\nb\tc\r\"\\ $ \\d")]
    [InlineData("A=\"line 1\nline 2\"", "line 1\nline 2")]
    [InlineData("A='line 1\r\nline 2'\r\n", "line 1\nline 2")]
    [InlineData("\uFEFFA=1", "1")]
    [InlineData("# c\n\n  \nA=1\r", "1")]
    [InlineData("A=C:\\dir", "C:\\dir")]
    [InlineData("A=\"C:\\dir\\\\\"", "C:\\dir\\")]
    [InlineData("A=ünï", "ünï")]
    public void Parse_one_assignment_gives_value(string text, string expected)
    {
        using var document = Parse(text);
        document.Faults.ShouldBeEmpty();
        var assignment = document.Assignments.ShouldHaveSingleItem();
        assignment.Name.ShouldBe("A");
        assignment.Value.RevealText().ShouldBe(expected);
    }

    [Theory]
    [InlineData("1A=x", 1, 1)]
    [InlineData("A", 1, 2)]
    [InlineData("A: 1", 1, 2)]
    [InlineData("ok=1\n  A='open\nB=2", 2, 5)]
    [InlineData("A=\"open", 1, 3)]
    [InlineData("A='a' b", 1, 7)]
    [InlineData("A=a\0b", 1, 4)]
    [InlineData("A='a\0b'", 1, 5)]
    [InlineData("=x", 1, 1)]
    public void Parse_bad_line_reports_line_and_column(string text, int line, int column)
    {
        using var document = Parse(text);
        var fault = document.Faults[0];
        (fault.Line, fault.Column).ShouldBe((line, column));
        fault.Message.ShouldNotContain("open");
    }

    [Fact]
    public void Parse_after_a_fault_goes_on()
    {
        using var document = Parse("A=1\nbad line\nB='open\nC=3\n");
        document.Assignments.Select(a => a.Name).ShouldBe(["A", "C"]);
        document.Faults.Select(f => f.Line).ShouldBe([2, 3]);
    }

    [Fact]
    public void Parse_duplicate_reports_it_and_the_last_counts()
    {
        using var document = Parse("A=1\nB=2\nA=3");
        document.Find("A")!.Value.RevealText().ShouldBe("3");
        document.Duplicates.ShouldHaveSingleItem().ToString().ShouldBe("3:1: A was assigned on line 1 already; the last assignment counts");
    }

    [Theory]
    [InlineData("${A}-$A", "one-one")]
    [InlineData("\"${A}\"", "one")]
    [InlineData("'${A}'", "${A}")]
    [InlineData("\"\\${A}\"", "${A}")]
    [InlineData("${HOST}", "from outside")]
    [InlineData("${MISSING}", "")]
    [InlineData("${MISSING:-fallback}", "fallback")]
    [InlineData("cost $ 5", "cost $ 5")]
    public void Parse_with_interpolation_replaces_variables(string written, string expected)
    {
        using var host = SecretValue.FromText("from outside");
        using var document = DotEnvParser.Parse(Encoding.UTF8.GetBytes($"A=one\nB={written}"), new DotEnvOptions
        {
            Interpolate = true,
            Variables = name => name == "HOST" ? host : null,
        });
        document.Faults.ShouldBeEmpty();
        document.Find("B")!.Value.RevealText().ShouldBe(expected);
    }

    [Fact]
    public void Parse_with_interpolation_of_a_bad_variable_faults()
    {
        using var document = DotEnvParser.Parse("A=${1}"u8, new DotEnvOptions { Interpolate = true, File = ".env" });
        document.Faults.ShouldHaveSingleItem().ToString().ShouldStartWith(".env:1:3: ");
    }

    [Fact]
    public void Parse_larger_than_the_limit_is_refused() =>
        Should.Throw<SecretException>(() => DotEnvParser.Parse(new byte[DotEnvParser.LengthMax + 1])).Kind.ShouldBe(SecretErrorKind.InvalidInput);

    private static DotEnvDocument Parse(string text) => DotEnvParser.Parse(Encoding.UTF8.GetBytes(text));
}
