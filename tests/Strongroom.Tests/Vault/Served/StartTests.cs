using Shouldly;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class StartTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(500)]
    public async Task Unsealing_reads_as_much_however_many_leases_there_are(int leases)
    {
        var storage = new CountingStorage(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(storage);
        for (var i = 0; i < leases; i++) await vault.WriteAsync("auth/token/create", """{"ttl": "10h", "policies": ["default"]}""");
        storage.Calls = 0;
        await vault.ReopenAsync();
        storage.Calls.ShouldBeLessThan(20);
    }

    private sealed class CountingStorage(VaultStorage inner) : SharedStorage(inner)
    {
        public int Calls { get; set; }

        public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
        {
            Calls++;
            return base.GetAsync(id, cancellationToken);
        }

        public override ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken)
        {
            Calls++;
            return base.ListAsync(folder, cancellationToken);
        }
    }
}
