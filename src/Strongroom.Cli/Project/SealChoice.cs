using System.Security.Cryptography;
using System.Text;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Project;

/// <summary>Finds what opens a vault: a key file, a passphrase, or a key from the environment.</summary>
internal static class SealChoice
{
    /// <summary>The kinds that `init` and `vault reseal` offer.</summary>
    public static readonly string[] Kinds = [KeyFileSeal.KindName, PassphraseSeal.KindName, StaticKeySeal.KindName];

    /// <summary>The seal that opens an existing vault.</summary>
    public static VaultSeal Open(string kind, VaultPlace place, Guid vaultId) => kind switch
    {
        KeyFileSeal.KindName => KeyFileSeal.Open(place.KeyPath(vaultId), RandomNumberGenerator.Create()),
        PassphraseSeal.KindName => Passphrase(SealVariables.Current, "passphrase of the vault", isNew: false),
        StaticKeySeal.KindName => StaticKey(SealVariables.Current),
        ShamirSeal.KindName => throw new SecretException(
            SecretErrorKind.Unsupported, "the vault is opened by several people with unseal keys", help: "serve it with strongroom server -config, and use strongroom operator unseal"),
        _ => throw new SecretException(SecretErrorKind.Unsupported, $"the vault is closed with a seal of kind {kind}", help: "use a newer strongroom"),
    };

    /// <summary>The seal of a vault that is made.</summary>
    public static VaultSeal Create(string kind, VaultPlace place, Guid vaultId)
    {
        if (kind != KeyFileSeal.KindName) return FromVariables(kind, SealVariables.Current);
        var path = place.KeyPath(vaultId);
        // The manifest may name a key file that exists: one for several vaults, or what an interrupted init has left.
        return File.Exists(path) ? KeyFileSeal.Open(path, RandomNumberGenerator.Create()) : KeyFileSeal.Create(path, RandomNumberGenerator.Create());
    }

    /// <summary>The seal that takes the place of one of kind <paramref name="currentKind"/>: a passphrase or a static key.</summary>
    public static VaultSeal Replace(string currentKind, string kind)
    {
        // The plain variables hold what opens the vault now. They can only mean the new seal when it is of another kind.
        var isClear = kind != currentKind && !SealVariables.New.Serve(kind) && SealVariables.Current.Serve(kind);
        return FromVariables(kind, isClear ? SealVariables.Current : SealVariables.New);
    }

    private static VaultSeal FromVariables(string kind, SealVariables variables) =>
        kind == PassphraseSeal.KindName ? Passphrase(variables, "new passphrase of the vault", isNew: true) : StaticKey(variables);

    private static PassphraseSeal Passphrase(SealVariables variables, string label, bool isNew)
    {
        using var passphrase = SealVariables.Read(variables.PassphraseFile) is { } file
            ? SecretInput.ReadFile(file, raw: false)
            : SealVariables.Read(variables.Passphrase) is { } text
                ? SecretValue.FromText(text)
                : Ask(variables, label, isNew);
        return new PassphraseSeal(passphrase, RandomNumberGenerator.Create());
    }

    private static SecretValue Ask(SealVariables variables, string label, bool isNew)
    {
        if (!SecretInput.CanPrompt)
        {
            throw new SecretException(
                SecretErrorKind.Sealed,
                isNew ? "a new passphrase is needed, and there is no terminal to ask for it" : "the vault is closed with a passphrase, and there is no terminal to ask for it",
                help: $"set {variables.PassphraseFile} to a file that holds it");
        }
        return isNew ? SecretInput.PromptTwice(label) : SecretInput.Prompt(label);
    }

    private static StaticKeySeal StaticKey(SealVariables variables)
    {
        if (SealVariables.Read(variables.RootKey) is not { } text)
        {
            var what = ReferenceEquals(variables, SealVariables.New) ? "a new static key is needed" : "the vault is closed with a static key";
            throw new SecretException(
                SecretErrorKind.Sealed, $"{what}, and {variables.RootKey} is not set",
                help: "set it to the base64 key; a new one: openssl rand -base64 32");
        }
        var bytes = Encoding.ASCII.GetBytes(text);
        try
        {
            return new StaticKeySeal(bytes, RandomNumberGenerator.Create(), variables.RootKey);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }
}
