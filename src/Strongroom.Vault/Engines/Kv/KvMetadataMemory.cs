using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>
/// Metadata that was opened or just sealed, kept beside its ciphertext: good as long as the storage gives out those very bytes in memory, so
/// that nothing that was read anew is believed unopened. Whoever is given it does not change it.
/// </summary>
internal sealed class KvMetadataMemory
{
    private const int CountMax = 4096;

    private readonly ConcurrentDictionary<EntryId, Known> _known = new();
    private int _count;

    public KvMetadata? Find(EntryId id, in StoredEntry stored) =>
        _known.TryGetValue(id, out var known) && ReferenceEquals(known.Sealed, Array(stored.Sealed)) ? known.Metadata : null;

    public KvMetadata Keep(EntryId id, ReadOnlyMemory<byte> ciphertext, KvMetadata metadata)
    {
        if (Array(ciphertext) is not { } bytes) return metadata;
        var known = new Known(bytes, metadata);
        if (!_known.TryAdd(id, known))
        {
            _known[id] = known;
        }
        else if (Interlocked.Increment(ref _count) > CountMax)
        {
            _known.Clear();
            Volatile.Write(ref _count, 0);
        }
        return metadata;
    }

    private static byte[]? Array(ReadOnlyMemory<byte> ciphertext) => MemoryMarshal.TryGetArray(ciphertext, out var segment) ? segment.Array : null;

    private sealed record Known(byte[] Sealed, KvMetadata Metadata);
}
