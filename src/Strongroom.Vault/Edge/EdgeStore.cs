using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Edge;

/// <summary>The edge settings of a vault: one stored record, and the snapshot that requests are answered by.</summary>
internal sealed class EdgeStore(VaultBarrier barrier)
{
    private readonly RecordView<EdgeSettings> _record = new(barrier.View("sys/"), EdgeJson.Default.EdgeSettings);
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile EdgeSettings _now = new();

    public EdgeSettings Now => _now;

    public async ValueTask LoadAsync(CancellationToken cancellationToken) => _now = await _record.GetOrPutAsync("edge", new EdgeSettings(), cancellationToken);

    public async ValueTask<long> ChangeAsync(Func<EdgeSettings, EdgeSettings> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var stored = await _record.GetAsync("edge", cancellationToken);
            var changed = change(stored?.Value ?? new EdgeSettings());
            var sequence = await context.CommitAsync(commit => _record.Put(commit, "edge", changed, stored?.Revision ?? 0), cancellationToken);
            _now = changed;
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }
}
