using System.Security.Cryptography;
using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Server.Hosting;

/// <summary>Makes the seals that need no people: of a configuration, and of the vault of a project.</summary>
internal static class SealFactory
{
    private const int SecretLengthMax = 64 * 1024;

    /// <summary>The seal of a configuration. A key file that is not there is made, unless there is a vault that needs the one that is gone.</summary>
    public static VaultSeal Make(SealConfiguration configuration, bool hasVault, RandomNumberGenerator random)
    {
        if (configuration is { Kind: "keyfile", Path: { } path })
            return hasVault || File.Exists(path) ? KeyFileSeal.Open(path, random) : KeyFileSeal.Create(path, random);
        return configuration.Path is { } file ? StaticKeyFrom(file, random) : StaticKey(random);
    }

    /// <summary>The seal of a project's vault, as the command line chooses it; there is no terminal to ask for a passphrase on.</summary>
    public static VaultSeal Open(VaultHeader header, VaultPlace place, RandomNumberGenerator random) => header.SealKind switch
    {
        KeyFileSeal.KindName => KeyFileSeal.Open(place.KeyPath(header.VaultId), random),
        StaticKeySeal.KindName => StaticKey(random),
        PassphraseSeal.KindName => Passphrase(random),
        _ => throw new SecretException(SecretErrorKind.Unsupported, $"the vault is closed with a seal of kind {header.SealKind}", operation: "start",
            help: "serve it with -config; it is opened with unseal keys"),
    };

    private static StaticKeySeal StaticKey(RandomNumberGenerator random)
    {
        var name = SealVariables.Current.RootKey;
        if (SealVariables.Read(name) is not { } text)
        {
            throw new SecretException(
                SecretErrorKind.Sealed, $"the vault is closed with a static key, and {name} is not set", operation: "start",
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

    private static StaticKeySeal StaticKeyFrom(string path, RandomNumberGenerator random)
    {
        if (PrivateFile.IsOpenToOthers(path))
            throw new SecretException(SecretErrorKind.Denied, "is open to other users of this machine", operation: "start", name: path, help: $"chmod 600 {path}");
        using var content = ReadFile(path);
        return new StaticKeySeal(content.Written, random, path);
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
                SecretErrorKind.Sealed, "the vault is closed with a passphrase, and a server has no terminal to ask for it", operation: "start",
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
                ?? throw new SecretException(SecretErrorKind.NotFound, "there is no such file", operation: "start", name: path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "start", path);
        }
    }
}
