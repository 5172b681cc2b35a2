using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage.Sqlite;

[UnsupportedOSPlatform("windows")]
public sealed class DiskTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Full_disk_refuses_and_keeps_everything_and_goes_on_when_there_is_space()
    {
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "1m");
        var path = folder.File("vault.db");
        File.WriteAllBytes(folder.File("ballast"), new byte[300_000]);
        await using (var storage = SqliteStorage.Create(path))
        {
            await ShouldFillUp(storage, freeSpace: () => File.Delete(folder.File("ballast")));
        }
        await using var again = SqliteStorage.Open(path);
        await again.VerifyAsync(None);
    }

    [Fact]
    public async Task File_at_its_page_limit_refuses_and_keeps_everything()
    {
        using var folder = new TemporaryFolder();
        await using var storage = SqliteStorage.Create(folder.File("vault.db"), new SqliteStorageOptions { PagesMax = 60 });

        await ShouldFillUp(storage, freeSpace: null);
    }

    [Fact]
    public void Create_on_a_full_disk_is_refused_and_works_when_there_is_space()
    {
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "256k");
        File.WriteAllBytes(folder.File("ballast"), new byte[256 * 1024 - 4096]);

        Should.Throw<SecretException>(() => SqliteStorage.Create(folder.File("vault.db"))).Kind.ShouldBe(SecretErrorKind.StorageFull);

        File.Delete(folder.File("ballast"));
        SqliteStorage.Create(folder.File("vault.db")).DisposeAsync().AsTask().IsCompletedSuccessfully.ShouldBeTrue();
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Read_only_disk_serves_reads_and_refuses_commits(bool whileOpen)
    {
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "1m");
        var path = folder.File("a b%20?#.db");
        var first = SqliteStorage.Create(path);
        await first.CommitAsync([Entry.Put(1, "a", folder: 1)], None);
        if (!whileOpen)
        {
            await first.DisposeAsync();
            disk.MakeReadOnly();
        }
        await using var storage = SqliteStorage.Open(path);

        (await storage.GetAsync(Entry.Id(1), None)).ShouldNotBeNull().Text().ShouldBe("a");
        (await storage.GetAsync(Entry.Id(2), None)).ShouldBeNull();
        (await storage.ListAsync(Entry.Folder(1), None)).Count.ShouldBe(1);
        await storage.VerifyAsync(None);
        if (!whileOpen)
        {
            await ShouldFail(storage, SecretErrorKind.ReadOnly);
            Should.Throw<SecretException>(() => SqliteStorage.Create(folder.File("other.db"))).Kind.ShouldBe(SecretErrorKind.ReadOnly);
            (await storage.GetSequenceAsync(None)).ShouldBe(1);
        }
        await first.DisposeAsync();
    }

    [Fact]
    public async Task Read_only_disk_with_a_log_left_by_a_kill_is_refused_and_not_read_without_it()
    {
        var sample = await SampleFile.MakeAsync();
        using var folder = new TemporaryFolder();
        using var disk = Linux.MountDisk(folder.Path, "4m");
        var path = folder.File("vault.db");
        File.WriteAllBytes(path, sample.Open.File);
        File.WriteAllBytes(path + "-wal", sample.Open.Log);
        disk.MakeReadOnly();

        Should.Throw<SecretException>(() => SqliteStorage.Open(path)).Kind.ShouldBe(SecretErrorKind.ReadOnly);
    }

    [Fact]
    public async Task File_without_permission_is_refused_as_read_only()
    {
        using var folder = new TemporaryFolder();
        File.SetUnixFileMode(folder.Path, (UnixFileMode)0b111_101_101);
        var path = folder.File("vault.db");
        await using (var storage = SqliteStorage.Create(path))
        {
            await storage.CommitAsync([Entry.Put(1, "a")], None);
        }

        Linux.AsNobody(() =>
        {
            Should.Throw<SecretException>(() => SqliteStorage.Open(path)).Kind.ShouldBe(SecretErrorKind.ReadOnly);
            Should.Throw<SecretException>(() => SqliteStorage.Create(folder.File("new.db"))).Kind.ShouldBe(SecretErrorKind.ReadOnly);
        });
        File.SetUnixFileMode(path, (UnixFileMode)0b110_100_100);
        Linux.AsNobody(() => Should.Throw<SecretException>(() => SqliteStorage.Open(path)).Kind.ShouldBe(SecretErrorKind.ReadOnly));
    }

    [Fact]
    public async Task Files_are_for_the_owner_only()
    {
        using var folder = new TemporaryFolder();
        var path = folder.File("vault.db");
        await using var storage = SqliteStorage.Create(path);
        await storage.CommitAsync([Entry.Put(1, "a")], None);

        foreach (var file in new[] { path, path + "-wal", path + "-shm" })
        {
            File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite, file);
        }
    }

    private static async Task ShouldFillUp(SqliteStorage storage, Action? freeSpace)
    {
        var stored = 0;
        SecretException? full = null;
        for (; full is null; stored++)
        {
            stored.ShouldBeLessThan(10_000);
            try
            {
                await storage.CommitAsync([Entry.Put(stored, new string('x', 900), folder: 1), Entry.Put(100_000, $"{stored}")], None);
            }
            catch (SecretException e)
            {
                full = e;
                break;
            }
        }
        full.ShouldNotBeNull().Kind.ShouldBe(SecretErrorKind.StorageFull);
        stored.ShouldBeGreaterThan(10);
        await ShouldHold(storage, stored);
        var attempts = Enumerable.Range(0, 20).Select(i => Task.Run(() => ShouldFail(storage, SecretErrorKind.StorageFull)));
        await Task.WhenAll(attempts);
        await ShouldHold(storage, stored);

        if (freeSpace is not null)
        {
            freeSpace();
            (await storage.CommitAsync([Entry.Put(stored, "there is space"), Entry.Put(100_000, $"{stored}")], None)).Committed.ShouldBeTrue();
            await ShouldHold(storage, stored + 1);
        }
    }

    private static async Task ShouldHold(SqliteStorage storage, int stored)
    {
        (await storage.GetSequenceAsync(None)).ShouldBe(stored);
        (await storage.GetAsync(Entry.Id(stored), None)).ShouldBeNull();
        (await storage.GetAsync(Entry.Id(100_000), None)).ShouldNotBeNull().Text().ShouldBe($"{stored - 1}");
        await storage.VerifyAsync(None);
    }

    private static async Task ShouldFail(SqliteStorage storage, SecretErrorKind kind)
    {
        var failure = await Should.ThrowAsync<SecretException>(async () =>
            await storage.CommitAsync([new StorageChange(StorageChangeKind.Put, Entry.Id(200_000), Sealed: new byte[400_000])], None));
        failure.Kind.ShouldBe(kind);
    }
}
