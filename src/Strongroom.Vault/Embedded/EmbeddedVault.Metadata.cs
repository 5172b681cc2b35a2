using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Embedded;

public sealed partial class EmbeddedVault
{
    /// <summary>
    /// The names in a folder ("" is the top), in ordinal order; with <paramref name="recursive"/> the full paths of all secrets below
    /// it, else names relative to it, where folders end in a slash. Softly deleted secrets are listed. Empty when there are none.
    /// </summary>
    public async ValueTask<IReadOnlyList<string>> ListAsync(string folder, bool recursive, CancellationToken cancellationToken)
    {
        var top = folder.Length == 0 || folder.EndsWith('/') ? folder : folder + "/";
        if (!recursive) return await NamesAsync(top, cancellationToken);
        var found = new List<string>();
        var open = new Stack<string>();
        open.Push(top);
        while (open.TryPop(out var current))
        {
            foreach (var name in await NamesAsync(current, cancellationToken))
            {
                if (name.EndsWith('/')) open.Push(current + name);
                else found.Add(current + name);
            }
        }
        found.Sort(StringComparer.Ordinal);
        return found;
    }

    /// <summary>Everything about a secret but its values. Throws NotFound.</summary>
    public async ValueTask<SecretMetadata> ReadMetadataAsync(string path, CancellationToken cancellationToken)
    {
        using var response = await SendAsync(VaultOperation.Read, "metadata/", path, default, cancellationToken);
        return SecretMetadata.Parse(path, response.Data);
    }

    /// <summary>The versions of a secret, oldest first. Throws NotFound.</summary>
    public async ValueTask<IReadOnlyList<SecretVersionInfo>> HistoryAsync(string path, CancellationToken cancellationToken) =>
        (await ReadMetadataAsync(path, cancellationToken)).Versions;

    /// <summary>Sets custom metadata (owner, description, tags, type …) and keeps what is not named; null removes a key. Throws NotFound.</summary>
    public async ValueTask WriteMetadataAsync(string path, IReadOnlyDictionary<string, string?> custom, CancellationToken cancellationToken)
    {
        using var body = RequestBody.CustomMetadata(custom);
        using var response = await SendAsync(VaultOperation.Patch, "metadata/", path, body.WrittenMemory, cancellationToken);
    }

    private async ValueTask<List<string>> NamesAsync(string folder, CancellationToken cancellationToken)
    {
        var names = new List<string>();
        try
        {
            using var response = await SendAsync(VaultOperation.List, "metadata/", folder, default, cancellationToken);
            using var document = JsonDocument.Parse(response.Data);
            foreach (var key in document.RootElement.GetProperty("keys"u8).EnumerateArray()) names.Add(key.GetString()!);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            // An empty folder and no folder are the same.
        }
        return names;
    }

    private async ValueTask<int> CurrentVersionAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return (await ReadMetadataAsync(path, cancellationToken)).CurrentVersion;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return 0;
        }
    }
}
