using Shouldly;

namespace Strongroom.Cli.Tests.Processes;

public sealed class PromptTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public PromptTests() => _workshop.Run("strongroom init -q").ExitCode.ShouldBe(0);

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Set_asks_without_showing_what_is_typed()
    {
        using var set = Conversation.OnTerminal(_workshop, "strongroom set A");
        await set.HearAsync("A (development): ");
        await set.SayAsync("wrong\x15s3cr3t-ä\x7fx\r");
        (await set.EndAsync()).ShouldBe(0);
        set.Said.ShouldNotContain("s3cr");
        set.Said.ShouldNotContain("wrong");
        _workshop.Run("strongroom get A").Output.ShouldBe("s3cr3t-x\n");
    }

    [Fact]
    public async Task Set_takes_a_pasted_line_longer_than_a_terminal_line()
    {
        var value = new string('k', 20_000);
        using var set = Conversation.OnTerminal(_workshop, "strongroom set A");
        await set.HearAsync("A (development): ");
        await set.SayAsync(value + "\r");
        (await set.EndAsync()).ShouldBe(0);
        set.Said.ShouldNotContain("kk");
        _workshop.Run("strongroom get A -n | wc -c").Output.Trim().ShouldBe("20000");
    }

    [Fact]
    public async Task Set_refuses_several_lines_that_are_pasted()
    {
        using var set = Conversation.OnTerminal(_workshop, "strongroom set A");
        await set.HearAsync("A (development): ");
        await set.SayAsync("-----BEGIN KEY-----\rsecond\r-----END KEY-----\r");
        (await set.EndAsync()).ShouldBe(2);
        set.Said.ShouldContain("several lines");
        set.Said.ShouldNotContain("second");
        _workshop.Run("strongroom get A").ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Set_given_up_with_control_C_changes_nothing()
    {
        using var set = Conversation.OnTerminal(_workshop, "strongroom set A; code=$?; stty -a | grep -o -- \"-*echo \"; exit $code");
        await set.HearAsync("A (development): ");
        await set.SayAsync("half\x03");
        (await set.EndAsync()).ShouldBe(130);
        set.Said.ShouldNotContain("half");
        set.Said.ShouldNotContain("-echo ");
        _workshop.Run("strongroom get A").ExitCode.ShouldBe(3);
    }

    [Fact]
    public async Task Get_masks_on_a_terminal()
    {
        _workshop.Run("echo s3cr3t | strongroom set A -q").ExitCode.ShouldBe(0);
        using var masked = Conversation.OnTerminal(_workshop, "strongroom get A; strongroom get A --json; strongroom export");
        (await masked.EndAsync()).ShouldBe(0);
        masked.Said.ShouldNotContain("s3cr3t");
        masked.Said.ShouldContain("(6 bytes)");
        using var shown = Conversation.OnTerminal(_workshop, "strongroom get A --reveal");
        (await shown.EndAsync()).ShouldBe(0);
        shown.Said.ShouldBe("s3cr3t\r\n");
    }

    [Fact]
    public async Task Change_in_a_protected_environment_is_asked_about()
    {
        using var no = Conversation.OnTerminal(_workshop, "echo one | strongroom set A -e production");
        await no.HearAsync("[y/N] ");
        await no.SayAsync("n\r");
        (await no.EndAsync()).ShouldBe(130);
        _workshop.Run("strongroom get A -e production").ExitCode.ShouldBe(3);

        using var yes = Conversation.OnTerminal(_workshop, "echo one | strongroom set A -e production");
        await yes.HearAsync("[y/N] ");
        await yes.SayAsync("y\r");
        (await yes.EndAsync()).ShouldBe(0);
        _workshop.Run("strongroom get A -e production").Output.ShouldBe("one\n");
    }

    [Fact]
    public async Task Colours_appear_on_a_terminal_unless_refused()
    {
        using var coloured = Conversation.OnTerminal(_workshop, "strongroom --help");
        await coloured.EndAsync();
        coloured.Said.ShouldContain("\x1b[1m");
        foreach (var refusal in new[] { "NO_COLOR=1", "TERM=dumb" })
        {
            using var plain = Conversation.OnTerminal(_workshop, $"{refusal} strongroom --help");
            await plain.EndAsync();
            plain.Said.ShouldNotContain("\x1b");
        }
    }
}
