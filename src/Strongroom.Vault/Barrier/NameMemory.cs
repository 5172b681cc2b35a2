using System.Collections.Concurrent;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>Remembers which identities the paths of a view have, so that what is asked for again and again is not hashed each time.</summary>
internal sealed class NameMemory
{
    // Beyond it the memory starts over: paths cost no more memory than this.
    private const int CountMax = 8192;

    private readonly ConcurrentDictionary<string, EntryId> _ids = new(StringComparer.Ordinal);
    private int _count;

    public EntryId Of(string path, BarrierView view)
    {
        if (_ids.TryGetValue(path, out var id)) return id;
        id = view.Barrier.Keyring.Names.Entry(view.FullPath(path));
        if (Interlocked.Increment(ref _count) > CountMax)
        {
            _ids.Clear();
            Volatile.Write(ref _count, 1);
        }
        _ids[path] = id;
        return id;
    }
}
