using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Mounts;

/// <summary>The table of mounts: one stored record, and the engines made from it as a snapshot.</summary>
internal sealed class MountStore
{
    /// <summary>The most mounts of a vault.</summary>
    public const int CountMax = 2_000;

    private readonly RecordView<MountEntry[]> _record;
    private readonly VaultSystem _system;
    private readonly SemaphoreSlim _change = new(1, 1);
    private volatile MountTable _table = new([]);

    public MountStore(VaultSystem system)
    {
        _system = system;
        _record = new RecordView<MountEntry[]>(system.Barrier.View("sys/"), MountJson.Default.MountEntryArray);
    }

    /// <summary>The mounts as they are now.</summary>
    public MountTable Table => _table;

    /// <summary>Reads the table; a vault that has none yet gets the usual mounts.</summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        var stored = await _record.GetAsync("mounts", cancellationToken);
        Install(stored?.Value ?? DefaultMounts.Of(withSecrets: true));
    }

    /// <summary>Writes the first table of a new vault.</summary>
    public async ValueTask InitializeAsync(bool withSecrets, CancellationToken cancellationToken)
    {
        var commit = new BarrierCommit(_system.Barrier);
        _record.Put(commit, "mounts", DefaultMounts.Of(withSecrets), expectedRevision: 0);
        _ = await commit.CommitAsync(cancellationToken) ?? throw BarrierCommit.Raced();
    }

    /// <summary>Mounts an engine.</summary>
    public ValueTask<long> AddAsync(MountEntry entry, RequestContext context, CancellationToken cancellationToken) => ChangeAsync(
        entries =>
        {
            if (entries.Length >= CountMax) throw RequestFields.Invalid($"there are {CountMax} mounts already");
            RequireFree(entries, entry.Path, except: null);
            return [.. entries, entry];
        },
        context, cancellationToken);

    /// <summary>
    /// Takes a mount away. What it stored is removed after the table no longer has it: whoever is interrupted in between leaves
    /// sealed entries that nothing reaches.
    /// </summary>
    public async ValueTask<long> RemoveAsync(MountEntry entry, RequestContext context, CancellationToken cancellationToken)
    {
        var engine = Table.Find(entry.Path)!.Engine;
        // Tokens end with the mount that gave them: before it goes, so that an interruption leaves no mount without them dead, and
        // again after it, for who logged in meanwhile.
        if (entry.IsAuth) await _system.Leases.RevokePrefixAsync(entry.Path, cancellationToken);
        var sequence = await ChangeAsync(
            entries => Array.FindAll(entries, other => !string.Equals(other.Id, entry.Id, StringComparison.Ordinal)), context, cancellationToken);
        if (entry.IsAuth) await _system.Leases.RevokePrefixAsync(entry.Path, cancellationToken);
        await engine.ClearAsync(cancellationToken);
        return sequence;
    }

    /// <summary>Changes one mount: its path or settings.</summary>
    public ValueTask<long> ReplaceAsync(
        MountEntry entry, Func<MountEntry, MountEntry> change, RequestContext context, CancellationToken cancellationToken) => ChangeAsync(
        entries => Array.ConvertAll(entries, other => string.Equals(other.Id, entry.Id, StringComparison.Ordinal) ? change(other) : other),
        context, cancellationToken);

    /// <summary>Moves a mount to another path. What it stores lies below its identity and stays where it is.</summary>
    public ValueTask<long> MoveAsync(MountEntry entry, string path, RequestContext context, CancellationToken cancellationToken) => ChangeAsync(
        entries =>
        {
            RequireFree(entries, path, except: entry.Id);
            return Array.ConvertAll(entries, other => string.Equals(other.Id, entry.Id, StringComparison.Ordinal) ? other with { Path = path } : other);
        },
        context, cancellationToken);

    /// <summary>A new entry with identity and accessor.</summary>
    public MountEntry Make(string path, string type, string description, Dictionary<string, string>? options) => new()
    {
        Path = path,
        Type = type,
        Description = description,
        Options = options,
        Id = TokenText.NewUuid(_system.Barrier.Random),
        Accessor = (path.StartsWith("auth/", StringComparison.Ordinal) ? $"auth_{type}_" : $"{type}_") + TokenText.Base62(8, _system.Barrier.Random).ToLowerInvariant(),
    };

    private async ValueTask<long> ChangeAsync(Func<MountEntry[], MountEntry[]> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var stored = await _record.GetAsync("mounts", cancellationToken);
            var changed = change(stored?.Value ?? DefaultMounts.Of(withSecrets: true));
            var sequence = await context.CommitAsync(commit => _record.Put(commit, "mounts", changed, stored?.Revision ?? 0), cancellationToken);
            Install(changed);
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Swaps the snapshot. Engines whose entry did not change live on, with what they hold in memory.</summary>
    private void Install(MountEntry[] entries)
    {
        var mounts = new Mount[entries.Length];
        for (var i = 0; i < entries.Length; i++)
        {
            var entry = entries[i];
            Mount? kept = null;
            foreach (var mount in _table.All)
            {
                if (string.Equals(mount.Entry?.Id, entry.Id, StringComparison.Ordinal) && IsSameEngine(mount.Entry!, entry)) kept = mount;
            }
            mounts[i] = new Mount(entry.Path, kept?.Engine ?? EngineCatalog.Make(entry, _system), entry);
        }
        _table = new MountTable(mounts);
    }

    private static bool IsSameEngine(MountEntry a, MountEntry b) =>
        ReferenceEquals(a, b) || (string.Equals(a.Path, b.Path, StringComparison.Ordinal)
            && a.Options.GetOption("version") == b.Options.GetOption("version") && a.DefaultLeaseTtl == b.DefaultLeaseTtl && a.MaxLeaseTtl == b.MaxLeaseTtl);

    /// <summary>Throws unless no other mount is at the path, above it or below it.</summary>
    private static void RequireFree(MountEntry[] entries, string path, string? except)
    {
        foreach (var other in entries)
        {
            if (string.Equals(other.Id, except, StringComparison.Ordinal)) continue;
            if (string.Equals(other.Path, path, StringComparison.Ordinal))
                throw RequestFields.Invalid($"path is already in use at {Shown(other.Path)}");
            if (other.Path.StartsWith(path, StringComparison.Ordinal) || path.StartsWith(other.Path, StringComparison.Ordinal))
                throw RequestFields.Invalid($"existing mount at {Shown(other.Path)}");
        }
    }

    private static string Shown(string path) => path.StartsWith("auth/", StringComparison.Ordinal) ? path["auth/".Length..] : path;
}
