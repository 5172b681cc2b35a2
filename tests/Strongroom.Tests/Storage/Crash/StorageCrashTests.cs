using System.Text;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage.Crash;

/// <summary>
/// kill -9 in the midst of writing. This proves atomicity, order and recovery; that the flush reaches the platter is the
/// kernel's promise and cannot be tested without cutting the power.
/// </summary>
public sealed class StorageCrashTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public Task Kill_loses_nothing_acknowledged_and_leaves_nothing_half() => Kills.RunAsync(
        output, linesMax: 800,
        make: async folder => await SqliteStorage.Create(folder.File("vault.db")).DisposeAsync(),
        start: (folder, run) => ChildWriter.Start("storage", folder.File("vault.db"), run),
        check: (folder, run, lines) => Check(folder.File("vault.db"), run, lines));

    [Fact]
    public async Task Kill_while_creating_leaves_a_file_that_opens_or_can_be_made_again()
    {
        var random = new Random(1);
        for (var kill = 0; kill < Math.Max(1, Kills.Count / 10); kill++)
        {
            using var folder = new TemporaryFolder();
            await using var child = ChildWriter.Start("create", folder.Path);
            var made = await child.KillAfterAsync(random.Next(1, 20), TimeSpan.FromMicroseconds(random.Next(3000)));

            for (var number = 0; number < made.Length; number++)
            {
                await SqliteStorage.Open(folder.File($"{number}.db")).DisposeAsync();
            }
            await using var unfinished = OpenOrCreate(folder.File($"{made.Length}.db"));
            await unfinished.VerifyAsync(None);
        }
    }

    private static SqliteStorage OpenOrCreate(string path)
    {
        try
        {
            return SqliteStorage.Create(path);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict)
        {
            return SqliteStorage.Open(path);
        }
    }

    private static async Task Check(string path, int run, string[] lines)
    {
        await using var storage = SqliteStorage.Open(path);
        await storage.VerifyAsync(None);
        var all = new Dictionary<EntryId, StoredEntry>();
        await foreach (var entry in storage.ScanAsync(None))
        {
            all.Add(entry.Id, entry);
        }
        var sequence = await storage.GetSequenceAsync(None);
        var last = new int[StorageWriter.Writers];
        Array.Fill(last, -1);
        foreach (var line in lines)
        {
            var parts = line.Split(' ');
            var (writer, step) = (int.Parse(parts[0]), int.Parse(parts[1]));
            long.Parse(parts[2]).ShouldBeLessThanOrEqualTo(sequence);
            step.ShouldBe(last[writer] + 1);
            last[writer] = step;
        }
        for (var writer = 0; writer < StorageWriter.Writers; writer++)
        {
            CheckWriter(all, run, writer, last[writer]);
        }
    }

    // A writer has at most one commit under way, so what is stored ends at the last acknowledged step or at the one after it.
    private static void CheckWriter(Dictionary<EntryId, StoredEntry> all, int run, int writer, int acknowledged)
    {
        var reached = all.ContainsKey(StorageWriter.Step(run, writer, acknowledged + 1)) ? acknowledged + 1 : acknowledged;
        all.ContainsKey(StorageWriter.Step(run, writer, reached + 1)).ShouldBeFalse();
        for (var step = 0; step <= reached; step++)
        {
            var removedBy = Enumerable.Range(step, 8).FirstOrDefault(later => StorageWriter.Removed(later) == step, int.MaxValue);
            if (all.TryGetValue(StorageWriter.Step(run, writer, step), out var entry))
            {
                removedBy.ShouldBeGreaterThan(reached);
                Text(entry).ShouldBe(StorageWriter.Text(run, writer, step));
                entry.Folder.ShouldBe(StorageWriter.Folder(writer));
            }
            else
            {
                removedBy.ShouldBeLessThanOrEqualTo(reached, $"run {run}, writer {writer}, step {step} of {reached} is lost");
            }
        }
        if (reached >= 0)
        {
            var expected = StorageWriter.Text(run, writer, reached);
            Text(all[StorageWriter.Half(writer, 0)]).ShouldBe(expected);
            Text(all[StorageWriter.Half(writer, 1)]).ShouldBe(expected);
        }
    }

    private static string Text(StoredEntry entry) => Encoding.ASCII.GetString(entry.Sealed.Span);
}
