using System.Security.Cryptography;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Server.Hosting;

/// <summary>Makes the seals of a configuration that need no people.</summary>
internal static class SealFactory
{
    private const int SecretLengthMax = 64 * 1024;

    /// <summary>The seal of a configuration. A key file that is not there is made, unless there is a vault that needs the one that is gone.</summary>
    public static VaultSeal Make(SealConfiguration configuration, bool hasVault, RandomNumberGenerator random)
    {
        if (configuration is { Kind: "keyfile", Path: { } path })
            return hasVault || File.Exists(path) ? KeyFileSeal.Open(path, random) : KeyFileSeal.Create(path, random);
        return configuration.Path is { } file ? StaticKeyFrom(file, random) : UnattendedSeal.StaticKey(random);
    }

    private static StaticKeySeal StaticKeyFrom(string path, RandomNumberGenerator random)
    {
        if (PrivateFile.IsOpenToOthers(path))
            throw new SecretException(SecretErrorKind.Denied, "is open to other users of this machine", operation: "start", name: path, help: $"chmod 600 {path}");
        using var content = ReadFile(path);
        return new StaticKeySeal(content.Written, random, path);
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
