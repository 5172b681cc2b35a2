using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class SnapshotTests
{
    [Fact]
    public async Task Restore_brings_back_what_there_was_and_nothing_else()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        await bench.WriteAsync("cubbyhole/a", """{"value": "old"}""", root);
        var snapshot = await SaveAsync(bench, root);
        await bench.WriteAsync("cubbyhole/a", """{"value": "new"}""", root);
        await bench.WriteAsync("cubbyhole/b", """{"value": "new"}""", root);
        var later = (await bench.Vault.CreateRootTokenAsync(null, default)).Reveal();

        await RestoreAsync(bench, "snapshot", snapshot, root);

        bench.Vault.IsSealed.ShouldBeFalse();
        (await bench.ReadAsync("cubbyhole/a", root))!["value"]!.GetValue<string>().ShouldBe("old");
        (await Should.ThrowAsync<SecretException>(() => bench.ReadAsync("cubbyhole/b", root))).Kind.ShouldBe(SecretErrorKind.NotFound);
        (await Should.ThrowAsync<SecretException>(() => bench.ReadAsync("auth/token/lookup-self", later))).Kind.ShouldBe(SecretErrorKind.Denied);
        await bench.WriteAsync("cubbyhole/c", """{"value": "after"}""", root);
        (await bench.Vault.CheckAsync(default)).Damaged.ShouldBeEmpty();
    }

    [Fact]
    public async Task Snapshot_shows_neither_values_nor_names()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        await bench.WriteAsync("cubbyhole/canary-name", """{"value": "canary-value"}""", root);
        var files = Unpack(await SaveAsync(bench, root));
        files.Keys.ShouldBe(["meta.json", "state.bin", "SHA256SUMS", "SHA256SUMS.sealed"]);
        foreach (var content in files.Values) System.Text.Encoding.Latin1.GetString(content).ShouldNotContain("canary");
    }

    [Fact]
    public async Task Snapshot_of_another_vault_needs_force_and_leaves_the_vault_sealed_with_its_keys()
    {
        await using var first = new SealBench();
        var (keys, firstRoot) = await first.InitializeAsync(3, 2);
        await first.UnsealAsync(keys[..2]);
        await first.WriteAsync("cubbyhole/a", """{"value": "first"}""", firstRoot);
        var snapshot = await SaveAsync(first, firstRoot);

        await using var second = new SealBench();
        var root = await OpenAsync(second);
        (await SealLifeTests.Fault(RestoreAsync(second, "snapshot", snapshot, root))).ShouldStartWith("could not verify hash file");
        second.Vault.IsSealed.ShouldBeFalse();
        (await second.ReadAsync("auth/token/lookup-self", root)).ShouldNotBeNull();

        await RestoreAsync(second, "snapshot-force", snapshot, root);

        second.Vault.IsSealed.ShouldBeTrue();
        var status = await second.ReadAsync("sys/seal-status");
        (status!["t"]!.GetValue<int>(), status["n"]!.GetValue<int>()).ShouldBe((2, 3));
        await second.UnsealAsync(keys[1], keys[2]);
        (await second.ReadAsync("cubbyhole/a", firstRoot))!["value"]!.GetValue<string>().ShouldBe("first");
        await second.WriteAsync("cubbyhole/a", """{"value": "second"}""", firstRoot);
        Directory.GetFiles(second.Folder, "audit.log.replaced-*").ShouldHaveSingleItem();
        await second.RestartAsync();
        await second.UnsealAsync(keys[0], keys[2]);
        (await second.ReadAsync("cubbyhole/a", firstRoot))!["value"]!.GetValue<string>().ShouldBe("second");
    }

    [Fact]
    public async Task Snapshot_from_before_a_rekey_needs_force_and_the_former_keys()
    {
        await using var bench = new SealBench();
        var (old, root) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(old);
        var snapshot = await SaveAsync(bench, root);
        await RekeyTests.RekeyAsync(bench, old, 1, 1);
        await SealLifeTests.Fault(RestoreAsync(bench, "snapshot", snapshot, root));
        await RestoreAsync(bench, "snapshot-force", snapshot, root);
        bench.Vault.IsSealed.ShouldBeTrue();
        (await bench.UnsealAsync(old))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Changed_snapshots_are_refused_and_change_nothing()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        await bench.WriteAsync("cubbyhole/a", """{"value": "here"}""", root);
        var snapshot = await SaveAsync(bench, root);
        foreach (var bad in new byte[][] { [], [1, 2, 3], snapshot[..(snapshot.Length / 2)], "{}"u8.ToArray() })
            (await SealLifeTests.Fault(RestoreAsync(bench, "snapshot-force", bad, root))).ShouldStartWith("failed to read snapshot file");
        var files = Unpack(snapshot);
        files["state.bin"] = files["state.bin"][..^1];
        (await SealLifeTests.Fault(RestoreAsync(bench, "snapshot", Pack(files), root))).ShouldContain("does not match its sums");
        // Whoever makes fitting sums still cannot seal them.
        files["SHA256SUMS"] = Strongroom.Vault.Snapshots.SnapshotFormat.Sums(files["meta.json"], files["state.bin"]);
        (await SealLifeTests.Fault(RestoreAsync(bench, "snapshot", Pack(files), root))).ShouldContain("cut");
        (await bench.ReadAsync("cubbyhole/a", root))!["value"]!.GetValue<string>().ShouldBe("here");
    }

    [Fact]
    public async Task Bomb_is_refused_before_it_unpacks()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        var bomb = Pack(new() { ["state.bin"] = new byte[64 << 20] });
        bomb.Length.ShouldBeLessThan(1 << 20);
        (await SealLifeTests.Fault(RestoreAsync(bench, "snapshot-force", bomb, root))).ShouldContain("unpacks to more");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_that_dies_leaves_the_old_or_the_new(bool afterCommit)
    {
        for (var commit = 1; ; commit++)
        {
            commit.ShouldBeLessThan(12);
            await using var bench = new SealBench();
            var (keys, root) = await bench.InitializeAsync(1, 1);
            await bench.UnsealAsync(keys);
            await bench.WriteAsync("cubbyhole/a", """{"value": "old"}""", root);
            var snapshot = await SaveAsync(bench, root);
            await bench.WriteAsync("cubbyhole/a", """{"value": "new"}""", root);
            await bench.WriteAsync("cubbyhole/b", """{"value": "new"}""", root);
            DyingStorage? dying = null;
            await bench.RestartAsync(storage => dying = new DyingStorage(storage, commit, afterCommit));
            try
            {
                await bench.UnsealAsync(keys);
                await RestoreAsync(bench, "snapshot", snapshot, root);
            }
            catch (SecretException)
            {
                // It died somewhere; what it left is looked at.
            }
            await bench.RestartAsync();
            (await bench.UnsealAsync(keys))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
            var isOld = (await bench.ReadAsync("cubbyhole/a", root))!["value"]!.GetValue<string>() == "old";
            var hasB = true;
            try
            {
                await bench.ReadAsync("cubbyhole/b", root);
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
            {
                hasB = false;
            }
            hasB.ShouldBe(!isOld, $"died at {commit}");
            (await bench.Vault.CheckAsync(default)).Damaged.ShouldBeEmpty();
            if (!dying!.IsDead) return;
        }
    }

    [Fact]
    public async Task Snapshots_pass_an_audit_device_whose_lines_stay_JSON()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        using var elsewhere = new TemporaryFolder();
        var log = elsewhere.File("device.log");
        await bench.WriteAsync("sys/audit/file", $$$"""{"type": "file", "options": {"file_path": "{{{log}}}"}}""", root);
        await RestoreAsync(bench, "snapshot", await SaveAsync(bench, root), root);
        await bench.Vault.SealAsync(default);
        var lines = (await File.ReadAllLinesAsync(log)).Select(line => JsonNode.Parse(line)!["request"]!["path"]!.GetValue<string>()).ToArray();
        lines.Count(path => path == "sys/storage/raft/snapshot").ShouldBe(4);
    }

    [Fact]
    public async Task Configuration_names_the_one_server()
    {
        await using var bench = new SealBench();
        var root = await OpenAsync(bench);
        var server = (await bench.ReadAsync("sys/storage/raft/configuration", root))!["config"]!["servers"]!.AsArray().ShouldHaveSingleItem();
        (server!["leader"]!.GetValue<bool>(), server["voter"]!.GetValue<bool>()).ShouldBe((true, true));
        (await bench.ReadAsync("sys/config/state/sanitized", root))!["storage"]!["type"]!.GetValue<string>().ShouldBe("file");
    }

    private static async Task<string> OpenAsync(SealBench bench)
    {
        var (keys, root) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(keys);
        return root;
    }

    private static async Task<byte[]> SaveAsync(SealBench bench, string root)
    {
        using var response = await bench.Vault.HandleAsync(Request(VaultOperation.Read, "snapshot", default, root), default);
        response.BareContentType.ShouldBe("application/gzip");
        return response.Data.ToArray();
    }

    private static async Task<JsonNode?> RestoreAsync(SealBench bench, string path, byte[] snapshot, string root)
    {
        using var response = await bench.Vault.HandleAsync(Request(VaultOperation.Update, path, snapshot, root), default);
        response.Status.ShouldBe(VaultStatus.Done);
        return null;
    }

    private static VaultRequest Request(VaultOperation operation, string path, ReadOnlyMemory<byte> body, string root) =>
        new(operation, "sys/storage/raft/" + path, body) { Origin = new RequestOrigin { Token = new ClientToken(root) } };

    private static Dictionary<string, byte[]> Unpack(byte[] packed)
    {
        using var tar = new TarReader(new GZipStream(new MemoryStream(packed), CompressionMode.Decompress));
        var files = new Dictionary<string, byte[]>();
        while (tar.GetNextEntry() is { } entry)
        {
            var content = new byte[entry.Length];
            entry.DataStream?.ReadExactly(content);
            files.Add(entry.Name, content);
        }
        return files;
    }

    private static byte[] Pack(Dictionary<string, byte[]> files)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var tar = new TarWriter(gzip, TarEntryFormat.Ustar))
        {
            foreach (var (name, content) in files)
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });
        }
        return packed.ToArray();
    }
}
