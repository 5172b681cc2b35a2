using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Project;

/// <summary>Which names each store holds, read once by listing. A store that cannot list is left out and says so when asked.</summary>
internal sealed class Holdings
{
    private readonly Dictionary<string, HashSet<string>> _paths = [];

    /// <summary>Stores that could not be listed, and why.</summary>
    public List<SecretException> Failures { get; } = [];

    public static async Task<Holdings> ReadAsync(Session session, ManifestPlan plan, CancellationToken cancellationToken)
    {
        var holdings = new Holdings();
        foreach (var store in session.AllStores())
        {
            if (!store.Can(BackendCapabilities.List)) continue;
            try
            {
                holdings._paths[store.Name] = [.. await store.ListAsync("", cancellationToken)];
            }
            catch (SecretException e)
            {
                holdings.Failures.Add(e);
            }
        }
        return holdings;
    }

    public bool Has(SecretReference reference) => _paths.TryGetValue(reference.Store, out var paths) && paths.Contains(reference.Address.Path);

    /// <summary>What a store holds, in ordinal order.</summary>
    /// <exception cref="SecretException">Unsupported or the failure when the store could not be listed.</exception>
    public IReadOnlyList<string> PathsOf(SecretStore store)
    {
        if (_paths.TryGetValue(store.Name, out var paths)) return [.. paths.Order(StringComparer.Ordinal)];
        throw Failures.Find(f => f.Store == store.Name)
            ?? new SecretException(SecretErrorKind.Unsupported, "cannot list what it holds", store.Name, "list");
    }
}
