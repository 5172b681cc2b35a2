using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Formats;

/// <summary>
/// Reads the configuration of a Pulumi stack, <c>Pulumi.STACK.yaml</c>. The key <c>shop:apiKey</c> becomes <c>SHOP_API_KEY</c>. What is
/// encrypted with a passphrase (<c>encryptionsalt</c>) is decrypted; what the service or a cloud's key encrypts cannot be, and is a fault.
/// </summary>
/// <remarks>
/// The format is that of pulumi/pulumi, sdk/go/common/resource/config/crypt.go: <c>v1:NONCE:CIPHERTEXT</c> in base64, AES-256-GCM, the key by
/// PBKDF2-SHA-256 with 1,000,000 rounds; the salt is <c>v1:SALT:</c> and, as a check, the encrypted word <c>pulumi</c>.
/// </remarks>
internal sealed class PulumiStackImport(Func<string, string?> variable) : IDisposable
{
    private const int Rounds = 1_000_000;
    private const int KeyLength = 32;
    private const int TagLength = 16;

    private readonly TextFaults _faults = new();
    private readonly TextFaults _duplicates = new();
    private readonly ImportedEntries _entries = new();
    private readonly List<string> _keys = [];
    private byte[]? _key;
    private string? _whyNot;

    /// <summary>Reads a stack's file.</summary>
    /// <param name="text">The YAML.</param>
    /// <param name="file">Its name, for faults.</param>
    /// <param name="variable">Looks up PULUMI_CONFIG_PASSPHRASE and PULUMI_CONFIG_PASSPHRASE_FILE.</param>
    public static SecretImport Read(ReadOnlySpan<byte> text, string file, Func<string, string?> variable)
    {
        using var import = new PulumiStackImport(variable);
        if (new YamlTree(file, import._faults).Read(Encoding.UTF8.GetString(text)) is { } root) import.ReadRoot(root);
        return new SecretImport(import._entries.Entries, import._faults.InOrder, import._duplicates.InOrder);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_key is not null) CryptographicOperations.ZeroMemory(_key);
    }

    private void ReadRoot(MapNode root)
    {
        if (root.Find("config")?.Node is not MapNode config) return;
        if (HasSecure(config)) Unlock(root);
        ReadMap(config);
    }

    private void ReadMap(MapNode map)
    {
        foreach (var entry in map.Entries)
        {
            _keys.Add(entry.Key);
            var name = string.Join('_', _keys.Select(SecretName.ToEnvironmentName));
            if (Secure(entry.Node) is { } ciphertext) ReadSecure(entry, name, ciphertext);
            else if (entry.Node is MapNode nested) ReadMap(nested);
            else if (entry.Node is not ScalarNode { IsNull: false } scalar) _faults.Add(entry.Node.Place, $"{Shown()}: {entry.Node.Shape} is no value", "write a text, or take the key out");
            else Add(entry, name, SecretValue.FromText(scalar.Text));
            _keys.RemoveAt(_keys.Count - 1);
        }
    }

    private void ReadSecure(MapEntry entry, string name, ScalarNode ciphertext)
    {
        if (_key is null)
        {
            _faults.Add(entry.Place, $"{Shown()} is encrypted, and {_whyNot}", "pulumi config get --stack STACK KEY shows it; pipe that into strongroom set");
            return;
        }
        if (Decrypt(ciphertext.Text) is { } value) Add(entry, name, value);
        else _faults.Add(ciphertext.Place, $"{Shown()} cannot be decrypted with this passphrase");
    }

    private void Add(MapEntry entry, string name, SecretValue value)
    {
        if (!SecretName.IsEnvironmentName(name))
        {
            value.Dispose();
            _faults.Add(entry.Place, $"'{TextFaults.Shorten(name)}' is no name for a variable");
        }
        else if (!_entries.Set(name, value)) _duplicates.Add(entry.Place, $"{name} is there already", "the last value counts");
    }

    /// <summary>Finds the key of the stack, or remembers why there is none.</summary>
    private void Unlock(MapNode root)
    {
        if (root.Find("encryptionsalt")?.Node is not ScalarNode { Text: { } salt } || salt.Split(':', 3) is not ["v1", { } encoded, { } check])
        {
            _whyNot = root.Find("secretsprovider") is null ? "only the Pulumi service has the key" : "only its secrets provider has the key";
            return;
        }
        if (Passphrase() is not { } passphrase)
        {
            _whyNot = "PULUMI_CONFIG_PASSPHRASE and PULUMI_CONFIG_PASSPHRASE_FILE are not set";
            return;
        }
        var saltBytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded, saltBytes, out var saltLength))
        {
            _whyNot = "encryptionsalt is damaged";
            return;
        }
        _key = Rfc2898DeriveBytes.Pbkdf2(passphrase, saltBytes.AsSpan(0, saltLength), Rounds, HashAlgorithmName.SHA256, KeyLength);
        using var word = Decrypt(check);
        using var expected = SecretValue.FromText("pulumi");
        if (word is not null && word.Equals(expected)) return;
        _key = null;
        _whyNot = "the passphrase is another one";
    }

    private string? Passphrase()
    {
        if (variable("PULUMI_CONFIG_PASSPHRASE") is { } passphrase) return passphrase;
        if (variable("PULUMI_CONFIG_PASSPHRASE_FILE") is not { Length: > 0 } path) return null;
        try
        {
            return File.ReadAllText(path).Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretException(SecretErrorKind.Denied, $"the file of PULUMI_CONFIG_PASSPHRASE_FILE cannot be read ({e.GetType().Name})", operation: "import");
        }
    }

    private SecretValue? Decrypt(string text)
    {
        if (text.Split(':') is not ["v1", { } nonce, { } ciphertext]) return null;
        var (nonceBytes, sealedBytes) = (new byte[nonce.Length], new byte[ciphertext.Length]);
        if (!Convert.TryFromBase64String(nonce, nonceBytes, out var nonceLength) || !Convert.TryFromBase64String(ciphertext, sealedBytes, out var length)) return null;
        if (nonceLength != AesGcm.NonceByteSizes.MaxSize || length < TagLength) return null;
        using var plain = new SecretBuffer(length);
        using var aes = new AesGcm(_key!, TagLength);
        try
        {
            aes.Decrypt(nonceBytes.AsSpan(0, nonceLength), sealedBytes.AsSpan(0, length - TagLength), sealedBytes.AsSpan(length - TagLength, TagLength), plain.GetSpan(length)[..(length - TagLength)]);
        }
        catch (CryptographicException)
        {
            return null;
        }
        plain.Advance(length - TagLength);
        return plain.ToValue();
    }

    private string Shown() => TextFaults.Shorten(string.Join('.', _keys));

    private static ScalarNode? Secure(YamlNode node) => node is MapNode { Entries: [{ Key: "secure", Node: ScalarNode text }] } ? text : null;

    private static bool HasSecure(MapNode map)
    {
        foreach (var entry in map.Entries)
            if (Secure(entry.Node) is not null || (entry.Node is MapNode nested && HasSecure(nested))) return true;
        return false;
    }
}
