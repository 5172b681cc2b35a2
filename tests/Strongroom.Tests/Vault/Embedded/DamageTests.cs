using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

/// <summary>
/// Whatever happens to the files of a vault, each read gives exactly the right value or a typed error that says what to do: never a wrong
/// value and never "not found". See <see cref="SampleVault.CheckAsync"/>.
/// </summary>
public sealed class DamageTests(ITestOutputHelper output)
{
    private const int PageLength = 4096;
    private static readonly CancellationToken None = CancellationToken.None;
    private int _checks, _refused;

    [Fact]
    public async Task Flipped_bit_on_any_page_of_the_database_gives_right_values_or_errors()
    {
        var sample = await SampleVault.MakeAsync();
        var random = Seeded();
        var length = sample.Closed[SampleVault.DatabaseName].Length;
        for (var page = 0; page < length / PageLength; page++)
        {
            foreach (var offset in Enumerable.Range(0, 10).Select(i => i < 4 ? i * 3 : random.Next(PageLength)))
                await CheckAsync(sample, sample.Closed, SampleVault.DatabaseName, Flip((page * PageLength) + offset, random.Next(8)));
        }
        _refused.ShouldBeGreaterThan(_checks / 4);
    }

    [Fact]
    public async Task Truncated_database_gives_right_values_or_errors()
    {
        var sample = await SampleVault.MakeAsync();
        var random = Seeded();
        var length = sample.Closed[SampleVault.DatabaseName].Length;
        int[] lengths = [0, 1, 99, 100, 512, .. Enumerable.Range(1, (length / PageLength) - 1).Select(page => page * PageLength),
            .. Enumerable.Range(0, 20).Select(_ => random.Next(length))];
        foreach (var cut in lengths) await CheckAsync(sample, sample.Closed, SampleVault.DatabaseName, bytes => bytes[..cut]);
        _refused.ShouldBeGreaterThan(_checks * 3 / 4);
    }

    [Fact]
    public async Task Damaged_log_of_writes_that_drops_commits_is_told_as_older_than_the_audit_log()
    {
        var sample = await SampleVault.MakeAsync();
        var random = Seeded();
        const int HeaderLength = 32, FrameLength = 24 + PageLength;
        var log = sample.Open[SampleVault.LogName].Length;
        var older = 0;
        for (var at = HeaderLength; at < log; at += FrameLength)
        {
            var errors = await CheckAsync(sample, sample.Open, SampleVault.LogName, Flip(at + random.Next(Math.Min(FrameLength, log - at)), random.Next(8)));
            errors.AddRange(await CheckAsync(sample, sample.Open, SampleVault.LogName, bytes => bytes[..(at + random.Next(Math.Min(FrameLength, log - at)))]));
            foreach (var error in errors)
            {
                error.Kind.ShouldBe(SecretErrorKind.Corrupt);
                if (error.Reason.Contains("older than its audit log")) older++;
            }
        }
        foreach (var damage in new Func<byte[], byte[]?>[] { Flip(3, 1), _ => null, _ => [] })
            (await CheckAsync(sample, sample.Open, SampleVault.LogName, damage)).ShouldHaveSingleItem().Reason.ShouldContain("older than its audit log");
        output.WriteLine($"{older} told as older");
        older.ShouldBeGreaterThan(5);
    }

    [Fact]
    public async Task Damaged_audit_log_never_harms_a_value_and_is_noticed()
    {
        var sample = await SampleVault.MakeAsync();
        var random = Seeded();
        var length = sample.Closed[SampleVault.AuditName].Length;
        for (var i = 0; i < 60; i++)
        {
            var at = random.Next(length);
            await CheckAsync(sample, sample.Closed, SampleVault.AuditName, Flip(at, random.Next(8)), mustBeNoticed: true);
            // What is cut off after the last change, the outcome of which is the last line, is seen by verifying.
            await CheckAsync(sample, sample.Closed, SampleVault.AuditName, bytes => bytes[..at], mustBeNoticed: true);
        }
        await CheckAsync(sample, sample.Closed, SampleVault.AuditName, bytes => bytes[..0], mustBeNoticed: true);
        (await CheckAsync(sample, sample.Closed, SampleVault.AuditName, _ => null, mustBeNoticed: true)).ShouldHaveSingleItem().Kind.ShouldBe(SecretErrorKind.Corrupt);
        var older = sample.Open[SampleVault.AuditName][..(sample.Open[SampleVault.AuditName].AsSpan().IndexOf((byte)'\n') + 1)];
        (await CheckAsync(sample, sample.Closed, SampleVault.AuditName, _ => older)).ShouldHaveSingleItem().Reason.ShouldContain("audit log ends before");
    }

    [Fact]
    public async Task Wrong_key_another_vaults_key_and_another_kind_of_seal_are_sealed()
    {
        var sample = await SampleVault.MakeAsync();
        using var folder = new TemporaryFolder();
        SampleVault.Write(sample.Closed, folder.Path, "", bytes => bytes);
        var options = VaultWriter.Options(folder.Path);
        using var passphrase = SecretValue.FromText("correct horse battery staple");
        VaultSeal[] seals =
        [
            new StaticKeySeal("ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="u8, options.Random),
            KeyFileSeal.Create(folder.File("other.key"), options.Random),
            new PassphraseSeal(passphrase, options.Random),
        ];
        foreach (var seal in seals)
        {
            await using var storage = SqliteStorage.Open(folder.File(SampleVault.DatabaseName));
            var error = await Should.ThrowAsync<SecretException>(async () => await EmbeddedVault.OpenAsync(storage, seal, options, None));
            error.Kind.ShouldBe(SecretErrorKind.Sealed);
            error.Help.ShouldNotBeNull();
            seal.Dispose();
        }
        Should.Throw<SecretException>(() => KeyFileSeal.Open(folder.File("missing.key"), options.Random)).ShouldSatisfyAllConditions(
            e => e.Kind.ShouldBe(SecretErrorKind.Sealed), e => e.Help.ShouldNotBeNull());
        (await sample.CheckAsync(folder.Path)).ShouldBeEmpty();
    }

    private static Func<byte[], byte[]?> Flip(int at, int bit) => bytes =>
    {
        var changed = (byte[])bytes.Clone();
        changed[at] ^= (byte)(1 << bit);
        return changed;
    };

    private async Task<List<SecretException>> CheckAsync(
        SampleVault sample, Dictionary<string, byte[]> files, string name, Func<byte[], byte[]?> damage, bool mustBeNoticed = false)
    {
        using var folder = new TemporaryFolder();
        SampleVault.Write(files, folder.Path, name, damage);
        var noticed = !mustBeNoticed || await IsNoticedAsync(folder.Path);
        var errors = await sample.CheckAsync(folder.Path);
        _checks++;
        if (errors.Count > 0) _refused++;
        noticed.ShouldBeTrue();
        return errors;
    }

    /// <summary>Refused when it is opened, a fault when it is verified, or closed off as the unfinished line of a crash.</summary>
    private static async Task<bool> IsNoticedAsync(string folder)
    {
        try
        {
            await using var vault = await VaultWriter.OpenAsync(folder);
            using (var read = await vault.ReadAsync("early/folder0/secret0", null, None))
            {
                // Has the log written to, so that a torn end is closed off.
            }
            var report = await vault.VerifyAuditAsync(None);
            return !report.IsIntact || report.Recoveries > 0;
        }
        catch (SecretException)
        {
            return true;
        }
    }

    private Random Seeded()
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}");
        return new Random(seed);
    }
}
