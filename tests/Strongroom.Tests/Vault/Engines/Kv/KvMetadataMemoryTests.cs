using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Engines.Kv;

/// <summary>What a served vault remembers of secrets that are read again and again.</summary>
public sealed class KvMetadataMemoryTests
{
    [Fact]
    public async Task Read_after_every_change_sees_it()
    {
        await using var vault = await VaultBench.CreateAsync();
        for (var version = 1; version <= 3; version++)
        {
            await vault.WriteAsync("secret/data/app", $$"""{"data": {"n": {{version}} } }""");
            for (var again = 0; again < 2; again++)
                (await vault.ReadAsync("secret/data/app"))["metadata"]!["version"]!.GetValue<int>().ShouldBe(version);
        }
        await vault.WriteAsync("secret/metadata/app", """{"custom_metadata": {"owner": "team"}}""");
        (await vault.ReadAsync("secret/data/app"))["metadata"]!["custom_metadata"]!["owner"]!.GetValue<string>().ShouldBe("team");
        await vault.DeleteAsync("secret/data/app");
        (await vault.ReadAsync("secret/data/app"))["data"].ShouldBeNull();
        await vault.DeleteAsync("secret/metadata/app");
        await vault.WriteAsync("secret/data/app", """{"data": {"n": 1}}""");
        (await vault.ReadAsync("secret/data/app"))["metadata"]!["version"]!.GetValue<int>().ShouldBe(1);
    }

    [Fact]
    public async Task What_the_storage_gives_out_anew_is_opened_anew()
    {
        var storage = new CopyingStorage();
        await using var vault = await VaultBench.CreateAsync(storage);
        await vault.WriteAsync("secret/data/app", """{"data": {}}""");
        await vault.ReadAsync("secret/metadata/app");
        await vault.ReadAsync("secret/metadata/app");
        storage.Damages = true;
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("secret/metadata/app", VaultBench.RootToken))).Kind.ShouldBe(SecretErrorKind.Corrupt);
    }

    [Fact]
    public async Task What_is_kept_of_a_write_is_what_reading_it_back_gives()
    {
        await using var keeping = await VaultBench.CreateAsync();
        await using var reading = await VaultBench.CreateAsync(new CopyingStorage());
        (string Path, string Body)[] changes =
        [
            ("data/app", """{"data": {"n": 1}}"""),
            ("metadata/app", """{"max_versions": 3, "cas_required": false, "delete_version_after": "1h", "custom_metadata": {"owner": "team"}}"""),
            ("data/app", """{"data": {"n": 2}}"""),
            ("data/app", """{"data": {"n": 3}}"""),
            ("delete/app", """{"versions": [2]}"""),
            ("destroy/app", """{"versions": [1]}"""),
            ("data/app", """{"data": {"n": 4}}"""),
            ("undelete/app", """{"versions": [2]}"""),
            ("data/app", """{"data": {"n": 5}}"""),
        ];
        foreach (var (path, body) in changes)
        {
            await keeping.WriteAsync("secret/" + path, body);
            await reading.WriteAsync("secret/" + path, body);
            (await keeping.ReadAsync("secret/metadata/app")).Data!.ToJsonString().ShouldBe((await reading.ReadAsync("secret/metadata/app")).Data!.ToJsonString());
        }
    }

    /// <summary>Gives out copies, with a changed bit when told.</summary>
    private sealed class CopyingStorage() : SharedStorage(new MemoryStorage())
    {
        public bool Damages { get; set; }

        public override async ValueTask<StoredEntry?> GetAsync(EntryId id, CancellationToken cancellationToken)
        {
            if (await base.GetAsync(id, cancellationToken) is not { } found) return null;
            var copy = found.Sealed.ToArray();
            if (Damages) copy[^1] ^= 1;
            return found with { Sealed = copy };
        }
    }
}
