using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Mounts;

/// <summary>When failed logins lock a user out of an auth mount: the member <c>user_lockout_config</c> of its settings. Durations are seconds.</summary>
internal sealed record UserLockout
{
    /// <summary>What holds when nothing is set.</summary>
    public static UserLockout Default { get; } = new();

    /// <summary>Failures that lock.</summary>
    public int Threshold { get; init; } = 5;

    /// <summary>How long a lock lasts.</summary>
    public long Duration { get; init; } = 15 * 60;

    /// <summary>Without a failure for so long, counting begins anew.</summary>
    public long CounterReset { get; init; } = 15 * 60;

    /// <summary>Whether nobody is locked out.</summary>
    public bool Disabled { get; init; }

    /// <summary>These settings with those that the request names changed; 0 means the default.</summary>
    public UserLockout Merge(JsonElement config)
    {
        using var fields = RequestFields.Of(config);
        return new UserLockout
        {
            Threshold = fields.Count("lockout_threshold") switch { null => Threshold, 0 => Default.Threshold, { } set => set },
            Duration = fields.Seconds("lockout_duration") switch { null => Duration, 0 => Default.Duration, { } set => set },
            CounterReset = fields.Seconds("lockout_counter_reset_duration") switch { null => CounterReset, 0 => Default.CounterReset, { } set => set },
            Disabled = fields.Flag("lockout_disable") ?? Disabled,
        };
    }

    /// <summary>The members as <c>sys/auth</c> tells them.</summary>
    public void Write(Utf8JsonWriter writer)
    {
        writer.WriteNumber("user_lockout_counter_reset_duration"u8, CounterReset);
        writer.WriteBoolean("user_lockout_disable"u8, Disabled);
        writer.WriteNumber("user_lockout_duration"u8, Duration);
        writer.WriteNumber("user_lockout_threshold"u8, Threshold);
    }
}
