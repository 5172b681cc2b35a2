using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// The tally of keys that are walked one by one. Hashing them is most of the work: beyond some thousands it goes on beside the walk, on
/// another core, while a small vault pays for no other thread.
/// </summary>
internal sealed class TallyWalk
{
    private const int BatchLength = 8192;

    private Tally _sum;
    private List<(EntryId Id, EntryId Folder, long Revision)> _batch = [];
    private Task<Tally>? _hashing;

    /// <summary>Takes one more key.</summary>
    public void Add(EntryId id, EntryId folder, long revision)
    {
        if (_sum.Entries < BatchLength)
        {
            _sum.Add(id, folder, revision);
            return;
        }
        _batch.Add((id, folder, revision));
        if (_batch.Count < BatchLength) return;
        Collect();
        var full = _batch;
        _batch = new(BatchLength);
        _hashing = Task.Run(() => Sum(full));
    }

    /// <summary>The tally of all keys that were added, without a sequence.</summary>
    public Tally End()
    {
        Collect();
        _sum.Add(Sum(_batch));
        return _sum;
    }

    private void Collect()
    {
        if (_hashing is { } hashing) _sum.Add(hashing.GetAwaiter().GetResult());
        _hashing = null;
    }

    private static Tally Sum(List<(EntryId Id, EntryId Folder, long Revision)> keys)
    {
        var sum = new Tally();
        foreach (var (id, folder, revision) in keys) sum.Add(id, folder, revision);
        return sum;
    }
}
