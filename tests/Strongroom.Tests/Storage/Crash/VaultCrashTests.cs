using System.Globalization;
using System.Text;
using System.Text.Json;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Storage.Crash;

/// <summary>kill -9 in the midst of writing through the whole vault: KV engine, audit, barrier and storage.</summary>
public sealed class VaultCrashTests(ITestOutputHelper output)
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public Task Kill_loses_no_acknowledged_secret_and_each_has_its_audit_record() => Kills.RunAsync(
        output, linesMax: 200, MakeAsync, start: (folder, run) => ChildWriter.Start("vault", folder.Path, run), Check);

    [Fact]
    public async Task Kill_of_two_writing_processes_while_a_third_changes_keys_loses_nothing_and_no_audit_record()
    {
        var random = new Random(3);
        using var folder = new TemporaryFolder();
        await MakeAsync(folder);
        for (var kill = 0; kill < Math.Max(2, Kills.Count / 10); kill++)
        {
            int[] runs = [kill * 2, (kill * 2) + 1];
            await using var rotating = ChildWriter.Start("rotate", folder.Path);
            var writing = runs.Select(run => ChildWriter.Start("vault", folder.Path, run.ToString(CultureInfo.InvariantCulture))).ToList();
            var rotations = rotating.KillAfterAsync(random.Next(1, 20), TimeSpan.FromMicroseconds(random.Next(600)));
            var lines = await Task.WhenAll(writing.Select(child => child.KillAfterAsync(random.Next(50, 150), TimeSpan.FromMicroseconds(random.Next(600)))));
            output.WriteLine($"{(await rotations).Length} terms, {lines[0].Length} and {lines[1].Length} secrets");
            foreach (var child in writing) await child.DisposeAsync();
            for (var i = 0; i < runs.Length; i++) await Check(folder, runs[i], lines[i]);
        }
    }

    private static async Task MakeAsync(TemporaryFolder folder)
    {
        var options = VaultWriter.Options(folder.Path);
        var storage = SqliteStorage.Create(folder.File("vault.db"));
        await using var vault = await EmbeddedVault.CreateAsync(
            storage, VaultWriter.Seal(options.Random), new Guid("0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"), options, None);
    }

    private static async Task Check(TemporaryFolder folder, int run, string[] lines)
    {
        var acknowledged = lines.Select(line => line.Split(' ')).GroupBy(parts => (int.Parse(parts[0]), int.Parse(parts[1])))
            .ToDictionary(group => group.Key, group => group.Max(parts => int.Parse(parts[2])));
        var audited = ReadAudit(folder.File("audit.log"));
        await using (var vault = await VaultWriter.OpenAsync(folder.Path))
        {
            (await vault.VerifyAuditAsync(None)).Fault.ShouldBeNull();
            for (var writer = 0; writer < VaultWriter.Writers; writer++)
            {
                await CheckWriter(vault, run, writer, acknowledged, audited);
            }
        }
        await using var storage = SqliteStorage.Open(folder.File("vault.db"));
        await storage.VerifyAsync(None);
    }

    private static async Task CheckWriter(
        EmbeddedVault vault, int run, int writer, Dictionary<(int Writer, int Key), int> acknowledged, Dictionary<string, int> audited)
    {
        var stored = new List<string>();
        var unacknowledged = 0;
        for (var key = 0; key < VaultWriter.Keys; key++)
        {
            var path = VaultWriter.Path(run, writer, key);
            var known = acknowledged.GetValueOrDefault((writer, key));
            audited.GetValueOrDefault("secret/data/" + path).ShouldBeGreaterThanOrEqualTo(known, path);
            using var secret = await FindAsync(vault, path);
            var version = secret?.Version ?? 0;
            version.ShouldBeInRange(known, known + 1, path);
            unacknowledged += version - known;
            if (secret is null)
            {
                continue;
            }
            stored.Add($"key{key}");
            var expected = VaultWriter.Value(run, writer, key, version);
            foreach (var field in new[] { "a", "b" })
            {
                using var value = secret.Field(field);
                Encoding.UTF8.GetString(value.ShouldNotBeNull().Reveal()).ShouldBe(expected);
            }
        }
        unacknowledged.ShouldBeLessThanOrEqualTo(1);
        (await vault.ListAsync(VaultWriter.Folder(run, writer), recursive: false, None)).ShouldBe(stored);
    }

    private static async Task<KvSecret?> FindAsync(EmbeddedVault vault, string path)
    {
        try
        {
            return await vault.ReadAsync(path, version: null, None);
        }
        catch (Strongroom.Secrets.SecretException e) when (e.Kind == Strongroom.Secrets.SecretErrorKind.NotFound)
        {
            return null;
        }
    }

    /// <summary>
    /// Reads the log with nothing of the vault's own code: the records must follow each other without a gap, each naming the code
    /// of the one before. Returns how many changes of each path are acknowledged in it.
    /// </summary>
    private static Dictionary<string, int> ReadAudit(string path)
    {
        var changes = new Dictionary<string, int>();
        var (sequence, mac) = (0L, Convert.ToBase64String(new byte[32]));
        foreach (var line in File.ReadAllLines(path))
        {
            JsonElement record;
            try
            {
                record = JsonElement.Parse(line);
            }
            catch (JsonException)
            {
                // A line cut by a kill; the next record says so.
                continue;
            }
            record.GetProperty("seq").GetInt64().ShouldBe(++sequence);
            record.GetProperty("prev").GetString().ShouldBe(mac);
            mac = record.GetProperty("mac").GetString()!;
            if (record.TryGetProperty("committed", out var committed) && record.GetProperty("outcome").GetString() == "ok")
            {
                committed.GetInt64().ShouldBeGreaterThan(0);
                var changed = record.GetProperty("path").GetString()!;
                changes[changed] = changes.GetValueOrDefault(changed) + 1;
            }
        }
        return changes;
    }
}
