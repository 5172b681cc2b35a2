using Shouldly;
using Strongroom.Secrets;
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

    [Fact(Timeout = 60_000)]
    public async Task Unsealing_and_reading_a_secret_wait_for_no_proof_of_absence()
    {
        var storage = new UnverifiedStorage(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(storage);
        await vault.WriteAsync("secret/data/one", """{"data": {"value": "1"}}""");
        await vault.WriteAsync("sys/policies/acl/reader", """{"policy": "path \"secret/*\" { capabilities = [\"read\"] }"}""");
        var token = await vault.TokenAsync("reader");
        await vault.Vault.SealAsync(CancellationToken.None);
        storage.Verified = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        (await vault.Vault.IsInitializedAsync(CancellationToken.None)).ShouldBeTrue();
        await vault.ReopenAsync();
        (await vault.ReadAsync("secret/data/one", token))["data"]!["value"]!.GetValue<string>().ShouldBe("1");

        var absent = vault.ReadAsync("secret/data/two", token);
        absent.IsCompleted.ShouldBeFalse();
        storage.Verified.SetException(new SecretException(SecretErrorKind.Corrupt, "damaged"));
        (await Should.ThrowAsync<SecretException>(absent)).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    /// <summary>Gives what is there, and nothing that is not, until its keys are verified.</summary>
    private sealed class UnverifiedStorage(VaultStorage inner) : SharedStorage(inner)
    {
        public TaskCompletionSource? Verified { get; set; }

        public override async ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
        {
            var found = await base.GetAsync(id, cancellationToken);
            if (found is null && Verified is { } verified) await verified.Task.WaitAsync(cancellationToken);
            return found;
        }

        public override ValueTask<StoredEntry?> PeekAsync(EntryId id, CancellationToken cancellationToken) => base.GetAsync(id, cancellationToken);

        public override async ValueTask<IReadOnlyList<StoredEntry>> ListAsync(EntryId folder, CancellationToken cancellationToken)
        {
            if (Verified is { } verified) await verified.Task.WaitAsync(cancellationToken);
            return await base.ListAsync(folder, cancellationToken);
        }
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
