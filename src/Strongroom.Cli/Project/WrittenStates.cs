using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Files;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Project;

/// <summary>
/// What this person wrote to stores that give no value back: the state that the store told then, and which value it was. So it can be said
/// later that somebody else wrote there, or that the value here is newer. Kept as keyed hashes of 16 bytes, a line for each secret, with the key
/// in a file of its own; without the key they say nothing, also of a short value.
/// </summary>
internal sealed class WrittenStates(string file, string keyFile)
{
    private const int KeyLength = 32;
    private const int HashLength = 16;
    private const int FileBytesMax = 4 << 20;

    /// <summary>Remembers a write. Two processes that write at once may lose one of the two, which then counts as not written from here.</summary>
    /// <exception cref="IOException">And the like, as the operating system reports it.</exception>
    public void Remember(SecretStore store, string path, SecretVersion state, SecretValue value)
    {
        using var key = ReadKey() ?? MakeKey();
        var id = HashOfPath(key, store, path);
        var lines = new StringBuilder();
        foreach (var line in ReadLines())
            if (!line.StartsWith(id, StringComparison.Ordinal)) lines.Append(line).Append('\n');
        lines.Append(id).Append(' ').Append(HashOfState(key, state)).Append(' ').Append(HashOfValue(key, value)).Append('\n');
        PrivateFile.Replace(file, Encoding.ASCII.GetBytes(lines.ToString()));
    }

    /// <summary>Whether a secret is as it was written from here; null when it was not.</summary>
    public bool? IsAsWritten(SecretStore store, string path, SecretVersion state)
    {
        using var key = ReadKey();
        return key is not null && Find(key, store, path) is [_, var written, _] ? written == HashOfState(key, state) : null;
    }

    /// <summary>Whether this is the value that was written last; null when none was written from here.</summary>
    public bool? IsValueWritten(SecretStore store, string path, SecretValue value)
    {
        using var key = ReadKey();
        return key is not null && Find(key, store, path) is [_, _, var written] ? written == HashOfValue(key, value) : null;
    }

    private string[]? Find(SecretBuffer key, SecretStore store, string path)
    {
        var id = HashOfPath(key, store, path);
        foreach (var line in ReadLines())
            if (line.StartsWith(id, StringComparison.Ordinal)) return line.Split(' ');
        return null;
    }

    private string[] ReadLines()
    {
        using var content = PrivateFile.Read(file, FileBytesMax);
        return content is null ? [] : Encoding.ASCII.GetString(content.Written).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }

    private SecretBuffer? ReadKey() => PrivateFile.Read(keyFile, KeyLength) is { Length: KeyLength } key ? key : null;

    private SecretBuffer MakeKey()
    {
        var key = new SecretBuffer(KeyLength);
        RandomNumberGenerator.Fill(key.GetSpan(KeyLength)[..KeyLength]);
        key.Advance(KeyLength);
        PrivateFile.Replace(keyFile, key.Written);
        return key;
    }

    private static string HashOfPath(SecretBuffer key, SecretStore store, string path) => Hash(key, "path", Encoding.UTF8.GetBytes($"{store.Identity}\n{path}"));

    private static string HashOfState(SecretBuffer key, SecretVersion state) => Hash(key, "state", Encoding.UTF8.GetBytes(state.ToString()));

    private static string HashOfValue(SecretBuffer key, SecretValue value) => Hash(key, "value", value.Reveal());

    private static string Hash(SecretBuffer key, string purpose, ReadOnlySpan<byte> content)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key.Written);
        hash.AppendData(Encoding.UTF8.GetBytes($"strongroom written 1 {purpose}\n"));
        hash.AppendData(content);
        return Base64Url.EncodeToString(hash.GetHashAndReset().AsSpan(0, HashLength));
    }
}
