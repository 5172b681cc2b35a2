using System.Buffers.Binary;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>One value of the cache on disk, and which store it belongs to.</summary>
internal sealed record DiskEntry(string Store, string Identity, SecretAddress Address, StoredSecret Secret, DateTimeOffset FetchedAt);

/// <summary>
/// The plain form of the cache on disk, which exists only inside pinned buffers: a count, then for each entry its strings (length
/// and UTF-8; an absent one has length -1), numbers (little-endian; an absent one is the least) and the value.
/// </summary>
internal static class DiskCacheFormat
{
    private const int EntriesMax = 100_000;

    public static void Write(SecretBuffer output, IReadOnlyCollection<DiskEntry> entries)
    {
        WriteInt32(output, entries.Count);
        foreach (var entry in entries)
        {
            WriteText(output, entry.Store);
            WriteText(output, entry.Identity);
            WriteText(output, entry.Address.Path);
            WriteText(output, entry.Address.Field);
            WriteText(output, entry.Address.Version?.ToString());
            WriteText(output, entry.Secret.Version?.ToString());
            WriteInt64(output, entry.Secret.CreatedAt?.UtcTicks ?? long.MinValue);
            WriteInt64(output, entry.FetchedAt.UtcTicks);
            var value = entry.Secret.Value.Reveal();
            WriteInt32(output, value.Length);
            output.Write(value);
        }
    }

    /// <exception cref="InvalidDataException">The bytes are not in this form.</exception>
    public static List<DiskEntry> Read(ReadOnlySpan<byte> input)
    {
        var count = ReadInt32(ref input);
        if (count is < 0 or > EntriesMax) throw new InvalidDataException();
        var entries = new List<DiskEntry>(Math.Min(count, 1024));
        for (var i = 0; i < count; i++)
        {
            var store = ReadText(ref input) ?? throw new InvalidDataException();
            var identity = ReadText(ref input) ?? throw new InvalidDataException();
            var path = ReadText(ref input) ?? throw new InvalidDataException();
            var field = ReadText(ref input);
            var addressVersion = ReadVersion(ref input);
            var version = ReadVersion(ref input);
            var createdAt = ReadInt64(ref input);
            var fetchedAt = Time(ReadInt64(ref input));
            var value = SecretValue.FromBytes(Take(ref input, ReadInt32(ref input)));
            entries.Add(new DiskEntry(
                store, identity, new SecretAddress(path, field, addressVersion),
                new StoredSecret(value, version, createdAt == long.MinValue ? null : Time(createdAt)),
                fetchedAt));
        }
        return input.IsEmpty ? entries : throw new InvalidDataException();
    }

    private static DateTimeOffset Time(long ticks) =>
        ticks >= DateTime.MinValue.Ticks && ticks <= DateTime.MaxValue.Ticks
            ? new DateTimeOffset(ticks, TimeSpan.Zero)
            : throw new InvalidDataException();

    private static void WriteText(SecretBuffer output, string? text)
    {
        if (text is null)
        {
            WriteInt32(output, -1);
            return;
        }
        var length = Encoding.UTF8.GetByteCount(text);
        WriteInt32(output, length);
        Encoding.UTF8.GetBytes(text, output.GetSpan(length));
        output.Advance(length);
    }

    private static void WriteInt32(SecretBuffer output, int number)
    {
        BinaryPrimitives.WriteInt32LittleEndian(output.GetSpan(sizeof(int)), number);
        output.Advance(sizeof(int));
    }

    private static void WriteInt64(SecretBuffer output, long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(output.GetSpan(sizeof(long)), number);
        output.Advance(sizeof(long));
    }

    private static SecretVersion? ReadVersion(ref ReadOnlySpan<byte> input) => ReadText(ref input) is { } text ? SecretVersion.Parse(text) : null;

    private static string? ReadText(ref ReadOnlySpan<byte> input)
    {
        var length = ReadInt32(ref input);
        return length == -1 ? null : Encoding.UTF8.GetString(Take(ref input, length));
    }

    private static int ReadInt32(ref ReadOnlySpan<byte> input) => BinaryPrimitives.ReadInt32LittleEndian(Take(ref input, sizeof(int)));

    private static long ReadInt64(ref ReadOnlySpan<byte> input) => BinaryPrimitives.ReadInt64LittleEndian(Take(ref input, sizeof(long)));

    private static ReadOnlySpan<byte> Take(ref ReadOnlySpan<byte> input, int length)
    {
        if (length < 0 || length > input.Length) throw new InvalidDataException();
        var taken = input[..length];
        input = input[length..];
        return taken;
    }
}
