using System.Text;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Requests;

public sealed class PermissionTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData(VaultOperation.Read, "secret/data/other")]
    [InlineData(VaultOperation.Update, "secret/data/mine")]
    [InlineData(VaultOperation.Patch, "secret/data/mine")]
    [InlineData(VaultOperation.Delete, "secret/data/mine")]
    [InlineData(VaultOperation.Read, "secret/fields/mine")]
    [InlineData(VaultOperation.Update, "secret/fields/mine")]
    [InlineData(VaultOperation.Read, "secret/data/mine/../other")]
    [InlineData(VaultOperation.List, "secret/metadata/")]
    [InlineData(VaultOperation.Update, "secret/destroy/mine")]
    public async Task Denied_request_is_on_record_and_reaches_no_engine(VaultOperation operation, string path)
    {
        var storage = new CountingStorage(new MemoryStorage());
        using var barrier = await VaultBarrier.CreateAsync(storage, _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default);
        await using var audit = HashChainedFile.Open(_workshop.AuditPath, barrier.Keyring.AuditKey, AuditFlush.Changes, _workshop.Time);
        var core = new VaultCore(barrier, audit, _workshop.Time);
        var caller = Caller.Restricted("guest", Acl.Compile([AccessPolicy.Parse("guest", """path "secret/data/mine" { capabilities = ["read"] }""")]));
        storage.Calls = 0;

        var error = await Should.ThrowAsync<SecretException>(async () =>
            await core.HandleAsync(caller, new VaultRequest(operation, path, """{"data":{"value":"canary"}}"""u8.ToArray()), default));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        storage.Calls.ShouldBe(0);
        var log = await File.ReadAllLinesAsync(_workshop.AuditPath);
        log.Length.ShouldBe(1);
        log[0].ShouldContain("\"kind\":\"outcome\",\"caller\":\"restricted:guest\"");
        log[0].ShouldContain($"\"path\":\"{path}\"");
        log[0].ShouldContain("\"outcome\":\"denied\"");
        log[0].ShouldNotContain("canary");
    }

    [Fact]
    public async Task Restricted_caller_gets_what_the_policy_allows_and_cannot_administer()
    {
        using var barrier = await VaultBarrier.CreateAsync(new MemoryStorage(), _workshop.Seal(), VaultWorkshop.VaultId, _workshop.Random, default);
        await using var audit = HashChainedFile.Open(_workshop.AuditPath, barrier.Keyring.AuditKey, AuditFlush.Changes, _workshop.Time);
        var core = new VaultCore(barrier, audit, _workshop.Time);
        using var written = await core.HandleAsync(
            Caller.LocalOwner("alice"), new VaultRequest(VaultOperation.Update, "secret/data/mine", """{"data":{"value":"v"}}"""u8.ToArray()), default);
        var caller = Caller.Restricted("guest", Acl.Compile([AccessPolicy.Parse("guest", """path "*" { capabilities = ["create", "read", "update", "patch", "delete", "list"] }""")]));

        using var read = await core.HandleAsync(caller, new VaultRequest(VaultOperation.Read, "secret/data/mine"), default);
        var worked = false;
        var error = await Should.ThrowAsync<SecretException>(async () => await core.AdministerAsync(
            caller, "sys/rotate",
            (_, _) =>
            {
                worked = true;
                return new(0L);
            },
            default));

        Encoding.UTF8.GetString(read.Data.Span).ShouldContain("\"v\"");
        error.Kind.ShouldBe(SecretErrorKind.Denied);
        worked.ShouldBeFalse();
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

        public override ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
        {
            Calls++;
            return base.CommitAsync(changes, cancellationToken);
        }
    }
}
