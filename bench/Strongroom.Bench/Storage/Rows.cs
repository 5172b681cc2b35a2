using Strongroom.Vault.Storage;

namespace Strongroom.Bench.Storage;

/// <summary>New entries as a vault writes them: random ids, one of fifty folders, a few hundred bytes.</summary>
internal sealed class Rows(int seed = 1_000)
{
    public const int SealedLength = 300;

    private readonly Random _random = new(seed);

    public StorageChange Next()
    {
        var bytes = new byte[SealedLength];
        _random.NextBytes(bytes);
        var id = new EntryId((ulong)_random.NextInt64(), (ulong)_random.NextInt64());
        var folder = new EntryId(0x9e3779b97f4a7c15, (ulong)_random.Next(50));
        return new StorageChange(StorageChangeKind.Put, id, folder, bytes);
    }
}
