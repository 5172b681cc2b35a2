using System.Text;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Storage.Sqlite;
using Strongroom.Tests.Storage.Crash;
using Xunit;

namespace Strongroom.Tests.Storage.Sqlite;

public sealed class TwoProcessTests
{
    [Fact]
    public async Task Writers_in_two_processes_lose_no_update()
    {
        const int Each = 300;
        using var folder = new TemporaryFolder();
        var path = folder.File("vault.db");
        await using var storage = SqliteStorage.Create(path);
        await using var first = ChildWriter.Start("increment", path, $"{Each}");
        await using var second = ChildWriter.Start("increment", path, $"{Each}");

        await Task.WhenAll(first.FinishAsync(), second.FinishAsync());

        var counter = (await storage.GetAsync(Incrementer.Counter, CancellationToken.None)).ShouldNotBeNull();
        Encoding.ASCII.GetString(counter.Sealed.Span).ShouldBe($"{2 * Each}");
        (await storage.GetSequenceAsync(CancellationToken.None)).ShouldBe(2 * Each);
        await storage.VerifyAsync(CancellationToken.None);
    }
}
