using System.Text;
using Shouldly;
using Strongroom.Formats;
using Xunit;

namespace Strongroom.Tests.Imports;

public sealed class TomlTreeTests
{
    [Theory]
    [InlineData("a = 'x'", "{a:x}")]
    [InlineData("a.b.\"c d\" = 1", "{a:{b:{c d:1}}}")]
    [InlineData("[a]\nb = true\n[a.c]\nd = 2026-11-22 10:00:00\n[e]", "{a:{b:true c:{d:2026-11-22 10:00:00}} e:{}}")]
    [InlineData("[[a]]\nb = 1\n[[a]]\nb = 2 # two", "{a:[{b:1} {b:2}]}")]
    [InlineData("[[a]]\n[a.b]\nc = 1", "{a:[{b:{c:1}}]}")]
    [InlineData("a = [ 'x', # one\n \"y\",\n]", "{a:[x y]}")]
    [InlineData("a = { b = 1, c = { d = 'x' } }", "{a:{b:1 c:{d:x}}}")]
    [InlineData("a = {\n  b = 1, # line breaks\n  c = 2,\n}", "{a:{b:1 c:2}}")]
    [InlineData("a = \"t\\tq\\\"u\\u00e4\\U0001F511\"", "{a:t\tq\"uä🔑}")]
    [InlineData("a = \"\"\"\nfirst\nsecond \\\n   joined\"\"\"", "{a:first\nsecond joined}")]
    [InlineData("a = '''it's \\n'''", "{a:it's \\n}")]
    [InlineData("a = \"\"\"one\"\"\"\"\"", "{a:one\"\"}")]
    [InlineData("# nothing\r\n\r\n", "{}")]
    [InlineData("a = 1\r\nb = 'x'\r\n", "{a:1 b:x}")]
    [InlineData("a.b = 1\na.c = 2", "{a:{b:1 c:2}}")]
    [InlineData("a = \"\"", "{a:}")]
    public void Text_is_read(string text, string expected)
    {
        var faults = new TextFaults();

        var root = new TomlTree("x.toml", faults).Read(text);

        faults.InOrder.ShouldBeEmpty();
        Show(root!).ShouldBe(expected);
    }

    [Theory]
    [InlineData("a", "1:2: not TOML: expected key = value")]
    [InlineData("a = ", "1:5: not TOML: the value is missing")]
    [InlineData("a = word", "1:5: not TOML: the value is no number")]
    [InlineData("a = 1\na = 2", "2:6: not TOML: a is there already")]
    [InlineData("a = 1\n[a]", "2:4: not TOML: a is no table")]
    [InlineData("a = {}\n[a.b]\n", "2:6: not TOML: a is no table")]
    [InlineData("a = \"open\nb = 1", "1:5: not TOML: the text has no closing quote")]
    [InlineData("a = '''open", "1:5: not TOML: the text has no closing quote")]
    [InlineData("a = \"\\q\"", "1:6: not TOML: there is no such escape")]
    [InlineData("a = \"\\ud800\"", "1:6: not TOML: the escape is no character")]
    [InlineData("a = [1", "1:7: not TOML: the list has no closing bracket")]
    [InlineData("a = { b = 1", "1:12: not TOML: the table has no closing brace")]
    [InlineData("[a", "1:3: not TOML: the header has no closing bracket")]
    [InlineData("a = 1 b = 2", "1:5: not TOML: the value is no number")]
    [InlineData("a = 'x' y", "1:9: not TOML: something else stands on this line")]
    [InlineData("= 1", "1:1: not TOML: expected a key")]
    public void Fault_is_told_with_its_place(string text, string expected)
    {
        var faults = new TextFaults();

        new TomlTree("", faults).Read(text).ShouldBeNull();

        faults.InOrder.ShouldHaveSingleItem().ToString().ShouldStartWith(expected);
    }

    [Fact]
    public void Depth_and_number_of_values_are_limited()
    {
        var faults = new TextFaults();

        new TomlTree("", faults).Read("a = " + new string('[', 100)).ShouldBeNull();
        new TomlTree("", faults).Read("a = [" + string.Concat(Enumerable.Repeat("1,", 60_000)) + "]").ShouldBeNull();

        faults.InOrder.Count.ShouldBe(2);
    }

    private static string Show(YamlNode node) => node switch
    {
        MapNode map => new StringBuilder("{").AppendJoin(' ', map.Entries.Select(e => $"{e.Key}:{Show(e.Node)}")).Append('}').ToString(),
        ListNode list => new StringBuilder("[").AppendJoin(' ', list.Items.Select(Show)).Append(']').ToString(),
        _ => ((ScalarNode)node).Text,
    };
}
