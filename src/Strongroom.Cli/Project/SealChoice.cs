using System.Security.Cryptography;
using System.Text;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Project;

/// <summary>Finds what opens a vault: a key file, a passphrase, or a key from the environment.</summary>
internal static class SealChoice
{
    /// <summary>A passphrase for programs; people are asked.</summary>
    public const string PassphraseVariable = "STRONGROOM_PASSPHRASE";

    /// <summary>A file with the passphrase, as service managers and containers hand it over.</summary>
    public const string PassphraseFileVariable = "STRONGROOM_PASSPHRASE_FILE";

    /// <summary>The kinds that `init` and `vault reseal` offer.</summary>
    public static readonly string[] Kinds = [KeyFileSeal.KindName, PassphraseSeal.KindName, StaticKeySeal.KindName];

    /// <summary>The seal that opens an existing vault.</summary>
    public static VaultSeal Open(string kind, VaultPlace place, Guid vaultId) => kind switch
    {
        KeyFileSeal.KindName => KeyFileSeal.Open(place.KeyPath(vaultId), RandomNumberGenerator.Create()),
        PassphraseSeal.KindName => Passphrase(isNew: false),
        StaticKeySeal.KindName => StaticKey(),
        _ => throw new SecretException(SecretErrorKind.Unsupported, $"the vault is closed with a seal of kind {kind}", help: "use a newer strongroom"),
    };

    /// <summary>A new seal for a vault that is made or resealed.</summary>
    public static VaultSeal Create(string kind, VaultPlace place, Guid vaultId)
    {
        if (kind == PassphraseSeal.KindName) return Passphrase(isNew: true);
        if (kind == StaticKeySeal.KindName) return StaticKey();
        var path = place.KeyPath(vaultId);
        // The manifest may name a key file that exists: one for several vaults, or what an interrupted init has left.
        return File.Exists(path) ? KeyFileSeal.Open(path, RandomNumberGenerator.Create()) : KeyFileSeal.Create(path, RandomNumberGenerator.Create());
    }

    private static PassphraseSeal Passphrase(bool isNew)
    {
        using var passphrase = Environment.GetEnvironmentVariable(PassphraseFileVariable) is { Length: > 0 } file
            ? SecretInput.ReadFile(file, raw: false)
            : Environment.GetEnvironmentVariable(PassphraseVariable) is { Length: > 0 } text
                ? SecretValue.FromText(text)
                : Ask(isNew);
        return new PassphraseSeal(passphrase, RandomNumberGenerator.Create());
    }

    private static SecretValue Ask(bool isNew)
    {
        if (!SecretInput.CanPrompt)
        {
            throw new SecretException(
                SecretErrorKind.Sealed, "the vault is closed with a passphrase, and there is no terminal to ask for it",
                help: $"set {PassphraseFileVariable} to a file that holds it");
        }
        return isNew ? SecretInput.PromptTwice("new passphrase of the vault") : SecretInput.Prompt("passphrase of the vault");
    }

    private static StaticKeySeal StaticKey()
    {
        var text = Environment.GetEnvironmentVariable(StaticKeySeal.EnvironmentVariable);
        if (string.IsNullOrEmpty(text))
        {
            throw new SecretException(
                SecretErrorKind.Sealed, $"the vault is closed with a static key, and {StaticKeySeal.EnvironmentVariable} is not set",
                help: "set it to the base64 key; a new one: openssl rand -base64 32");
        }
        var bytes = Encoding.ASCII.GetBytes(text);
        try
        {
            return new StaticKeySeal(bytes, RandomNumberGenerator.Create());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
