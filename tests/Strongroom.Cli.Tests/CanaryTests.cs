using System.Text;
using Shouldly;
using Strongroom.Cli.Tests.Processes;

namespace Strongroom.Cli.Tests;

/// <summary>One value goes through every command. It may come out only where somebody asked for it.</summary>
public sealed class CanaryTests : IDisposable
{
    private const string Canary = "CaNaRy-7f3b9d21e8";

    /// <summary>A name may be in the manifest; what is in the vault must not show it either.</summary>
    private const string Name = "CANARY_KEY";

    private readonly Workshop _workshop = new();

    public CanaryTests()
    {
        _workshop.Run("strongroom init -q").ExitCode.ShouldBe(0);
        _workshop.Run($"printf {Canary} | strongroom set {Name}").Error.ShouldNotContain(Canary);
    }

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("get CANARY_KEY")]
    [InlineData("get CANARY_KEY --json")]
    [InlineData("export")]
    [InlineData("export -f kubernetes --json")]
    [InlineData("run -- env")]
    public void Answer_to_a_reader_holds_the_value(string command) => Check(command, isAnswer: true);

    [Theory]
    [InlineData("list -l")]
    [InlineData("list --json")]
    [InlineData("explain CANARY_KEY")]
    [InlineData("explain CANARY_KEY --json")]
    [InlineData("history CANARY_KEY")]
    [InlineData("history CANARY_KEY --json")]
    [InlineData("doctor")]
    [InlineData("doctor --json")]
    [InlineData("audit show -n 100")]
    [InlineData("audit verify")]
    [InlineData("vault verify --json")]
    [InlineData("vault rotate-key")]
    [InlineData("cache status")]
    [InlineData("copy --to-env testing --json")]
    [InlineData("delete CANARY_KEY")]
    [InlineData("get CANARY_KEY --version 7")]
    [InlineData("get NOPE --json")]
    [InlineData("set CANARY_KEY CaNaRy-7f3b9d21e8")]
    [InlineData("set CANARY_KEY=CaNaRy-7f3b9d21e8")]
    [InlineData("set CANARY_KEY --value=CaNaRy-7f3b9d21e8")]
    [InlineData("set CANARY_KEY --type database")]
    [InlineData("import -")]
    [InlineData("import - -f json")]
    [InlineData("import - -f yaml")]
    [InlineData("run --mask -- env")]
    [InlineData("run --mask -- sh -c 'env >&2'")]
    [InlineData("edit")]
    public void Nobody_else_hears_it(string command) => Check(command, isAnswer: false);

    [Fact]
    public async Task Process_list_never_shows_it()
    {
        // Of its own, since the list has also what other runs of these tests are doing.
        var canary = Guid.NewGuid().ToString();
        _workshop.Run($"printf {canary} | strongroom set {Name}").ExitCode.ShouldBe(0);
        using var run = Conversation.Start(_workshop, "strongroom run --mask -- sh -c 'echo ready; read line'");
        await run.HearAsync("ready");
        foreach (var process in Directory.GetDirectories("/proc").Where(d => char.IsAsciiDigit(Path.GetFileName(d)[0])))
        {
            try
            {
                (await File.ReadAllTextAsync(Path.Combine(process, "cmdline"), TestContext.Current.CancellationToken)).ShouldNotContain(canary, customMessage: process);
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }
        }
        await run.SayAsync("end\n");
        (await run.EndAsync()).ShouldBe(0);
    }

    private void Check(string command, bool isAnswer)
    {
        // What the command finds on its standard input is the value as well, in a form that no parser takes.
        var outcome = _workshop.Run($"printf '{{\"{Canary}' | EDITOR=true strongroom {command}");
        if (isAnswer) outcome.Output.ShouldContain(Canary);
        else outcome.Output.ShouldNotContain(Canary);
        outcome.Error.ShouldNotContain(Canary);
        var canary = Encoding.UTF8.GetBytes(Canary);
        var name = Encoding.UTF8.GetBytes(Name);
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(_workshop.Folder)!, "*", SearchOption.AllDirectories))
        {
            var content = File.ReadAllBytes(file);
            content.AsSpan().IndexOf(canary).ShouldBe(-1, file);
            if (Path.GetFileName(file).StartsWith("vault.db", StringComparison.Ordinal)) content.AsSpan().IndexOf(name).ShouldBe(-1, file);
        }
    }
}
