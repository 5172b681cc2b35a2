namespace Strongroom.Vault.Engines.Kv;

/// <summary>What is known of one version, apart from its value.</summary>
internal sealed record KvVersion
{
    public required int Number { get; init; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>When it was or will be softly deleted.</summary>
    public DateTime? DeletionAt { get; set; }

    /// <summary>True when the value is gone for good.</summary>
    public bool Destroyed { get; set; }

    public bool IsReadable(DateTime now) => !Destroyed && !(DeletionAt <= now);
}
