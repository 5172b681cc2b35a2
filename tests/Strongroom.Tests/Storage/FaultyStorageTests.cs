using Shouldly;
using Strongroom.Conformance.Storages;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Storage;

/// <summary>Without faults the wrapper is a storage like any other.</summary>
public sealed class FaultlessStorageTests : StorageConformance
{
    protected override ValueTask<VaultStorage> CreateAsync() => new(new FaultyStorage(new MemoryStorage(), seed: 1, TimeProvider.System));
}

public sealed class FaultyStorageTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Commit_fails_before_or_after_it_happened_as_asked()
    {
        await using var storage = new FaultyStorage(new MemoryStorage(), seed: 1, TimeProvider.System);

        storage.Faults = new StorageFaults { CommitsBefore = 1, Kinds = [SecretErrorKind.StorageFull] };
        (await Failure(storage)).Kind.ShouldBe(SecretErrorKind.StorageFull);
        (await storage.GetSequenceAsync(None)).ShouldBe(0);

        storage.Faults = new StorageFaults { CommitsAfter = 1 };
        await Failure(storage);
        (await storage.GetSequenceAsync(None)).ShouldBe(1);
        (storage.FailureCount, storage.CommitsAfterFailureCount).ShouldBe((2, 1));
    }

    [Fact]
    public async Task Reads_fail_as_asked_and_the_same_seed_gives_the_same_failures()
    {
        (await Pattern(5)).ShouldBe(await Pattern(5));
        (await Pattern(5)).ShouldNotBe(await Pattern(6));
        (await Pattern(5)).Count(failed => failed).ShouldBeInRange(20, 80);

        static async Task<bool[]> Pattern(int seed)
        {
            await using var storage = new FaultyStorage(new MemoryStorage(), seed, TimeProvider.System) { Faults = new StorageFaults { Reads = 0.5 } };
            var pattern = new bool[100];
            for (var i = 0; i < pattern.Length; i++)
            {
                try
                {
                    await storage.GetAsync(Entry.Id(1), None);
                }
                catch (SecretException)
                {
                    pattern[i] = true;
                }
            }
            return pattern;
        }
    }

    private static Task<SecretException> Failure(FaultyStorage storage) =>
        Should.ThrowAsync<SecretException>(async () => await storage.CommitAsync([Entry.Put(1, "a")], None));
}
