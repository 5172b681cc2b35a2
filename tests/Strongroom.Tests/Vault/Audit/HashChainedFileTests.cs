using System.Runtime.Versioning;
using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Audit;

[UnsupportedOSPlatform("windows")]
public sealed class HashChainedFileTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly SharedStorage _storage = new(new MemoryStorage());

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Log_names_callers_and_paths_and_never_values()
    {
        await FillAsync();
        var log = await File.ReadAllTextAsync(_workshop.AuditPath);
        log.ShouldContain("secret/data/path-canary");
        log.ShouldContain("owner:alice");
        log.ShouldNotContain("value-canary");
        File.GetUnixFileMode(_workshop.AuditPath).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Fact]
    public async Task Verify_of_an_untouched_log_finds_nothing()
    {
        await FillAsync();
        var report = await VerifyAsync();
        report.Fault.ShouldBeNull();
        report.Records.ShouldBe(Lines().Length);
        report.UnfinishedChanges.ShouldBe(0);
    }

    [Fact]
    public async Task Verify_finds_any_changed_byte()
    {
        await FillAsync();
        await using var vault = await _workshop.OpenAsync(_storage);
        var whole = await File.ReadAllBytesAsync(_workshop.AuditPath);
        for (var i = 0; i < whole.Length; i += 3)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= 1;
            await File.WriteAllBytesAsync(_workshop.AuditPath, changed);
            (await vault.VerifyAuditAsync(default)).IsIntact.ShouldBeFalse($"byte {i}");
        }
    }

    [Fact]
    public async Task Verify_finds_every_dropped_and_every_swapped_line()
    {
        await FillAsync();
        await using var vault = await _workshop.OpenAsync(_storage);
        var lines = Lines();
        for (var i = 0; i < lines.Length; i++)
        {
            await WriteAsync([.. lines[..i], .. lines[(i + 1)..]]);
            // The last line may go unnoticed only if it acknowledges no change: it is the outcome of a read.
            if (i < lines.Length - 1) (await vault.VerifyAuditAsync(default)).IsIntact.ShouldBeFalse($"drop {i}");
            if (i == 0) continue;
            await WriteAsync([.. lines[..(i - 1)], lines[i], lines[i - 1], .. lines[(i + 1)..]]);
            (await vault.VerifyAuditAsync(default)).IsIntact.ShouldBeFalse($"swap {i}");
        }
    }

    [Fact]
    public async Task Verify_finds_a_cut_before_any_acknowledged_change()
    {
        await FillAsync();
        await using var vault = await _workshop.OpenAsync(_storage);
        var lines = Lines();
        var lastIntent = Array.FindLastIndex(lines, line => line.Contains("\"kind\":\"intent\""));
        for (var keep = 0; keep <= lastIntent; keep++)
        {
            await WriteAsync(lines[..keep]);
            (await vault.VerifyAuditAsync(default)).IsIntact.ShouldBeFalse($"{keep} lines kept");
        }
        // The outcome of the last change may be lost in a crash: its intent stands for it.
        await WriteAsync(lines[..(lastIntent + 1)]);
        var report = await vault.VerifyAuditAsync(default);
        report.IsIntact.ShouldBeTrue(report.Fault);
        report.UnfinishedChanges.ShouldBe(1);
    }

    [Fact]
    public async Task Open_with_a_cut_log_is_corrupt_until_accepted()
    {
        await FillAsync();
        await WriteAsync(Lines()[..2]);

        (await OpenErrorAsync()).ShouldBe(SecretErrorKind.Corrupt);

        await using (var accepted = await EmbeddedVault.OpenAsync(_storage, _workshop.Seal(), _workshop.Options with { AcceptRestored = true }, default))
            await accepted.PutAsync("after", VaultWorkshop.Fields("value", "x"), null, default);
        var report = await VerifyAsync();
        report.Fault.ShouldBeNull();
    }

    [Fact]
    public async Task Open_with_the_log_of_another_vault_is_corrupt()
    {
        await FillAsync();
        var other = new SharedStorage(new MemoryStorage());
        using var seal = _workshop.Seal(3);
        var error = await Should.ThrowAsync<SecretException>(
            async () => await EmbeddedVault.CreateAsync(other, seal, Guid.Empty, _workshop.Options, default));
        error.Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    [Theory]
    [InlineData("{\"seq\":9,\"time\":\"20")]
    [InlineData("x")]
    [InlineData("{\"seq\":9\0\0\0\0\0\0\0\n\0\0")]
    public async Task Torn_last_line_is_closed_off_and_the_chain_goes_on(string fragment)
    {
        await FillAsync();
        await File.AppendAllTextAsync(_workshop.AuditPath, fragment);
        (await VerifyAsync()).Fault.ShouldBeNull();

        await using (var vault = await _workshop.OpenAsync(_storage)) await vault.PutAsync("b", VaultWorkshop.Fields("value", "2"), null, default);

        var report = await VerifyAsync();
        report.Fault.ShouldBeNull();
        report.Recoveries.ShouldBe(1);
        // The fragment is covered by the recovery record: it cannot be edited or dropped either.
        var text = await File.ReadAllTextAsync(_workshop.AuditPath);
        await File.WriteAllTextAsync(_workshop.AuditPath, text.Replace(fragment + "\n", ""));
        (await VerifyAsync()).IsIntact.ShouldBeFalse();
    }

    [Fact]
    public async Task Log_torn_at_any_byte_after_the_last_intent_is_no_fault()
    {
        await FillAsync();
        await using var vault = await _workshop.OpenAsync(_storage);
        var whole = await File.ReadAllBytesAsync(_workshop.AuditPath);
        var lines = Lines();
        var lastIntent = Array.FindLastIndex(lines, line => line.Contains("\"kind\":\"intent\""));
        var durable = lines[..(lastIntent + 1)].Sum(line => Encoding.UTF8.GetByteCount(line) + 1);
        for (var length = durable; length <= whole.Length; length++)
        {
            await File.WriteAllBytesAsync(_workshop.AuditPath, whole[..length]);
            (await vault.VerifyAuditAsync(default)).Fault.ShouldBeNull($"{length} of {whole.Length} bytes");
        }
    }

    [Fact]
    public async Task Two_vaults_append_to_one_log_at_once()
    {
        await (await _workshop.CreateAsync(_storage)).DisposeAsync();
        await using (var first = await _workshop.OpenAsync(_storage))
        await using (var second = await _workshop.OpenAsync(_storage))
        {
            var writers = Enumerable.Range(0, 8).Select(w => Task.Run(async () =>
            {
                var vault = w % 2 == 0 ? first : second;
                for (var i = 0; i < 10; i++)
                {
                    await vault.PutAsync($"w{w}/{i}", VaultWorkshop.Fields("value", "x"), null, default);
                    using var read = await vault.ReadAsync($"w{w}/{i}", null, default);
                }
            }));
            await Task.WhenAll(writers);
        }
        var report = await VerifyAsync();
        report.Fault.ShouldBeNull();
        report.Records.ShouldBe(8 * 10 * 3);
    }

    [Fact]
    public async Task Request_is_refused_when_its_intent_cannot_be_recorded()
    {
        await using var vault = await _workshop.CreateAsync(_storage);
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "1"), null, default);
        await File.WriteAllTextAsync(_workshop.AuditPath, "");

        (await Should.ThrowAsync<SecretException>(async () => await vault.PutAsync("a", VaultWorkshop.Fields("value", "2"), null, default)))
            .Kind.ShouldBe(SecretErrorKind.Corrupt);
        (await Should.ThrowAsync<SecretException>(async () => await vault.ReadAsync("a", null, default))).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    [Fact]
    public async Task Statistics_tell_last_access_and_frequency()
    {
        await using var vault = await _workshop.CreateAsync(_storage);
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "1"), null, default);
        using (await vault.ReadAsync("a", null, default)) _workshop.Time.Advance(TimeSpan.FromHours(30));
        using (await vault.ReadAsync("a", null, default)) _workshop.Time.Advance(TimeSpan.FromHours(1));

        var statistic = (await vault.ReadStatisticsAsync(default))["a"];

        statistic.Reads.ShouldBe(2);
        statistic.ReadsLastDay.ShouldBe(1);
        statistic.LastReadAt.ShouldBe(_workshop.Time.GetUtcNow() - TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Open_of_a_storage_older_than_its_log_is_corrupt()
    {
        var old = new MemoryStorage();
        await (await _workshop.CreateAsync(new SharedStorage(old))).DisposeAsync();
        var copy = new MemoryStorage();
        var entries = new List<Strongroom.Vault.Storage.StorageChange>();
        await foreach (var e in old.ScanAsync(default)) entries.Add(new(Strongroom.Vault.Storage.StorageChangeKind.Put, e.Id, e.Folder, e.Sealed));
        await copy.CommitAsync(entries, default);
        await using (var vault = await _workshop.OpenAsync(new SharedStorage(old))) await vault.PutAsync("a", VaultWorkshop.Fields("value", "1"), null, default);

        var error = await Should.ThrowAsync<SecretException>(() => _workshop.OpenAsync(copy));
        error.Kind.ShouldBe(SecretErrorKind.Corrupt);
        error.Message.ShouldContain("older than its audit log");
    }

    [Fact]
    public async Task Close_under_load_leaves_a_whole_chain_with_everything_that_was_acknowledged()
    {
        var key = new byte[32];
        for (var round = 0; round < 30; round++)
        {
            var path = $"{_workshop.AuditPath}.{round}";
            var log = HashChainedFile.Open(path, key, AuditFlush.Changes, TimeProvider.System, gathers: true);
            var record = new AuditRecord(AuditRecordKind.Outcome, DateTimeOffset.UnixEpoch, "c", "read", "p", "ok");
            long highest = 0;
            var count = 0;
            var busy = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            var writers = Enumerable.Range(0, 16).Select(i => Task.Run(async () =>
            {
                while (true)
                {
                    try
                    {
                        var position = await log.AppendAsync([record], durable: i % 2 == 0, default);
                        for (var seen = Volatile.Read(ref highest); position.Sequence > seen; seen = Volatile.Read(ref highest)) Interlocked.CompareExchange(ref highest, position.Sequence, seen);
                        if (Interlocked.Increment(ref count) == 200) busy.SetResult();
                    }
                    catch (SecretException)
                    {
                        return;
                    }
                }
            })).ToArray();
            await busy.Task;

            await log.DisposeAsync();
            await Task.WhenAll(writers);

            var report = await AuditVerifier.VerifyAsync(path, key, past: null, default);
            report.Fault.ShouldBeNull();
            report.Records.ShouldBeGreaterThanOrEqualTo(highest);
        }
    }

    private async Task FillAsync()
    {
        await using var vault = await _workshop.CreateAsync(_storage);
        await vault.PutAsync("path-canary", VaultWorkshop.Fields("value", "value-canary"), null, default);
        await vault.RotateKeyAsync(default);
        await vault.PutAsync("path-canary", VaultWorkshop.Fields("value", "value-canary-2"), 1, default);
        using var secret = await vault.ReadAsync("path-canary", null, default);
    }

    private async Task<Strongroom.Vault.Audit.AuditReport> VerifyAsync()
    {
        await using var vault = await _workshop.OpenAsync(_storage);
        return await vault.VerifyAuditAsync(default);
    }

    private async Task<SecretErrorKind> OpenErrorAsync() => (await Should.ThrowAsync<SecretException>(() => _workshop.OpenAsync(_storage))).Kind;

    private string[] Lines() => File.ReadAllLines(_workshop.AuditPath);

    private Task WriteAsync(string[] lines) => File.WriteAllTextAsync(_workshop.AuditPath, string.Concat(lines.Select(line => line + "\n")));
}
