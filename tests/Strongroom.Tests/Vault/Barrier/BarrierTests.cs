using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Barrier;

public sealed class BarrierTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly MemoryStorage _memory = new();
    private readonly TamperStorage _storage;

    public BarrierTests() => _storage = new TamperStorage(_memory);

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Get_with_any_flipped_bit_is_corrupt()
    {
        using var barrier = await CreateAsync();
        var view = barrier.View("x/");
        await PutAsync(view, "name", "value");
        var stored = await StoredAsync(barrier, view, "name");

        for (var bit = 0; bit < stored.Sealed.Length * 8; bit++)
        {
            _storage.Tamper = entry => entry.Id == stored.Id ? Flip(entry, bit) : entry;
            var error = await Should.ThrowAsync<SecretException>(async () => await view.GetAsync("name", default));
            error.Kind.ShouldBe(SecretErrorKind.Corrupt, $"bit {bit}");
        }
    }

    [Fact]
    public async Task Get_of_an_entry_swapped_with_another_is_corrupt()
    {
        using var barrier = await CreateAsync();
        var view = barrier.View("x/");
        await PutAsync(view, "one", "1");
        await PutAsync(view, "two", "2");
        var two = await StoredAsync(barrier, view, "two");

        _storage.Tamper = entry => entry with { Sealed = two.Sealed };
        (await Should.ThrowAsync<SecretException>(async () => await view.GetAsync("one", default))).Kind.ShouldBe(SecretErrorKind.Corrupt);
        _storage.Tamper = _ => two;
        (await Should.ThrowAsync<SecretException>(async () => await view.GetAsync("one", default))).Kind.ShouldBe(SecretErrorKind.Corrupt);
        _storage.Tamper = entry => entry with { Folder = new EntryId(0, 99) };
        (await Should.ThrowAsync<SecretException>(async () => await view.GetAsync("one", default))).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    [Fact]
    public async Task Storage_shows_neither_names_nor_values()
    {
        using var barrier = await CreateAsync();
        var view = barrier.View("x/");
        await PutAsync(view, "canary-folder/canary-name", "canary-value");

        await foreach (var entry in _memory.ScanAsync(default))
            Encoding.Latin1.GetString(entry.Sealed.Span).ShouldNotContain("canary");
    }

    [Fact]
    public async Task Rotate_in_one_process_is_followed_by_the_others()
    {
        using var first = await CreateAsync();
        using var second = await OpenAsync();
        await first.RotateAsync(default);
        await PutAsync(first.View(""), "from-first", "1");

        (await ReadAsync(second.View(""), "from-first")).ShouldBe("1");
        using var third = await OpenAsync();
        await first.RotateAsync(default);
        await PutAsync(third.View(""), "from-third", "3");

        EntryFormat.Term((await StoredAsync(first, first.View(""), "from-third")).Sealed.Span).ShouldBe(3u);
        (await ReadAsync(first.View(""), "from-third")).ShouldBe("3");
    }

    [Fact]
    public async Task Reseal_in_another_process_is_told_as_sealed()
    {
        using var first = await CreateAsync();
        using var second = await OpenAsync();
        using var seal = _workshop.Seal(9);
        await first.ResealAsync(seal, default);

        var error = await Should.ThrowAsync<SecretException>(() => PutAsync(second.View(""), "a", "1"));
        error.Kind.ShouldBe(SecretErrorKind.Sealed);
    }

    [Fact]
    public async Task Closed_barrier_gives_nothing()
    {
        var barrier = await CreateAsync();
        var view = barrier.View("");
        await PutAsync(view, "a", "1");
        barrier.Dispose();
        (await Should.ThrowAsync<SecretException>(async () => await view.GetAsync("a", default))).Kind.ShouldBe(SecretErrorKind.Sealed);
    }

    [Fact]
    public async Task Commit_with_a_stale_revision_changes_nothing()
    {
        using var barrier = await CreateAsync();
        var view = barrier.View("");
        await PutAsync(view, "a", "1");
        var commit = new BarrierCommit(barrier);
        commit.PutListed(view, "b/c", "2"u8.ToArray(), expectedRevision: 0);
        commit.Put(view, "a", "3"u8.ToArray(), expectedRevision: 1);

        (await commit.CommitAsync(default)).ShouldBeNull();

        (await ReadAsync(view, "a")).ShouldBe("1");
        (await view.ListAsync("", default)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Check_counts_what_it_opens_and_names_what_is_damaged()
    {
        using var barrier = await CreateAsync();
        var view = barrier.View("x/");
        await PutAsync(view, "whole", "1");
        var commit = new BarrierCommit(barrier);
        commit.PutListed(view, "folder/name", "2"u8.ToArray(), expectedRevision: 0);
        await commit.CommitAsync(default);
        (await BarrierCheck.RunAsync(barrier, default)).ShouldSatisfyAllConditions(
            r => r.Damaged.ShouldBeEmpty(), r => r.Entries.ShouldBe(5), r => r.Folders.ShouldBe(1));

        var damaged = Flip(await StoredAsync(barrier, view, "whole"), 200);
        await _memory.CommitAsync([new(StorageChangeKind.Put, damaged.Id, damaged.Folder, damaged.Sealed)], default);

        (await BarrierCheck.RunAsync(barrier, default)).Damaged.Count.ShouldBe(1);
    }

    [Fact]
    public async Task Create_over_a_vault_is_a_conflict()
    {
        using var barrier = await CreateAsync();
        (await Should.ThrowAsync<SecretException>(CreateAsync)).Kind.ShouldBe(SecretErrorKind.Conflict);
    }

    private static StoredEntry Flip(StoredEntry entry, int bit)
    {
        var changed = entry.Sealed.ToArray();
        changed[bit / 8] ^= (byte)(1 << (bit % 8));
        return entry with { Sealed = changed };
    }

    private static async Task PutAsync(BarrierView view, string path, string value)
    {
        var commit = new BarrierCommit(view.Barrier);
        commit.Put(view, path, Encoding.UTF8.GetBytes(value));
        (await commit.CommitAsync(default)).ShouldNotBeNull();
    }

    private static async Task<string?> ReadAsync(BarrierView view, string path)
    {
        using var entry = await view.GetAsync(path, default);
        return entry is null ? null : Encoding.UTF8.GetString(entry.Value.Span);
    }

    private async Task<StoredEntry> StoredAsync(VaultBarrier barrier, BarrierView view, string path) =>
        (await _memory.GetAsync(barrier.Keyring.Names.Entry(view.FullPath(path)), default))!.Value;

    private async Task<VaultBarrier> CreateAsync() =>
        await VaultBarrier.CreateAsync(_storage, _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default);

    private async Task<VaultBarrier> OpenAsync() => await VaultBarrier.OpenAsync(_storage, _workshop.Seal(), _workshop.Random, default);
}
