using System.Text;
using Strongroom.Vault.Storage;

namespace Strongroom.Conformance.Storages;

/// <summary>Short ways to name entries and write changes in tests of storages.</summary>
public static class Entry
{
    public static EntryId Id(int number) => new(0x0123456789abcdef * (ulong)(number + 1), (ulong)number);

    /// <summary>Folders have other ids than entries.</summary>
    public static EntryId Folder(int number) => Id(1_000_000 + number);

    public static ReadOnlyMemory<byte> Bytes(string text) => Encoding.UTF8.GetBytes(text);

    public static StorageChange Put(int id, string text, int? folder = null, long? expected = null) =>
        new(StorageChangeKind.Put, Id(id), InFolder(folder), Bytes(text), expected);

    public static StorageChange PutIfAbsent(int id, string text, int? folder = null) =>
        new(StorageChangeKind.PutIfAbsent, Id(id), InFolder(folder), Bytes(text));

    public static StorageChange Delete(int id, long? expected = null) =>
        new(StorageChangeKind.Delete, Id(id), ExpectedRevision: expected);

    public static StorageChange DeleteIfEmpty(int id, int folder) =>
        new(StorageChangeKind.DeleteIfFolderEmpty, Id(id), MustBeEmpty: Folder(folder));

    public static StorageChange Check(int id, long? expected) =>
        new(StorageChangeKind.Check, Id(id), ExpectedRevision: expected);

    public static string Text(this StoredEntry entry) => Encoding.UTF8.GetString(entry.Sealed.Span);

    private static EntryId InFolder(int? folder) => folder is { } number ? Folder(number) : EntryId.None;
}
