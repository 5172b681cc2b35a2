using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Strongroom.Secrets;

namespace Strongroom.Vault.Barrier;

/// <summary>A stored record with the revision to change it by.</summary>
internal readonly record struct StoredRecord<T>(T Value, long Revision);

/// <summary>Records of one type below a prefix, each one entry in JSON. For what the vault keeps about itself; secrets have their own form.</summary>
internal sealed class RecordView<T>(BarrierView view, JsonTypeInfo<T> type) where T : class
{
    public BarrierView View { get; } = view;

    /// <summary>The record at a path, or null.</summary>
    public async ValueTask<StoredRecord<T>?> GetAsync(string path, CancellationToken cancellationToken)
    {
        using var entry = await View.GetAsync(path, cancellationToken);
        if (entry is null) return null;
        try
        {
            return new(JsonSerializer.Deserialize(entry.Value.Span, type) ?? throw EntryFormat.Damaged("is null"), entry.Revision);
        }
        catch (JsonException)
        {
            throw EntryFormat.Damaged("is not what its place holds");
        }
    }

    /// <summary>
    /// The record at a path. Where there is none, puts one there: what opening a vault reads is better empty than absent, because that something is
    /// absent is proved by going over all keys of the storage.
    /// </summary>
    public async ValueTask<T> GetOrPutAsync(string path, T empty, CancellationToken cancellationToken)
    {
        if (await GetAsync(path, cancellationToken) is { } stored) return stored.Value;
        var commit = new BarrierCommit(View.Barrier);
        Put(commit, path, empty, expectedRevision: 0);
        if (await commit.CommitAsync(cancellationToken) is null) throw BarrierCommit.Raced();
        return empty;
    }

    public ValueTask<List<string>> ListAsync(string folder, CancellationToken cancellationToken) => View.ListAsync(folder, cancellationToken);

    /// <summary>Writes a record that its folder lists.</summary>
    public void PutListed(BarrierCommit commit, string path, T record, long? expectedRevision = null) =>
        commit.PutListed(View, path, Encode(record), expectedRevision);

    /// <summary>Writes a record that no listing shows.</summary>
    public void Put(BarrierCommit commit, string path, T record, long? expectedRevision = null) =>
        commit.Put(View, path, Encode(record), expectedRevision);

    private byte[] Encode(T record)
    {
        using var buffer = new SecretBuffer(512);
        using (var writer = new Utf8JsonWriter(buffer)) JsonSerializer.Serialize(writer, record, type);
        return buffer.Written.ToArray();
    }
}
