using System.Security.Cryptography;
using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>
/// The last known values of stores behind a network, for a start while they cannot be reached. One file (0600), sealed with
/// AES-256-GCM under a key in a file of its own (0600) and bound to its project; replaced whole. A damaged file, a lost key or
/// a clock that went back is a miss with a warning and never an error of the caller.
/// </summary>
/// <remarks>Several processes may use it; of two that write at once the later one wins.</remarks>
public sealed class DiskCache
{
    private const int KeyLength = 32;
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int FileBytesMax = 64 << 20;

    /// <summary>A value is written again for its new age only when the age on disk is older than this.</summary>
    private static readonly TimeSpan RewriteInterval = TimeSpan.FromMinutes(1);

    private readonly Lock _lock = new();
    private readonly DiskCacheOptions _options;
    private readonly TimeProvider _time;
    private readonly HashSet<string> _warned = [];

    /// <summary>Touches no file yet.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> naming all faults of the options.</exception>
    public DiskCache(DiskCacheOptions options, TimeProvider? time = null)
    {
        options.Validate();
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    private static ReadOnlySpan<byte> Magic => "strongroom disk cache 2\n"u8;

    /// <summary>What is kept, without values: store, address and age of each.</summary>
    public IReadOnlyList<DiskCacheContent> Describe()
    {
        lock (_lock)
        {
            var contents = new List<DiskCacheContent>();
            foreach (var entry in Load())
            {
                contents.Add(new DiskCacheContent(new SecretReference(entry.Store, entry.Address), entry.FetchedAt, IsUsable(entry)));
                entry.Secret.Value.Dispose();
            }
            return contents;
        }
    }

    /// <summary>Deletes the cache and its key.</summary>
    /// <exception cref="SecretException">When the operating system refuses.</exception>
    public void Clear()
    {
        lock (_lock)
        {
            try
            {
                DeleteIfThere(_options.File);
                DeleteIfThere(_options.KeyFile);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                throw BackendFaults.ToSecretException(e).Locate("disk cache", "delete", _options.File);
            }
        }
    }

    /// <summary>The value kept for one address, when it is young enough.</summary>
    internal (StoredSecret Secret, DateTimeOffset FetchedAt, TimeSpan Remaining)? Find(SecretStore store, SecretAddress address)
    {
        lock (_lock)
        {
            DiskEntry? found = null;
            foreach (var entry in Load())
            {
                if (found is null && IsOf(entry, store) && entry.Address == address && IsUsable(entry)) found = entry;
                else entry.Secret.Value.Dispose();
            }
            return found is null ? null : (found.Secret, found.FetchedAt, _options.AgeMax - (_time.GetUtcNow() - found.FetchedAt));
        }
    }

    /// <summary>Everything kept of a store that is younger than <paramref name="age"/>. The receiver owns the values.</summary>
    internal IReadOnlyList<DiskEntry> FindAll(SecretStore store, TimeSpan age)
    {
        lock (_lock)
        {
            var found = new List<DiskEntry>();
            foreach (var entry in Load())
            {
                if (IsOf(entry, store) && IsUsable(entry) && _time.GetUtcNow() - entry.FetchedAt < age) found.Add(entry);
                else entry.Secret.Value.Dispose();
            }
            return found;
        }
    }

    /// <summary>Keeps what was fetched, if <paramref name="isCurrent"/> still says so once the file is locked.</summary>
    internal void Put(SecretStore store, IReadOnlyList<StoreAnswer> fetched, Func<bool> isCurrent) => Change(entries =>
    {
        if (!isCurrent()) return false;
        var changes = false;
        foreach (var answer in fetched)
        {
            var index = entries.FindIndex(e => IsOf(e, store) && e.Address == answer.Address);
            if (index >= 0 && IsSame(entries[index], answer)) continue;
            changes = true;
            if (index >= 0) RemoveAt(entries, index);
            // A copy of its own: every entry is zeroed after the file is written.
            var secret = answer.Secret! with { Value = answer.Secret!.Value.Copy() };
            entries.Add(new DiskEntry(store.Name, store.Identity, answer.Address, secret, answer.FetchedAt));
        }
        return changes;
    });

    /// <summary>Removes one secret with all its fields and versions.</summary>
    internal void Remove(SecretStore store, string path) => Remove(e => IsOf(e, store) && string.Equals(e.Address.Path, path));

    /// <summary>Removes one address.</summary>
    internal void Remove(SecretStore store, SecretAddress address) => Remove(e => IsOf(e, store) && e.Address == address);

    private void Remove(Predicate<DiskEntry> isMeant) => Change(entries =>
    {
        var index = -1;
        var changes = false;
        while ((index = entries.FindIndex(isMeant)) >= 0)
        {
            RemoveAt(entries, index);
            changes = true;
        }
        return changes;
    });

    private static void RemoveAt(List<DiskEntry> entries, int index)
    {
        entries[index].Secret.Value.Dispose();
        entries.RemoveAt(index);
    }

    private static void DeleteIfThere(string file)
    {
        if (File.Exists(file)) File.Delete(file);
    }

    private static bool IsOf(DiskEntry entry, SecretStore store) =>
        string.Equals(entry.Store, store.Name) && string.Equals(entry.Identity, store.Identity);

    private static bool IsSame(DiskEntry entry, StoreAnswer answer) =>
        answer.FetchedAt - entry.FetchedAt < RewriteInterval && answer.FetchedAt >= entry.FetchedAt
        && entry.Secret.Version == answer.Secret!.Version && entry.Secret.Value.Equals(answer.Secret.Value);

    /// <summary>Young enough, and not from the future: a clock that went back would make it young for ever.</summary>
    private bool IsUsable(DiskEntry entry)
    {
        var age = _time.GetUtcNow() - entry.FetchedAt;
        return age >= TimeSpan.Zero && age < _options.AgeMax;
    }

    private void Change(Func<List<DiskEntry>, bool> change)
    {
        lock (_lock)
        {
            var entries = Load();
            try
            {
                if (!change(entries)) return;
                entries.RemoveAll(e => !IsUsable(e));
                Save(entries);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or SecretException)
            {
                Warn($"the disk cache could not be written ({e.GetType().Name}); an offline start will not see the newest values");
                DiscardFile();
            }
            finally
            {
                foreach (var entry in entries) entry.Secret.Value.Dispose();
            }
        }
    }

    /// <summary>What should have been removed must not be found later: a cache that cannot be written is deleted.</summary>
    private void DiscardFile()
    {
        try
        {
            DeleteIfThere(_options.File);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            Warn($"the disk cache could not be deleted either ({e.GetType().Name}); delete {_options.File} by hand");
        }
    }

    private List<DiskEntry> Load()
    {
        try
        {
            using var sealedBytes = PrivateFile.Read(_options.File, FileBytesMax);
            if (sealedBytes is null) return [];
            using var key = ReadKey();
            if (key is null)
            {
                Warn("the key of the disk cache is missing; the cache starts empty");
                return [];
            }
            return Open(sealedBytes.Written, key.Written);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or InvalidDataException or SecretException)
        {
            Warn($"the disk cache cannot be used and starts empty: {(e is SecretException known ? known.Message : "it is damaged or of another project")}");
            return [];
        }
    }

    private List<DiskEntry> Open(ReadOnlySpan<byte> file, ReadOnlySpan<byte> key)
    {
        if (file.Length < Magic.Length + NonceLength + TagLength || !file.StartsWith(Magic)) throw new InvalidDataException();
        var body = file[Magic.Length..];
        var plain = GC.AllocateUninitializedArray<byte>(body.Length - NonceLength - TagLength, pinned: true);
        try
        {
            using var aes = new AesGcm(key, TagLength);
            aes.Decrypt(body[..NonceLength], body[(NonceLength + TagLength)..], body.Slice(NonceLength, TagLength), plain, AssociatedData());
            return DiskCacheFormat.Read(plain);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(plain);
        }
    }

    private void Save(List<DiskEntry> entries)
    {
        using var key = ReadKey() ?? MakeKey();
        using var plain = new SecretBuffer(4096);
        DiskCacheFormat.Write(plain, entries);
        var file = new byte[Magic.Length + NonceLength + TagLength + plain.Length];
        Magic.CopyTo(file);
        var body = file.AsSpan(Magic.Length);
        RandomNumberGenerator.Fill(body[..NonceLength]);
        using var aes = new AesGcm(key.Written, TagLength);
        aes.Encrypt(body[..NonceLength], plain.Written, body[(NonceLength + TagLength)..], body.Slice(NonceLength, TagLength), AssociatedData());
        PrivateFile.Replace(_options.File, file);
    }

    private SecretBuffer? ReadKey()
    {
        var key = PrivateFile.Read(_options.KeyFile, KeyLength);
        if (key is null) return null;
        if (key.Length != KeyLength) throw new SecretException(SecretErrorKind.Malformed, $"{_options.KeyFile} is not a key");
        if (PrivateFile.IsOpenToOthers(_options.KeyFile))
            throw new SecretException(SecretErrorKind.Denied, $"{_options.KeyFile} is open to other users", help: $"chmod 600 {_options.KeyFile}");
        return key;
    }

    private SecretBuffer MakeKey()
    {
        var key = new SecretBuffer(KeyLength);
        RandomNumberGenerator.Fill(key.GetSpan(KeyLength)[..KeyLength]);
        key.Advance(KeyLength);
        PrivateFile.Replace(_options.KeyFile, key.Written);
        return key;
    }

    private byte[] AssociatedData() => [.. Magic, .. Encoding.UTF8.GetBytes(_options.Binding)];

    private void Warn(string fault)
    {
        if (_warned.Add(fault)) _options.Warn?.Invoke(fault);
    }
}

/// <summary>One value that the cache on disk holds, without the value.</summary>
/// <param name="Reference">Store and address.</param>
/// <param name="FetchedAt">When the store was asked for it.</param>
/// <param name="IsUsable">Whether it is young enough to be given out.</param>
public sealed record DiskCacheContent(SecretReference Reference, DateTimeOffset FetchedAt, bool IsUsable);
