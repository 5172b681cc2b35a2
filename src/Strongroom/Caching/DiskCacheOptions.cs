using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>Where and how the encrypted cache on disk is kept.</summary>
public sealed record DiskCacheOptions
{
    /// <summary>Absolute path of the cache.</summary>
    public required string File { get; init; }

    /// <summary>Absolute path of its key, made at the first use; best not in the folder of the cache.</summary>
    public required string KeyFile { get; init; }

    /// <summary>What the cache belongs to, as the absolute path of the manifest. A cache of another binding cannot be opened.</summary>
    public required string Binding { get; init; }

    /// <summary>The ceiling: how old a value from disk may be, 24 hours by default. Nothing older is given out.</summary>
    public TimeSpan AgeMax { get; init; } = TimeSpan.FromHours(24);

    /// <summary>Is told what went wrong with the cache, once for each fault, without values. Nothing of it ever fails a call.</summary>
    public Action<string>? Warn { get; init; }

    internal void Validate()
    {
        var faults = new OptionFaults("disk cache");
        faults.Check(Path.IsPathFullyQualified(File), "file must be an absolute path");
        faults.Check(Path.IsPathFullyQualified(KeyFile), "keyFile must be an absolute path");
        faults.Check(!string.Equals(File, KeyFile), "file and keyFile must differ");
        faults.Check(Binding.Length > 0, "binding is empty");
        faults.Check(AgeMax > TimeSpan.Zero && AgeMax <= TimeSpan.FromDays(30), "ageMax must be above 0 and at most 30 days");
        faults.Throw();
    }
}
