using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>The token that <c>vault login</c> keeps for the next call: <c>~/.vault-token</c>, readable by its owner only.</summary>
/// <param name="path">The file.</param>
public sealed class VaultTokenFile(string path)
{
    /// <summary>A token is at most this long.</summary>
    private const int LengthMax = 64 * 1024;

    /// <summary>The file in the home folder; null when there is no home.</summary>
    public static VaultTokenFile? OfUser(Func<string, string?> variable) =>
        variable("HOME") is { Length: > 0 } home ? new VaultTokenFile(System.IO.Path.Combine(home, ".vault-token")) : null;

    /// <summary>Where it is.</summary>
    public string Path => path;

    /// <summary>The token to call with: the variable if it is set, else the file. Null when there is none. The caller owns it.</summary>
    /// <exception cref="SecretException">InvalidInput when the token has characters that no token has; Denied or ReadOnly when the file cannot be read.</exception>
    public static SecretValue? Find(Func<string, string?> variable)
    {
        if (variable(VaultEnvironment.Token)?.Trim() is { Length: > 0 } token) return ParseToken(Encoding.UTF8.GetBytes(token), VaultEnvironment.Token);
        return OfUser(variable)?.Read();
    }

    /// <summary>The token in the file, or null. The caller owns it.</summary>
    /// <exception cref="SecretException">As <see cref="Find"/>.</exception>
    public SecretValue? Read()
    {
        try
        {
            using var content = PrivateFile.Read(path, LengthMax);
            if (content is null) return null;
            var token = content.Written.Trim(" \r\n\t"u8);
            return token.IsEmpty ? null : ParseToken(token, path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e, "read");
        }
    }

    /// <summary>Keeps a token, in the place of the one before.</summary>
    /// <exception cref="SecretException">ReadOnly when the file cannot be written.</exception>
    public void Write(SecretValue token)
    {
        try
        {
            PrivateFile.Replace(path, token.Reveal());
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e, "write");
        }
    }

    /// <summary>Forgets the token. Nothing happens when there is none.</summary>
    /// <exception cref="SecretException">ReadOnly when the file cannot be removed.</exception>
    public void Delete()
    {
        try
        {
            File.Delete(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Fault(e, "delete");
        }
    }

    /// <summary>A token goes into a header, where a line break would begin another one.</summary>
    private static SecretValue ParseToken(ReadOnlySpan<byte> token, string source) => token.ContainsAnyExceptInRange((byte)'!', (byte)'~')
        ? throw new SecretException(SecretErrorKind.InvalidInput, $"the token in {source} contains characters that cannot be sent")
        : SecretValue.FromBytes(token);

    private SecretException Fault(Exception e, string operation) => new(
        e is UnauthorizedAccessException ? SecretErrorKind.Denied : SecretErrorKind.ReadOnly, "the token file is out of reach", operation: operation, name: path, inner: e);
}
