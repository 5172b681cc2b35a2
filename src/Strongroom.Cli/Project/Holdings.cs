using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Project;

/// <summary>
/// Which names each store holds, read once by listing, all stores at the same time. What a store that cannot be listed holds is not
/// known: neither there nor missing.
/// </summary>
internal sealed class Holdings
{
    private readonly Dictionary<string, HashSet<string>> _paths = [];

    /// <summary>Stores that could not be listed, and why.</summary>
    public List<SecretException> Failures { get; } = [];

    /// <param name="session">The project.</param>
    /// <param name="plan">The environment: of a store behind a network, only what lies where the plan looks is listed.</param>
    /// <param name="everything">Lists stores behind a network whole, too.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async Task<Holdings> ReadAsync(Session session, ManifestPlan plan, bool everything, CancellationToken cancellationToken)
    {
        var holdings = new Holdings();
        var listings = new List<(SecretStore Store, Task<IReadOnlyList<string>> Listing)>();
        foreach (var store in session.AllStores())
        {
            if (store.Can(BackendCapabilities.List))
                listings.Add((store, store.ListAsync(everything || store.IsLocal ? "" : CommonFolder(plan, store.Name), cancellationToken).AsTask()));
        }
        foreach (var (store, listing) in listings)
        {
            try
            {
                holdings._paths[store.Name] = [.. await listing];
            }
            catch (SecretException e)
            {
                holdings.Failures.Add(e);
            }
        }
        return holdings;
    }

    public bool Has(SecretReference reference) => _paths.TryGetValue(reference.Store, out var paths) && paths.Contains(reference.Address.Path);

    /// <summary>Whether the store could be listed, so that what it does not have is missing there.</summary>
    public bool Knows(string store) => _paths.ContainsKey(store);

    /// <summary>What a store holds, in ordinal order.</summary>
    /// <exception cref="SecretException">Unsupported or the failure when the store could not be listed.</exception>
    public IReadOnlyList<string> PathsOf(SecretStore store)
    {
        if (_paths.TryGetValue(store.Name, out var paths)) return [.. paths.Order(StringComparer.Ordinal)];
        throw Failures.Find(f => f.Store == store.Name)
            ?? new SecretException(SecretErrorKind.Unsupported, "cannot list what it holds", store.Name, "list");
    }

    /// <summary>The longest folder that everything the plan looks for in a store lies in, with its slash; "" when there is none.</summary>
    private static string CommonFolder(ManifestPlan plan, string store)
    {
        string? common = null;
        foreach (var secret in plan.Secrets)
        {
            foreach (var step in secret.Steps)
            {
                if (!string.Equals(step.Store, store, StringComparison.Ordinal)) continue;
                var path = step.Address.Path;
                var folder = path[..(path.LastIndexOf('/') + 1)];
                common ??= folder;
                while (!folder.StartsWith(common, StringComparison.Ordinal)) common = common[..(common.AsSpan(0, common.Length - 1).LastIndexOf('/') + 1)];
            }
        }
        return common ?? "";
    }
}
