using System.Runtime.Versioning;
using Shouldly;
using Strongroom.Storage.Memory;
using Xunit;

namespace Strongroom.Tests.Vault.Audit;

[UnsupportedOSPlatform("windows")]
public sealed class SharedLogTests : IDisposable
{
    private readonly VaultWorkshop _workshop = new();
    private readonly SharedStorage _storage = new(new MemoryStorage());

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Log_is_opened_and_read_while_another_vault_appends_without_pause()
    {
        await using var writing = await _workshop.CreateAsync(_storage);
        using var done = new CancellationTokenSource();
        var begun = new TaskCompletionSource();
        var writer = Task.Run(async () =>
        {
            var count = 0;
            for (; !done.IsCancellationRequested; count++)
            {
                await writing.PutAsync("a", VaultWorkshop.Fields("value", "v"), null, default);
                begun.TrySetResult();
            }
            return count;
        });
        await begun.Task;
        for (var i = 0; i < 40; i++)
        {
            await using var other = await _workshop.OpenAsync(_storage);
            await other.ReadStatisticsAsync(default);
        }
        await done.CancelAsync();

        (await writer).ShouldBeGreaterThan(0);
        (await writing.VerifyAuditAsync(default)).Fault.ShouldBeNull();
    }
}
