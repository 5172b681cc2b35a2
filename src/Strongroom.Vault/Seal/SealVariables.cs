namespace Strongroom.Vault.Seal;

/// <summary>
/// The environment variables with which programs open a vault; people are asked. To reseal takes two of them, since the old secret
/// opens the vault and the new one closes it.
/// </summary>
/// <param name="Passphrase">Holds a passphrase.</param>
/// <param name="PassphraseFile">Names a file with the passphrase, as service managers and containers hand it over.</param>
/// <param name="RootKey">Holds a static key in base64.</param>
public sealed record SealVariables(string Passphrase, string PassphraseFile, string RootKey)
{
    /// <summary>What opens the vault.</summary>
    public static SealVariables Current { get; } = new("STRONGROOM_PASSPHRASE", "STRONGROOM_PASSPHRASE_FILE", StaticKeySeal.EnvironmentVariable);

    /// <summary>What is to open it after a reseal.</summary>
    public static SealVariables New { get; } = new("STRONGROOM_NEW_PASSPHRASE", "STRONGROOM_NEW_PASSPHRASE_FILE", "STRONGROOM_NEW_ROOT_KEY");

    /// <summary>Every name. No child gets to see them.</summary>
    public static string[] Names => [.. Current.All, .. New.All];

    private string[] All => [Passphrase, PassphraseFile, RootKey];

    /// <summary>True when one of them is set that serves a seal of this kind.</summary>
    public bool Serve(string kind) => kind == PassphraseSeal.KindName ? Read(PassphraseFile) is not null || Read(Passphrase) is not null : Read(RootKey) is not null;

    /// <summary>The value of a variable; null when it is not set or empty.</summary>
    public static string? Read(string name) => Environment.GetEnvironmentVariable(name) is { Length: > 0 } value ? value : null;
}
