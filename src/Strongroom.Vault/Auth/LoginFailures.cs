using Strongroom.Vault.Mounts;

namespace Strongroom.Vault.Auth;

/// <summary>
/// Failed logins by mount and name, in memory, and who is locked out by them (https://developer.hashicorp.com/vault/docs/concepts/user-lockout).
/// A name is counted whether or not there is such a user: a lock must not tell.
/// </summary>
internal sealed class LoginFailures(TimeProvider time)
{
    /// <summary>Names counted at most. Beyond it old ones are dropped, and then only names of users who exist are added.</summary>
    public const int CountedMax = 100_000;

    private readonly Lock _gate = new();
    private readonly Dictionary<(string Accessor, string Name), Failures> _failures = [];

    /// <summary>Whether logins by this name are refused at present.</summary>
    public bool IsLocked(MountEntry mount, string name)
    {
        lock (_gate) return !mount.Lockout.Disabled && _failures.TryGetValue((mount.Accessor, name), out var failures) && IsLocked(failures, mount.Lockout, Now);
    }

    /// <summary>Counts a failed login.</summary>
    public void Add(MountEntry mount, string name, bool exists)
    {
        if (mount.Lockout.Disabled) return;
        lock (_gate)
        {
            var now = Now;
            var key = (mount.Accessor, name);
            if (!_failures.TryGetValue(key, out var failures))
            {
                if (_failures.Count >= CountedMax) Drop(now);
                if (_failures.Count >= CountedMax && !exists) return;
            }
            var count = failures.Count == 0 || now - failures.LastAt >= mount.Lockout.CounterReset ? 0 : failures.Count;
            _failures[key] = new Failures(count + 1, now, now + Math.Max(mount.Lockout.CounterReset, mount.Lockout.Duration));
        }
    }

    /// <summary>Forgets what failed before: somebody logged in, or an administrator unlocks.</summary>
    public void Clear(string accessor, string name)
    {
        lock (_gate) _failures.Remove((accessor, name));
    }

    /// <summary>Who is locked out at present, by the accessor of the mount, sorted.</summary>
    public SortedDictionary<string, List<string>> Locked(MountTable mounts)
    {
        var locked = new SortedDictionary<string, List<string>>(StringComparer.Ordinal);
        lock (_gate)
        {
            foreach (var ((accessor, name), failures) in _failures)
            {
                if (mounts.FindByAccessor(accessor) is not { } mount || !IsLocked(failures, mount.Lockout, Now)) continue;
                if (!locked.TryGetValue(accessor, out var names)) locked[accessor] = names = [];
                names.Add(name);
            }
        }
        foreach (var names in locked.Values) names.Sort(StringComparer.Ordinal);
        return locked;
    }

    private long Now => time.GetUtcNow().ToUnixTimeSeconds();

    private static bool IsLocked(Failures failures, UserLockout lockout, long now) =>
        !lockout.Disabled && failures.Count >= lockout.Threshold && now - failures.LastAt < lockout.Duration;

    private void Drop(long now)
    {
        foreach (var (key, failures) in _failures)
        {
            if (failures.ForgottenAt <= now) _failures.Remove(key);
        }
    }

    private readonly record struct Failures(int Count, long LastAt, long ForgottenAt);
}
