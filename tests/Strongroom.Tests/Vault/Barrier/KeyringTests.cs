using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Barrier;

public sealed class KeyringTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Reload_goes_on_with_the_keys_that_are_there()
    {
        var storage = new MemoryStorage();
        using var first = await VaultBarrier.CreateAsync(storage, _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default);
        using var second = await VaultBarrier.OpenAsync(storage, _workshop.Seal(), _workshop.Random, default);
        await first.RotateAsync(default);
        var before = second.Keyring;

        await second.ReloadAsync(before, default);

        second.Keyring.Terms.Length.ShouldBe(2);
        second.Keyring.Terms[0].ShouldBeSameAs(before.Terms[0]);
        second.Keyring.Names.ShouldBeSameAs(before.Names);
        second.Keyring.AuditKey.ShouldBeSameAs(before.AuditKey);
    }

    [Fact]
    public void Continue_zeroes_the_second_copies_and_keeps_the_new_key()
    {
        using var keyring = Keyring.Generate(_workshop.Random);
        var next = keyring.NextTerm(5, _workshop.Random);
        var loaded = Copy(next);
        var (copiedTerm, copiedNames) = (loaded.Terms[0], loaded.Names);

        var continued = keyring.Continue(loaded);

        loaded.AuditKey.ShouldAllBe(b => b == 0);
        Bytes(copiedTerm.CopyKeyTo).ShouldAllBe(b => b == 0);
        Bytes(copiedNames.CopyKeyTo).ShouldAllBe(b => b == 0);
        Bytes(continued.Current.CopyKeyTo).ShouldBe(Bytes(next.Current.CopyKeyTo));
        Bytes(continued.Terms[0].CopyKeyTo).ShouldContain(b => b != 0);
    }

    [Fact]
    public void Continue_with_an_earlier_or_a_strange_keyring_is_corrupt_and_zeroes_it()
    {
        using var keyring = Keyring.Generate(_workshop.Random);
        var earlier = Copy(keyring);
        var strange = Keyring.Generate(_workshop.Random);

        Should.Throw<SecretException>(() => keyring.NextTerm(5, _workshop.Random).Continue(earlier)).Kind.ShouldBe(SecretErrorKind.Corrupt);
        Should.Throw<SecretException>(() => keyring.Continue(strange)).Kind.ShouldBe(SecretErrorKind.Corrupt);

        earlier.AuditKey.ShouldAllBe(b => b == 0);
        strange.AuditKey.ShouldAllBe(b => b == 0);
    }

    [Fact]
    public async Task Many_writers_at_the_end_of_a_term_begin_one_new_term()
    {
        var storage = new JumpingStorage(new MemoryStorage());
        using var barrier = await VaultBarrier.CreateAsync(storage, _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default);
        storage.Jump = VaultBarrier.TermCommitsMax;

        await Task.WhenAll(Enumerable.Range(0, 32).Select(i => Task.Run(async () =>
        {
            var commit = new BarrierCommit(barrier);
            commit.Put(barrier.View(""), $"entry-{i}", "value"u8.ToArray());
            (await commit.CommitAsync(default)).ShouldNotBeNull();
        })));

        barrier.Keyring.Terms.Length.ShouldBe(2);
    }

    private delegate void Copier(Span<byte> destination);

    private static byte[] Bytes(Copier copy)
    {
        var bytes = new byte[DataKey.Length];
        copy(bytes);
        return bytes;
    }

    private static Keyring Copy(Keyring keyring) => new(
        new NameHash(Bytes(keyring.Names.CopyKeyTo)), [.. keyring.AuditKey],
        [.. keyring.Terms.Select(key => new DataKey(key.Term, key.BeganAtSequence, Bytes(key.CopyKeyTo)))], keyring.Revision);

    /// <summary>Storage whose commits look as if many others had been made between.</summary>
    private sealed class JumpingStorage(VaultStorage inner) : SharedStorage(inner)
    {
        public long Jump { get; set; }

        public override async ValueTask<long> GetSequenceAsync(CancellationToken cancellationToken) =>
            await base.GetSequenceAsync(cancellationToken) + Jump;

        public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
        {
            var result = await base.CommitAsync(changes, cancellationToken);
            return result.Committed && changes.Count > 1 ? result with { Sequence = result.Sequence + Jump } : result;
        }
    }
}
