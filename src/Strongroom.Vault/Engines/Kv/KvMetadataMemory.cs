using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>
/// Metadata that was opened, kept beside the ciphertext it came from: good as long as the storage gives out those very bytes in memory, so
/// that nothing that was read anew is believed unopened. Whoever is given it does not change it.
/// </summary>
internal sealed class KvMetadataMemory
{
    private const int CountMax = 4096;

    private readonly ConcurrentDictionary<EntryId, Known> _known = new();
    private int _count;

    public KvMetadata? Find(EntryId id, in StoredEntry stored) =>
        _known.TryGetValue(id, out var known) && ReferenceEquals(known.Sealed, Array(stored)) ? known.Metadata : null;

    public KvMetadata Keep(EntryId id, in StoredEntry stored, KvMetadata metadata)
    {
        if (Array(stored) is not { } bytes) return metadata;
        if (Interlocked.Increment(ref _count) > CountMax)
        {
            _known.Clear();
            Volatile.Write(ref _count, 1);
        }
        _known[id] = new Known(bytes, metadata);
        return metadata;
    }

    private static byte[]? Array(in StoredEntry stored) => MemoryMarshal.TryGetArray(stored.Sealed, out var segment) ? segment.Array : null;

    private sealed record Known(byte[] Sealed, KvMetadata Metadata);
}
