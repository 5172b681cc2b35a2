using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Served;
using Strongroom.Vault.Storage;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>Sealing while requests are being answered.</summary>
public sealed class SealingTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Seal_waits_for_what_is_being_answered_and_signs_after_it()
    {
        var storage = new HeldStorage();
        await using var vault = await VaultBench.CreateAsync(storage);
        storage.Hold();
        var running = vault.WriteAsync("secret/data/app", """{"data": {"a": "1"}}""");
        await storage.Waiting;

        var sealing = vault.Vault.SealAsync(None).AsTask();
        while (!vault.Vault.IsSealed) await Task.Yield();
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("secret/data/app"))).Kind.ShouldBe(SecretErrorKind.Sealed);
        sealing.IsCompleted.ShouldBeFalse();

        storage.Release();
        (await running)["version"]!.GetValue<int>().ShouldBe(1);
        await sealing;
        var last = JsonNode.Parse((await File.ReadAllLinesAsync(vault.AuditPath))[^1])!;
        last["kind"]!.GetValue<string>().ShouldBe("checkpoint");
        last["serving"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Seal_does_not_wait_for_ever()
    {
        var storage = new HeldStorage();
        await using var vault = await VaultBench.CreateAsync(storage);
        storage.Hold();
        var running = vault.WriteAsync("secret/data/app", """{"data": {"a": "1"}}""");
        await storage.Waiting;

        var sealing = vault.Vault.SealAsync(None).AsTask();
        while (!vault.Vault.IsSealed) await Task.Yield();
        vault.Time.Advance(Unsealed.RequestsWaitMax);
        await sealing;

        storage.Release();
        (await Should.ThrowAsync<SecretException>(() => running)).Kind.ShouldBe(SecretErrorKind.Sealed);
    }

    /// <summary>A storage whose commits hang as long as it is told.</summary>
    private sealed class HeldStorage() : SharedStorage(new MemoryStorage())
    {
        private readonly TaskCompletionSource _waiting = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private readonly TaskCompletionSource _released = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private volatile bool _isHeld;

        /// <summary>Ends when a commit hangs.</summary>
        public Task Waiting => _waiting.Task;

        public void Hold() => _isHeld = true;

        public void Release()
        {
            _isHeld = false;
            _released.TrySetResult();
        }

        public override async ValueTask<CommitResult> CommitAsync(IReadOnlyList<StorageChange> changes, CancellationToken cancellationToken)
        {
            if (_isHeld)
            {
                _waiting.TrySetResult();
                await _released.Task.WaitAsync(cancellationToken);
            }
            return await base.CommitAsync(changes, cancellationToken);
        }
    }
}
