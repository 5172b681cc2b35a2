using System.Globalization;
using Shouldly;
using Strongroom.Cli.Processes;

namespace Strongroom.Cli.Tests.Processes;

public sealed class RunProcessTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public RunProcessTests() => _workshop.Run("strongroom init -q && echo one | strongroom set A -q").ExitCode.ShouldBe(0);

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("TERM", 15)]
    [InlineData("INT", 2)]
    [InlineData("HUP", 1)]
    [InlineData("USR1", 10)]
    public async Task Run_with_mask_forwards_signals(string name, int number)
    {
        using var run = Conversation.Start(
            _workshop, $"strongroom run --mask -- sh -c 'trap \"kill \\$p; echo got {name}; exit 9\" {name}; sleep 1000 & p=$!; echo ready; wait $p'");
        await run.HearAsync("ready");
        Libc.kill(run.Process.Id, number);
        await run.HearAsync("got " + name);
        (await run.EndAsync()).ShouldBe(9);
    }

    [Fact]
    public async Task Run_keeps_the_process_id_and_the_default_of_SIGPIPE()
    {
        using var run = Conversation.Start(_workshop, "strongroom run -- sh -c 'echo $$; grep -E ^Sig.*: /proc/self/status'");
        (await run.EndAsync()).ShouldBe(0);
        var lines = run.Said.Split('\n');
        lines[0].ShouldBe(run.Process.Id.ToString(CultureInfo.InvariantCulture));
        Signals(lines, "SigIgn").ShouldBe(0UL);
        Signals(lines, "SigBlk").ShouldBe(0UL);
    }

    [Fact]
    public async Task Run_with_mask_starts_the_program_with_default_signals()
    {
        using var run = Conversation.Start(_workshop, "strongroom run --mask -- grep -E ^Sig.*: /proc/self/status");
        (await run.EndAsync()).ShouldBe(0);
        var lines = run.Said.Split('\n');
        Signals(lines, "SigIgn").ShouldBe(0UL);
        Signals(lines, "SigBlk").ShouldBe(0UL);
    }

    [Fact]
    public async Task Run_is_process_1()
    {
        SkipWithoutNamespaces();
        using var run = Conversation.Start(_workshop, "unshare --pid --fork --mount-proc strongroom run -- sh -c 'echo pid $$ $A; exit 5'");
        (await run.EndAsync()).ShouldBe(5);
        run.Said.ShouldBe("pid 1 one\n");
    }

    [Fact]
    public async Task Run_with_mask_is_process_1_and_reaps_orphans()
    {
        SkipWithoutNamespaces();
        const string Script = """
            (true &)
            i=0
            while [ $i -lt 5000 ] && cat /proc/[0-9]*/status 2>/dev/null | grep -q "State:.Z"; do i=$((i+1)); done
            if [ $i -lt 5000 ]; then echo reaped $A; fi
            exit 5
            """;
        await File.WriteAllTextAsync(Path.Combine(_workshop.Folder, "script"), Script, TestContext.Current.CancellationToken);
        using var run = Conversation.Start(_workshop, "unshare --pid --fork --mount-proc strongroom run --mask -- sh script");
        (await run.EndAsync()).ShouldBe(5);
        run.Said.ShouldBe("reaped one\n");
    }

    [Fact]
    public async Task Control_C_reaches_the_program_once()
    {
        using var run = Conversation.OnTerminal(
            _workshop, "exec strongroom run --mask -- sh -c 'trap \"echo interrupted\" INT; echo ready; until read line; do :; done; echo read $line'");
        await run.HearAsync("ready");
        await run.SayAsync("\x03");
        await run.HearAsync("interrupted");
        await run.SayAsync("end\n");
        await run.HearAsync("read end");
        (await run.EndAsync()).ShouldBe(0);
        run.Said.Split("interrupted").Length.ShouldBe(2, run.Said);
    }

    [Fact]
    public async Task Watch_restarts_the_program_when_a_secret_changes()
    {
        using var run = Conversation.Start(
            // It speaks when it knows what to end: a signal between the two would leave a sleeper that keeps the output open.
            _workshop, "strongroom run --watch -- sh -c 'trap \"kill \\$p; echo ending; exit 3\" TERM; sleep 1000 & p=$!; echo A is $A; wait $p'");
        await run.HearAsync("A is one");
        _workshop.Run("echo two | strongroom set A -q").ExitCode.ShouldBe(0);
        await run.HearAsync("ending");
        await run.HearAsync("A is two");
        Libc.kill(run.Process.Id, Libc.SIGTERM);
        (await run.EndAsync()).ShouldBe(3);
    }

    /// <summary>The set as /proc shows it, without 32 and 33, which the C library keeps for itself.</summary>
    private static ulong Signals(string[] lines, string name) =>
        0x7FFF_FFFF & ulong.Parse(lines.First(l => l.StartsWith(name, StringComparison.Ordinal)).Split(':')[1].Trim(), NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private void SkipWithoutNamespaces() =>
        Assert.SkipUnless(_workshop.Run("unshare --pid --fork --mount-proc true").ExitCode == 0, "needs the right to make a pid namespace (root)");
}
