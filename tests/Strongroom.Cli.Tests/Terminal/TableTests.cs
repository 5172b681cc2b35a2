using Shouldly;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Tests.Terminal;

public sealed class TableTests
{
    private static readonly Ink Plain = new(on: false);

    [Fact]
    public void Columns_stand_under_each_other_whatever_is_in_them()
    {
        var table = new Table("name", "owner", "reads");
        table.Add("CJK", "山田", "1");
        table.Add("EMOJI", "👩‍💻 team", "2");
        table.Add("COLOUR", new Ink(on: true).Red("x"), "3");
        table.Add("ACCENT", "e\u0301a", "4");
        table.Add("NONE", "", "5");
        var lines = table.Lines(Plain, int.MaxValue).ToList();
        lines[0].ShouldBe("name    owner    reads");
        foreach (var (line, digit) in lines.Skip(1).Zip("12345"))
            VisibleText.WidthOf(line[..line.LastIndexOf(digit)]).ShouldBe("name    owner    ".Length, line);
    }

    [Fact]
    public void Columns_without_an_entry_are_left_out()
    {
        var table = new Table("name", "owner", "description");
        table.Add("A", "", "text");
        table.Lines(Plain, int.MaxValue).ShouldBe(["name  description", "A     text"]);
    }

    [Fact]
    public void Last_column_is_broken_where_the_terminal_ends()
    {
        var table = new Table("name", "description");
        table.Add("OPENAI_API_KEY", "what the chat and the embeddings are paid with");
        table.Add("B", "short");
        table.Lines(Plain, 40).ShouldBe(
        [
            "name            description",
            "OPENAI_API_KEY  what the chat and the",
            "                embeddings are paid with",
            "B               short",
        ]);
    }

    [Fact]
    public void Rows_that_do_not_fit_are_told_one_under_another()
    {
        var table = new Table("name", "from", "changed", "description");
        table.Add("A_RATHER_LONG_NAME_OF_A_SECRET_OF_A_SERVICE", "vault", "2026-11-22 20:28", "密钥");
        table.Add("B", "missing", "", "");
        var lines = table.Lines(Plain, 40).ToList();
        lines.ShouldBe(
        [
            "A_RATHER_LONG_NAME_OF_A_SECRET_OF_A_SERVICE",
            "  from vault  changed 2026-11-22 20:28",
            "  description 密钥",
            "B",
            "  from missing",
        ]);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(20)]
    [InlineData(33)]
    public void Every_character_is_there_at_any_width(int room)
    {
        var table = new Table("name", "path");
        table.Add("A", "secret/data/development/中文/👩‍💻/A_RATHER_LONG_NAME");
        string.Concat(table.Lines(Plain, room)).Replace(" ", "", StringComparison.Ordinal).ShouldContain("secret/data/development/中文/👩‍💻/A_RATHER_LONG_NAME");
    }

    [Theory]
    [InlineData("a\x1b[2Jb", "a␛[2Jb")]
    [InlineData("\x1b]0;title\a", "␛]0;title␇")]
    [InlineData("over\rwritten\x7f", "over␍written␡")]
    [InlineData("\u202eturned\u009b", "\ufffdturned\ufffd")]
    [InlineData("two\nlines", "two\nlines")]
    [InlineData("\x1b[31mred\x1b[0m \x1b[8mhidden", "\x1b[31mred\x1b[0m ␛[8mhidden")]
    [InlineData("ends with \x1b", "ends with ␛")]
    public void What_steers_a_terminal_is_shown_and_not_done(string text, string shown) => VisibleText.Of(text).ShouldBe(shown);
}
