using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Mounts;

/// <summary>An engine at its place.</summary>
internal sealed record Mount(string Path, Engine Engine, MountEntry? Entry = null);

/// <summary>All mounts: an immutable snapshot, swapped whole. Longer paths come first, so that the first that fits is the closest.</summary>
internal sealed class MountTable
{
    private readonly Mount[] _mounts;

    public MountTable(Mount[] mounts)
    {
        _mounts = mounts;
        if (mounts.Length > 1) Array.Sort(_mounts, static (a, b) => b.Path.Length.CompareTo(a.Path.Length));
    }

    public ReadOnlySpan<Mount> All => _mounts;

    /// <summary>The mount whose path the given one begins with, or null.</summary>
    public Mount? Find(string path)
    {
        foreach (var mount in _mounts)
        {
            if (path.StartsWith(mount.Path, StringComparison.Ordinal)) return mount;
        }
        return null;
    }

    /// <summary>The entry of the mount with this accessor, or null.</summary>
    public MountEntry? FindByAccessor(string accessor)
    {
        foreach (var mount in _mounts)
        {
            if (string.Equals(mount.Entry?.Accessor, accessor, StringComparison.Ordinal)) return mount.Entry;
        }
        return null;
    }
}
