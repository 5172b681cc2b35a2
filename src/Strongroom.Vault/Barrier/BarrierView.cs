using System.Runtime.CompilerServices;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Storage;

namespace Strongroom.Vault.Barrier;

/// <summary>The part of a vault below a prefix: what an engine gets. Paths are relative to it.</summary>
internal sealed class BarrierView
{
    /// <summary>The longest full path in bytes, prefix included.</summary>
    public const int PathLengthMax = 1024;

    private readonly byte[] _prefix;
    private readonly NameMemory? _names;

    public BarrierView(VaultBarrier barrier, string prefix)
    {
        (Barrier, _prefix) = (barrier, Encoding.UTF8.GetBytes(prefix));
        _names = barrier.RemembersNames ? new NameMemory() : null;
    }

    public VaultBarrier Barrier { get; }

    /// <summary>Length of the prefix in bytes: folders at or above it need no marker.</summary>
    public int PrefixLength => _prefix.Length;

    /// <summary>The entry at a path, or null. Throws Corrupt when what is stored there does not open.</summary>
    public async ValueTask<OpenedEntry?> GetAsync(string path, CancellationToken cancellationToken)
    {
        var stored = await Barrier.Storage.GetAsync(IdOf(path), cancellationToken);
        return stored is { } found ? await OpenAsync(path, found, cancellationToken) : null;
    }

    /// <summary>The identity of the entry at a path.</summary>
    public EntryId IdOf(string path) => _names is null ? Barrier.Keyring.Names.Entry(FullPath(path)) : _names.Of(path, this);

    /// <summary>Opens what is stored at a path. Throws Corrupt when it does not open, or belongs elsewhere.</summary>
    public async ValueTask<OpenedEntry> OpenAsync(string path, StoredEntry stored, CancellationToken cancellationToken)
    {
        var opened = await Barrier.OpenAsync(stored, cancellationToken);
        if (IsAt(opened.Path, path)) return opened;
        opened.Dispose();
        throw EntryFormat.Damaged("bears another name");
    }

    /// <summary>The names in a folder ("" or ending in a slash), in ordinal order; folders end in a slash.</summary>
    public async ValueTask<List<string>> ListAsync(string folder, CancellationToken cancellationToken)
    {
        var full = FullPath(folder);
        var stored = await Barrier.Storage.ListAsync(Barrier.Keyring.Names.Folder(full), cancellationToken);
        var names = new List<string>(stored.Count);
        foreach (var entry in stored)
        {
            using var opened = await Barrier.OpenAsync(entry, cancellationToken);
            var path = opened.Path;
            if (!path.StartsWith(full) || path.Length == full.Length || Barrier.Keyring.Names.Entry(path) != entry.Id)
                throw EntryFormat.Damaged("bears another name");
            names.Add(Encoding.UTF8.GetString(path[full.Length..]));
        }
        names.Sort(StringComparer.Ordinal);
        return names;
    }

    /// <summary>The paths of all listed entries, folder by folder.</summary>
    public async IAsyncEnumerable<string> WalkAsync([EnumeratorCancellation] CancellationToken cancellationToken, string folder = "")
    {
        var folders = new Stack<string>([folder]);
        while (folders.TryPop(out var next))
        {
            foreach (var name in await ListAsync(next, cancellationToken))
            {
                if (name.EndsWith('/')) folders.Push(next + name);
                else yield return next + name;
            }
        }
    }

    private bool IsAt(ReadOnlySpan<byte> full, string path) => full.StartsWith(_prefix) && Ascii.Equals(full[_prefix.Length..], path)
        || full.SequenceEqual(FullPath(path));

    public byte[] FullPath(string path)
    {
        var length = _prefix.Length + Encoding.UTF8.GetByteCount(path);
        if (length > PathLengthMax) throw new SecretException(SecretErrorKind.InvalidInput, $"the path is longer than {PathLengthMax} bytes");
        var full = new byte[length];
        _prefix.CopyTo(full, 0);
        Encoding.UTF8.GetBytes(path, full.AsSpan(_prefix.Length));
        return full;
    }
}
