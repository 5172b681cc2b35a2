using Shouldly;
using Strongroom.Server.Hosting;
using Strongroom.Vault.Served;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

public sealed class LogOutputTests
{
    [Fact]
    public async Task Output_that_is_held_keeps_nobody_waiting_and_loses_lines_told()
    {
        using var held = new HeldWriter();
        var log = new VaultLog(TimeProvider.System);
        await using (var output = new LogOutput(held))
        {
            output.Attach(log);
            log.Write(VaultLog.Core, VaultLogLevel.Info, "first");
            await held.Reached.Task;
            for (var i = 0; i < LogOutput.WaitingMax + 3; i++) log.Write(VaultLog.Core, VaultLogLevel.Info, $"line {i}");
            held.Gate.SetResult();
        }

        var lines = held.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldEndWith("[INFO]  core: first");
        lines[1].ShouldEndWith("core: line 0");
        lines[^1].ShouldBe("(3 lines of the log were lost: they came faster than they were written)");
    }

    /// <summary>Holds the first line until it may go on.</summary>
    private sealed class HeldWriter : StringWriter
    {
        public TaskCompletionSource Reached { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public TaskCompletionSource Gate { get; } = new();

        public override void WriteLine(string? value)
        {
            Reached.TrySetResult();
            Gate.Task.GetAwaiter().GetResult();
            base.WriteLine(value);
        }
    }
}
