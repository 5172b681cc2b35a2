using Shouldly;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class DefectTests
{
    [Fact]
    public async Task Request_that_fails_by_a_defect_is_on_record()
    {
        var storage = new DefectiveStorage(new MemoryStorage());
        await using var vault = await VaultBench.CreateAsync(storage);
        await vault.WriteAsync("secret/data/app", """{"data": {"a": "b"}}""");
        storage.Fails = true;
        await Should.ThrowAsync<InvalidOperationException>(() => vault.ReadAsync("secret/data/app"));
        storage.Fails = false;
        var last = (await File.ReadAllLinesAsync(vault.AuditPath))[^1];
        last.ShouldContain("\"path\":\"secret/data/app\"");
        last.ShouldContain("\"outcome\":\"error\"");
    }

    private sealed class DefectiveStorage(VaultStorage inner) : SharedStorage(inner)
    {
        public bool Fails { get; set; }

        public override ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken) =>
            Fails ? throw new InvalidOperationException("a defect") : base.GetAsync(id, cancellationToken);
    }
}
