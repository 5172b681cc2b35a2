using System.Runtime.Versioning;
using Shouldly;
using Strongroom.CrashWriter;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Tests.Storage;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

[UnsupportedOSPlatform("windows")]
public sealed class FullDiskTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Full_disk_refuses_loses_nothing_and_goes_on_when_there_is_space(bool auditOnOwnDisk)
    {
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "2m");
        using var elsewhere = new TemporaryFolder();
        var options = VaultWriter.Options(auditOnOwnDisk ? elsewhere.Path : folder.Path);
        using var seal = VaultWriter.Seal(options.Random);
        File.WriteAllBytes(folder.File("ballast"), new byte[600_000]);
        await using var vault = await EmbeddedVault.CreateAsync(SqliteStorage.Create(folder.File("vault.db")), seal, VaultWorkshop.VaultId, options, None);
        var (acknowledged, refusals) = (0, 0);
        // After a refusal a put may fit again: a checkpoint lets SQLite use its log anew. Then it is as good as any other.
        while (refusals < 6)
        {
            try
            {
                await PutAsync(vault, acknowledged);
                acknowledged++;
            }
            catch (SecretException e)
            {
                e.Kind.ShouldBe(SecretErrorKind.StorageFull);
                e.Help.ShouldNotBeNull();
                refusals++;
            }
        }

        File.Delete(folder.File("ballast"));
        for (var i = 0; i < acknowledged; i++) await ShouldHoldAsync(vault, i);
        // Refused is not there. Only where the log itself had no room for the outcome may the change have been made before.
        var left = await Record.ExceptionAsync(() => ShouldHoldAsync(vault, acknowledged));
        if (left is not null || auditOnOwnDisk) left.ShouldBeOfType<SecretException>().Kind.ShouldBe(SecretErrorKind.NotFound);
        await PutAsync(vault, acknowledged);
        await ShouldHoldAsync(vault, acknowledged);
        (await vault.VerifyAsync(None)).ShouldSatisfyAllConditions(
            r => r.Audit.Fault.ShouldBeNull(), r => r.StorageFault.ShouldBeNull(), r => r.Barrier.Damaged.ShouldBeEmpty());
    }

    [Fact]
    public async Task Read_only_disk_is_refused_because_no_read_goes_unrecorded()
    {
        var sample = await SampleVault.MakeAsync();
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "2m");
        SampleVault.Write(sample.Closed, folder.Path, "", bytes => bytes);
        disk.MakeReadOnly();

        var error = (await sample.CheckAsync(folder.Path)).ShouldHaveSingleItem();

        error.Kind.ShouldBe(SecretErrorKind.ReadOnly);
        error.Message.ShouldContain("record");
    }

    [Fact]
    public async Task Audit_log_that_cannot_be_written_refuses_to_open()
    {
        var sample = await SampleVault.MakeAsync();
        using var folder = new TemporaryFolder();
        SampleVault.Write(sample.Closed, folder.Path, "", bytes => bytes);
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_111_111);
        File.SetUnixFileMode(folder.File(SampleVault.DatabaseName), (UnixFileMode)0b110_110_110);

        Linux.AsNobody(() =>
        {
            var error = Should.Throw<SecretException>(() => VaultWriter.OpenAsync(folder.Path).GetAwaiter().GetResult());
            error.Kind.ShouldBe(SecretErrorKind.ReadOnly);
            error.Message.ShouldContain("record");
            error.Help.ShouldNotBeNull();
        });
    }

    private static string Text(int number) => $"{number}:{new string('x', 3000)}";

    private static async Task PutAsync(EmbeddedVault vault, int number)
    {
        using var value = SecretValue.FromText(Text(number));
        await vault.PutAsync($"secret{number}", new SecretFields().Set("value", value), expectedVersion: null, None);
    }

    private static async Task ShouldHoldAsync(EmbeddedVault vault, int number)
    {
        using var secret = await vault.ReadAsync($"secret{number}", null, None);
        using var value = secret.Default();
        value.RevealText().ShouldBe(Text(number));
    }
}
