using Shouldly;

namespace Strongroom.Cli.Tests.Processes;

/// <summary>What `edit` does on a terminal with a text that it cannot read. The editor spoils the text once, and mends it the second time.</summary>
public sealed class EditTests : IDisposable
{
    private const string Editor = """
        #!/bin/sh
        cp "$1" "$HOME/shown.$(ls "$HOME" | wc -l)"
        if grep -q '^bad line$' "$1"; then sed -i '/^bad line$/d' "$1"; else sed -i s/one/typed/ "$1"; echo 'bad line' >> "$1"; fi
        """;

    private readonly Workshop _workshop = new();
    private readonly string _memory = Directory.CreateDirectory(Path.Combine("/dev/shm", "edit-" + Path.GetRandomFileName())).FullName;

    public EditTests()
    {
        File.WriteAllText(Path.Combine(_workshop.Folder, "editor"), Editor);
        _workshop.Run("strongroom init -q && echo one | strongroom set A -q && chmod +x editor").ExitCode.ShouldBe(0);
    }

    public void Dispose()
    {
        _workshop.Dispose();
        Directory.Delete(_memory, recursive: true);
    }

    [Fact]
    public async Task Text_with_a_fault_is_offered_again_with_the_fault_on_top()
    {
        using var edit = Start();
        await edit.HearAsync("the edited text has a fault:");
        await edit.HearAsync("3:5: bad has no value");
        await edit.HearAsync("Open the editor again? [Y/n] ");
        Directory.EnumerateFileSystemEntries(_memory).ShouldBeEmpty();
        _workshop.Run("strongroom get A").Output.ShouldBe("one\n");
        await edit.SayAsync("\r");
        (await edit.EndAsync()).ShouldBe(0);

        edit.Said.ShouldContain("changed A");
        _workshop.Run("strongroom get A").Output.ShouldBe("typed\n");
        Directory.EnumerateFileSystemEntries(_memory).ShouldBeEmpty();
        var shown = Directory.GetFiles(_workshop.Home, "shown.*").Select(File.ReadAllText).Single(t => t.Contains("bad line", StringComparison.Ordinal));
        shown.ShouldStartWith("# ✗ 4:5: bad has no value");
        shown.Split('\n')[3].ShouldBe("bad line");
        shown.ShouldContain("A=typed");
    }

    [Fact]
    public async Task Text_with_a_fault_is_dropped_when_the_person_says_so()
    {
        using var edit = Start();
        await edit.HearAsync("[Y/n] ");
        await edit.SayAsync("n\r");
        (await edit.EndAsync()).ShouldBe(130);
        _workshop.Run("strongroom get A").Output.ShouldBe("one\n");
        Directory.EnumerateFileSystemEntries(_memory).ShouldBeEmpty();
    }

    private Conversation Start() => Conversation.OnTerminal(_workshop, $"XDG_RUNTIME_DIR={_memory} EDITOR=./editor strongroom edit");
}
