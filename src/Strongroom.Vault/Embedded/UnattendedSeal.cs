using System.Security.Cryptography;
using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Embedded;

/// <summary>Opens a vault without a person: its key file, or what <see cref="SealVariables"/> hold.</summary>
public static class UnattendedSeal
{
    private const int SecretLengthMax = 64 * 1024;

    /// <summary>The seal of an existing vault.</summary>
    /// <exception cref="SecretException">Sealed when what opens it is not there; Unsupported when people open it.</exception>
    public static VaultSeal Open(VaultHeader header, VaultPlace place, RandomNumberGenerator random) => header.SealKind switch
    {
        KeyFileSeal.KindName => KeyFileSeal.Open(place.KeyPath(header.VaultId), random),
        StaticKeySeal.KindName => StaticKey(random),
        PassphraseSeal.KindName => Passphrase(random),
        _ => throw new SecretException(SecretErrorKind.Unsupported, $"the vault is closed with a seal of kind {header.SealKind}", operation: "open",
            help: "serve it with strongroom server -config; it is opened with unseal keys"),
    };

    /// <summary>The seal of the key in the environment.</summary>
    /// <exception cref="SecretException">Sealed when it is not set.</exception>
    public static StaticKeySeal StaticKey(RandomNumberGenerator random)
    {
        var name = SealVariables.Current.RootKey;
        if (SealVariables.Read(name) is not { } text)
        {
            throw new SecretException(
                SecretErrorKind.Sealed, $"the vault is closed with a static key, and {name} is not set", operation: "open",
                help: "set it to the base64 key; a new one: openssl rand -base64 32");
        }
        var bytes = Encoding.ASCII.GetBytes(text);
        try
        {
            return new StaticKeySeal(bytes, random);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    private static PassphraseSeal Passphrase(RandomNumberGenerator random)
    {
        var variables = SealVariables.Current;
        if (SealVariables.Read(variables.PassphraseFile) is { } path)
        {
            using var content = ReadFile(path);
            if (content.Written.EndsWith("\n"u8)) content.Shorten(content.Written.EndsWith("\r\n"u8) ? 2 : 1);
            using var fromFile = content.ToValue();
            return new PassphraseSeal(fromFile, random);
        }
        if (SealVariables.Read(variables.Passphrase) is not { } text)
        {
            throw new SecretException(
                SecretErrorKind.Sealed, "the vault is closed with a passphrase, and there is no terminal to ask for it", operation: "open",
                help: $"set {variables.PassphraseFile} to a file that holds it");
        }
        using var passphrase = SecretValue.FromText(text);
        return new PassphraseSeal(passphrase, random);
    }

    private static SecretBuffer ReadFile(string path)
    {
        try
        {
            return PrivateFile.Read(path, SecretLengthMax)
                ?? throw new SecretException(SecretErrorKind.NotFound, "there is no such file", operation: "open", name: path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "open", path);
        }
    }
}
