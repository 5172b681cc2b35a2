using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage.Sqlite;

/// <summary>
/// Whatever happens to the file, every answer is the right one or a typed error: never a wrong value, never a silent "not
/// found". A damaged log is another matter: SQLite's checksums end the log before the damaged frame, so what is read is the
/// state after an earlier commit, whole and consistent; that commits are missing shows against the audit log, a layer above.
/// </summary>
public sealed class DamageTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    // Of this many flips in each region one process makes a random choice, printed with its seed.
    private const int FlipsPerPage = 24;
    private int _right, _refused;

    [Fact]
    public async Task Flipped_bit_in_the_file_gives_the_right_answer_or_a_typed_error()
    {
        var sample = await SampleFile.MakeAsync();
        var random = Seeded();
        var offsets = Enumerable.Range(0, 100).SelectMany(offset => Enumerable.Range(0, 8).Select(bit => (offset, bit))).ToList();
        offsets.AddRange(Enumerable.Range(100, 900).Select(offset => (offset, random.Next(8))));
        for (var page = 0; page < sample.Closed.Length / 4096; page++)
        {
            // The head of a page is where its structure is; the rest is cells.
            offsets.AddRange(Enumerable.Range(0, 12).Select(i => ((page * 4096) + i, random.Next(8))));
            offsets.AddRange(Enumerable.Range(0, FlipsPerPage).Select(_ => ((page * 4096) + random.Next(4096), random.Next(8))));
        }
        foreach (var (offset, bit) in offsets)
        {
            var damaged = (byte[])sample.Closed.Clone();
            damaged[offset] ^= (byte)(1 << bit);
            await ShouldAnswerRightOrRefuse(sample, damaged, log: null, $"bit {bit} of byte {offset}");
        }
        output.WriteLine($"{offsets.Count} flips in {sample.Closed.Length / 4096} pages: {_refused} refused, {_right} without effect");
        _refused.ShouldBeGreaterThan(offsets.Count / 4);
    }

    [Fact]
    public async Task Truncated_file_gives_the_right_answer_or_a_typed_error()
    {
        var sample = await SampleFile.MakeAsync();
        var random = Seeded();
        int[] lengths = [0, 1, 15, 16, 99, 100, 101, 511, 512, 4095, 4097, .. Enumerable.Range(1, (sample.Closed.Length / 4096) - 1).Select(page => page * 4096),
            .. Enumerable.Range(0, 100).Select(_ => random.Next(sample.Closed.Length))];
        foreach (var length in lengths)
        {
            await ShouldAnswerRightOrRefuse(sample, sample.Closed[..length], log: null, $"length {length}");
        }
        // Only a cut through unused space at the very end loses nothing.
        output.WriteLine($"{_refused} refused, {_right} without effect");
        _refused.ShouldBeGreaterThan(lengths.Length * 3 / 4);
    }

    [Fact]
    public async Task Damaged_log_gives_the_state_after_some_commit_or_a_typed_error()
    {
        var sample = await SampleFile.MakeAsync();
        var random = Seeded();
        for (var i = 0; i < 300; i++)
        {
            var offset = i < 56 ? i : random.Next(sample.Open.Log.Length);
            var damaged = (byte[])sample.Open.Log.Clone();
            damaged[offset] ^= (byte)(1 << random.Next(8));
            await ShouldAnswerRightOrRefuse(sample, sample.Open.File, damaged, $"a bit of byte {offset} of the log");
            await ShouldAnswerRightOrRefuse(sample, sample.Open.File, sample.Open.Log[..offset], $"the log cut at {offset}");
        }
        output.WriteLine($"{_right} answered with the state after some commit, {_refused} refused");
        _right.ShouldBeGreaterThan(500);
    }

    private Random Seeded()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }

    private async Task ShouldAnswerRightOrRefuse(SampleFile sample, byte[] file, byte[]? log, string damage)
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("vault.db");
        File.WriteAllBytes(path, file);
        if (log is not null)
        {
            File.WriteAllBytes(path + "-wal", log);
        }
        try
        {
            await using var storage = SqliteStorage.Open(path);
            var whole = await Check(storage, sample, checkSequence: log is not null);
            (_right, _refused) = whole ? (_right + 1, _refused) : (_right, _refused + 1);
        }
        catch (SecretException)
        {
            _refused++;
        }
        catch (Exception e)
        {
            throw new InvalidOperationException(damage, e);
        }
    }

    /// <summary>Asks for everything, each question on its own; false when some were refused.</summary>
    private static async Task<bool> Check(SqliteStorage storage, SampleFile sample, bool checkSequence)
    {
        var last = sample.States.Count - 1;
        var sequence = (int)await storage.GetSequenceAsync(None);
        sequence.ShouldBeInRange(checkSequence ? 0 : last, last);
        var expected = sample.States[sequence];
        var whole = true;
        foreach (var id in Enumerable.Range(0, 320).Select(Entry.Id))
        {
            whole &= await Answers(async () => Same(await storage.GetAsync(id, None), expected.TryGetValue(id, out var entry) ? entry : null));
        }
        foreach (var folder in Enumerable.Range(0, 6).Select(Entry.Folder))
        {
            whole &= await Answers(async () =>
            {
                var listed = await storage.ListAsync(folder, None);
                var wanted = expected.Values.Where(entry => entry.Folder == folder).ToDictionary(entry => entry.Id);
                listed.Count.ShouldBe(wanted.Count);
                listed.ToList().ForEach(entry => Same(entry, wanted[entry.Id]));
            });
        }
        whole &= await Answers(async () =>
        {
            var count = 0;
            await foreach (var entry in storage.ScanAsync(None))
            {
                count++;
                Same(entry, expected[entry.Id]);
            }
            count.ShouldBe(expected.Count);
        });
        return await Answers(async () => await storage.VerifyAsync(None)) && whole;
    }

    private static async Task<bool> Answers(Func<Task> question)
    {
        try
        {
            await question();
            return true;
        }
        catch (SecretException)
        {
            return false;
        }
    }

    private static void Same(StoredEntry? found, StoredEntry? expected)
    {
        (found is null).ShouldBe(expected is null);
        if (found is { } a && expected is { } b)
        {
            (a.Id, a.Folder, a.Revision).ShouldBe((b.Id, b.Folder, b.Revision));
            a.Sealed.Span.SequenceEqual(b.Sealed.Span).ShouldBeTrue();
        }
    }
}
