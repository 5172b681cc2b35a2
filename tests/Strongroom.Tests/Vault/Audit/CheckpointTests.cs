using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Audit.Checkpoints;
using Xunit;

namespace Strongroom.Tests.Vault.Audit;

/// <summary>Signed checkpoints: what an auditor finds who has the log and the public key, and nothing else.</summary>
[UnsupportedOSPlatform("windows")]
public sealed class CheckpointTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly SharedStorage _storage = new(new MemoryStorage());
    private string _key = "";

    private string KeptPath => _workshop.AuditPath + ".kept";

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Untouched_log_is_proven_up_to_its_last_checkpoint()
    {
        await FillAsync();
        var lines = await File.ReadAllLinesAsync(_workshop.AuditPath);

        var report = await CheckAsync();

        report.Fault.ShouldBeNull();
        report.Checkpoints.ShouldBe(2);
        report.ProvenRecords.ShouldBe(Array.FindLastIndex(lines, line => line.Contains("\"kind\":\"checkpoint\"")) + 1);
        report.UnprovenLines.ShouldBe(lines.Length - report.ProvenRecords);
        await using var vault = await _workshop.OpenAsync(_storage);
        var whole = await vault.VerifyAuditAsync(default);
        whole.Fault.ShouldBeNull();
        whole.Checkpoints.ShouldBe(2);
    }

    [Fact]
    public async Task Any_changed_byte_before_the_last_checkpoint_is_found()
    {
        await FillAsync();
        var whole = await File.ReadAllBytesAsync(_workshop.AuditPath);
        var report = await CheckAsync();
        var proven = LengthOf(whole, report.ProvenRecords);
        for (var i = 0; i < proven; i += 3)
        {
            var changed = (byte[])whole.Clone();
            changed[i] ^= 1;
            await File.WriteAllBytesAsync(_workshop.AuditPath, changed);
            var found = await CheckAsync();
            // An edit of the last checkpoint itself may leave its signature as it is where nothing signed is touched; it then proves what it proved.
            if (found.IsIntact) (found.Checkpoints < report.Checkpoints || found.ProvenRecords == report.ProvenRecords).ShouldBeTrue($"byte {i}");
            if (i < LengthOf(whole, report.ProvenRecords - 1)) (found.IsIntact && found.Checkpoints == report.Checkpoints).ShouldBeFalse($"byte {i}");
        }
    }

    [Fact]
    public async Task Every_dropped_and_every_swapped_line_is_found()
    {
        await FillAsync();
        await KeepAsync();
        var lines = await File.ReadAllLinesAsync(_workshop.AuditPath);
        var proven = (int)(await CheckAsync()).ProvenRecords;
        for (var i = 0; i < proven; i++)
        {
            await WriteAsync([.. lines[..i], .. lines[(i + 1)..]]);
            (await CheckAsync(kept: true)).IsIntact.ShouldBeFalse($"drop {i}");
            if (i == 0) continue;
            await WriteAsync([.. lines[..(i - 1)], lines[i], lines[i - 1], .. lines[(i + 1)..]]);
            (await CheckAsync(kept: true)).IsIntact.ShouldBeFalse($"swap {i}");
        }
    }

    [Fact]
    public async Task Every_cut_is_found_by_a_checkpoint_that_was_kept()
    {
        await FillAsync();
        await KeepAsync();
        var lines = await File.ReadAllLinesAsync(_workshop.AuditPath);
        var proven = (int)(await CheckAsync()).ProvenRecords;
        for (var keep = 0; keep < proven; keep++)
        {
            await WriteAsync(lines[..keep]);
            (await CheckAsync(kept: true)).IsIntact.ShouldBeFalse($"{keep} lines kept");
        }
    }

    [Fact]
    public async Task Key_of_another_vault_proves_nothing()
    {
        await FillAsync();
        using var other = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);

        var report = await CheckpointVerifier.VerifyAsync(_workshop.AuditPath, other.ExportSubjectPublicKeyInfoPem(), null, default);

        report.Fault.ShouldBe("a checkpoint is signed by another key, or was changed");
        (await Should.ThrowAsync<SecretException>(async () => await CheckpointVerifier.VerifyAsync(_workshop.AuditPath, "nope", null, default)))
            .Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Served_vault_balances_its_books_and_signs()
    {
        await using var vault = await VaultBench.CreateAsync();
        var parent = (await vault.WriteAsync("auth/token/create")).Token;
        for (var i = 0; i < 3; i++) await vault.WriteAsync("auth/token/create", "{}", parent);
        await vault.WriteAsync("auth/token/revoke", $$"""{"token": "{{parent}}"}""");
        var pem = (await vault.ReadAsync("sys/audit-checkpoint-key"))["public_key"]!.GetValue<string>();

        await vault.ReopenAsync();

        var report = await CheckpointVerifier.VerifyAsync(vault.AuditPath, pem, null, default);
        report.Fault.ShouldBeNull();
        report.Checkpoints.ShouldBe(3);
        await vault.Vault.SealAsync(default);
        await using var embedded = await vault.OpenEmbeddedAsync();
        (await embedded.VerifyAuditAsync(default)).Fault.ShouldBeNull();
        await embedded.PutAsync("a", VaultWorkshop.Fields("value", "v"), null, default);
        (await embedded.VerifyAuditAsync(default)).Fault.ShouldBeNull();
    }

    private async Task FillAsync()
    {
        await using var vault = await _workshop.CreateAsync(_storage);
        await vault.PutAsync("a", VaultWorkshop.Fields("value", "1"), null, default);
        await vault.CheckpointAsync(default);
        await vault.PutAsync("b", VaultWorkshop.Fields("value", "2"), null, default);
        await vault.CheckpointAsync(default);
        await vault.PutAsync("c", VaultWorkshop.Fields("value", "3"), null, default);
        _key = await vault.ReadCheckpointKeyAsync(default);
    }

    private async Task KeepAsync() => await File.WriteAllLinesAsync(
        KeptPath, (await File.ReadAllLinesAsync(_workshop.AuditPath)).Where(line => line.Contains("\"kind\":\"checkpoint\"")));

    private ValueTask<CheckpointReport> CheckAsync(bool kept = false) =>
        CheckpointVerifier.VerifyAsync(_workshop.AuditPath, _key, kept ? KeptPath : null, default);

    private Task WriteAsync(string[] lines) => File.WriteAllTextAsync(_workshop.AuditPath, string.Concat(lines.Select(line => line + "\n")));

    private static int LengthOf(byte[] whole, long lines)
    {
        var at = 0;
        for (var i = 0; i < lines; i++) at = Array.IndexOf(whole, (byte)'\n', at) + 1;
        return at;
    }
}
