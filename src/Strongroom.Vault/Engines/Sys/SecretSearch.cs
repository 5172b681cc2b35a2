using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Engines.Kv;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>One secret that was found.</summary>
/// <param name="Mount">Where.</param>
/// <param name="Path">Its path in the mount.</param>
/// <param name="Matched">What of it fits: <c>name</c>, <c>key:…</c>, <c>metadata:…</c>.</param>
internal sealed record FoundSecret(string Mount, string Path, List<string> Matched);

/// <summary>Walks secrets in the order of their paths, so that the last one looked at is where the next page begins.</summary>
internal sealed class SecretSearch(Acl acl, string query, string[] places, int limit, string after)
{
    /// <summary>The most secrets that one request looks at.</summary>
    private const int VisitsMax = 10_000;

    private int _visits;
    private string _last = "";

    public List<FoundSecret> Found { get; } = [];

    /// <summary>Where the next page begins; null when everything was looked at.</summary>
    public string? Next { get; private set; }

    public async ValueTask RunAsync(string mount, KvEngine engine, string folder, CancellationToken cancellationToken)
    {
        var full = mount + folder;
        // A folder that lies wholly before the beginning of this page.
        if (Next is not null || (string.CompareOrdinal(full, after) < 0 && !after.StartsWith(full, StringComparison.Ordinal))) return;
        if (!May(Capability.List, $"{mount}metadata/{folder}")) return;
        foreach (var name in await engine.Metadata.ListAsync(folder, cancellationToken))
        {
            if (name.EndsWith('/')) await RunAsync(mount, engine, folder + name, cancellationToken);
            else if (string.CompareOrdinal(full + name, after) > 0) await LookAsync(mount, engine, folder + name, cancellationToken);
            if (Next is not null) return;
        }
    }

    private async ValueTask LookAsync(string mount, KvEngine engine, string path, CancellationToken cancellationToken)
    {
        if (Found.Count == limit || _visits == VisitsMax)
        {
            Next = _last;
            return;
        }
        _visits++;
        _last = mount + path;
        var matched = new List<string>();
        if (Looks("name") && Fits(path)) matched.Add("name");
        var metadata = Looks("key") || Looks("metadata") ? await engine.GetMetadataAsync(path, cancellationToken) : null;
        if (metadata is not null && Looks("metadata") && May(Capability.Read, $"{mount}metadata/{path}"))
        {
            foreach (var (name, value) in metadata.CustomMetadata)
            {
                if (Fits(name) || Fits(value)) matched.Add("metadata:" + name);
            }
        }
        if (metadata?.Find(null) is { } version && version.IsReadable(engine.Now) && Looks("key") && May(Capability.Read, $"{mount}data/{path}"))
            await MatchKeysAsync(engine, path, version.Number, matched, cancellationToken);
        if (matched.Count > 0) Found.Add(new FoundSecret(mount, path, matched));
    }

    private async ValueTask MatchKeysAsync(KvEngine engine, string path, int version, List<string> matched, CancellationToken cancellationToken)
    {
        try
        {
            using var data = await engine.GetDataAsync(path, version, cancellationToken);
            using var document = JsonDocument.Parse(data.Value);
            foreach (var member in document.RootElement.EnumerateObject())
            {
                if (Fits(member.Name)) matched.Add("key:" + member.Name);
            }
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            // Destroyed since its metadata was read.
        }
    }

    private bool Looks(string place) => Array.IndexOf(places, place) >= 0;

    private bool Fits(string text) => text.Contains(query, StringComparison.OrdinalIgnoreCase);

    private bool May(Capability needed, string path) => acl.Check(path, needed).IsAllowed;
}
