using System.Security.Cryptography;
using Strongroom.Secrets;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary>What is kept of a password: PBKDF2 with HMAC-SHA-256, its iterations and salt.</summary>
internal sealed record PasswordHash
{
    /// <summary>Iterations for new passwords.</summary>
    public const int IterationsDefault = 600_000;

    private const int SaltLength = 16;

    public required int Iterations { get; init; }

    public required byte[] Salt { get; init; }

    public required byte[] Key { get; init; }

    /// <summary>Stands in for a user who does not exist, at the same cost. No password matches it.</summary>
    public static PasswordHash Nobody(int iterations) => new() { Iterations = iterations, Salt = new byte[SaltLength], Key = [] };

    public static PasswordHash Of(SecretValue password, int iterations, RandomNumberGenerator random)
    {
        var salt = new byte[SaltLength];
        random.GetBytes(salt);
        return new PasswordHash { Iterations = iterations, Salt = salt, Key = Derive(password, salt, iterations) };
    }

    /// <summary>Whether this is the password, in a time that does not depend on the answer.</summary>
    public bool Matches(SecretValue password) => CryptographicOperations.FixedTimeEquals(Derive(password, Salt, Iterations), Key);

    private static byte[] Derive(SecretValue password, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(password.Reveal(), salt, iterations, HashAlgorithmName.SHA256, SHA256.HashSizeInBytes);
}
