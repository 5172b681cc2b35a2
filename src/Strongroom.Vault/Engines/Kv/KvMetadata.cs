namespace Strongroom.Vault.Engines.Kv;

/// <summary>Everything about a secret but its values.</summary>
internal sealed class KvMetadata
{
    /// <summary>Revision of the stored entry; 0 when it is new.</summary>
    public long Revision { get; set; }

    public DateTime CreatedAt { get; init; }

    public DateTime UpdatedAt { get; set; }

    /// <summary>Number of the newest version; 0 when nothing was written yet.</summary>
    public int CurrentVersion { get; set; }

    /// <summary>Number of the oldest version kept; 0 while none was ever dropped.</summary>
    public int OldestVersion { get; set; }

    /// <summary>Versions to keep; 0 leaves it to the mount.</summary>
    public int VersionsMax { get; set; }

    public bool CasRequired { get; set; }

    /// <summary>How long a version lives; zero leaves it to the mount.</summary>
    public TimeSpan DeleteVersionAfter { get; set; }

    public SortedDictionary<string, string> CustomMetadata { get; init; } = new(StringComparer.Ordinal);

    /// <summary>The versions kept, oldest first.</summary>
    public List<KvVersion> Versions { get; init; } = [];

    /// <summary>The same for a caller who changes it, while others look at this one.</summary>
    public KvMetadata Copy() => new()
    {
        Revision = Revision,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        CurrentVersion = CurrentVersion,
        OldestVersion = OldestVersion,
        VersionsMax = VersionsMax,
        CasRequired = CasRequired,
        DeleteVersionAfter = DeleteVersionAfter,
        CustomMetadata = new(CustomMetadata, StringComparer.Ordinal),
        Versions = Versions.ConvertAll(version => version with { }),
    };

    /// <summary>The version of a number, the current one for null and 0; null when it never was or was dropped.</summary>
    public KvVersion? Find(int? number)
    {
        var wanted = number is null or 0 ? CurrentVersion : number;
        for (var i = Versions.Count - 1; i >= 0; i--)
        {
            if (Versions[i].Number == wanted) return Versions[i];
        }
        return null;
    }

    /// <summary>Adds the next version and returns it with the numbers of those that must go.</summary>
    public (KvVersion Added, List<int> Dropped) Add(DateTime now, KvConfig config)
    {
        var lifetime = Shorter(DeleteVersionAfter, config.DeleteVersionAfter);
        var added = new KvVersion { Number = CurrentVersion + 1, CreatedAt = now, DeletionAt = lifetime > TimeSpan.Zero ? now + lifetime : null };
        Versions.Add(added);
        CurrentVersion = added.Number;
        UpdatedAt = now;

        var keep = VersionsMax > 0 ? VersionsMax : config.VersionsMax > 0 ? config.VersionsMax : KvLimits.VersionsDefault;
        var dropped = new List<int>();
        if (CurrentVersion - OldestVersion < keep) return (added, dropped);
        var last = CurrentVersion - keep;
        while (Versions[0].Number <= last)
        {
            dropped.Add(Versions[0].Number);
            Versions.RemoveAt(0);
        }
        OldestVersion = last + 1;
        return (added, dropped);
    }

    private static TimeSpan Shorter(TimeSpan own, TimeSpan mount) =>
        own <= TimeSpan.Zero ? mount : mount <= TimeSpan.Zero || own < mount ? own : mount;
}
