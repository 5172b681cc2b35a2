using Strongroom.Secrets;

namespace Strongroom.Resolution;

public sealed partial class Resolver
{
    /// <summary>
    /// What all stores hold at or below <paramref name="prefix"/>, each name once, in ordinal order, with every place it is in.
    /// A path that a plan names is told by the plan's name. A store that fails or cannot list does not hide the others.
    /// </summary>
    public async ValueTask<SecretListing> ListAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        var found = new SortedDictionary<string, ListedSecret>(StringComparer.Ordinal);
        var failures = new List<SecretException>();
        foreach (var reader in _readers.Values)
        {
            try
            {
                foreach (var path in await reader.Store.ListAsync(prefix, cancellationToken)) AddPath(found, reader.Store.Name, path);
            }
            catch (SecretException e)
            {
                failures.Add(e);
            }
        }
        return new SecretListing([.. found.Values], failures);
    }

    private void AddPath(SortedDictionary<string, ListedSecret> found, string store, string path)
    {
        var isPlanned = false;
        foreach (var planned in _inOrder)
        {
            foreach (var step in planned.Plan.Steps)
            {
                if (!string.Equals(step.Store, store) || !string.Equals(step.Address.Path, path)) continue;
                isPlanned = true;
                AddOrigin(found, planned.Plan.Name, isPlanned: true, step);
            }
        }
        if (!isPlanned) AddOrigin(found, path, isPlanned: false, new SecretReference(store, new SecretAddress(path)));
    }

    private static void AddOrigin(SortedDictionary<string, ListedSecret> found, string name, bool isPlanned, SecretReference origin)
    {
        if (!found.TryGetValue(name, out var listed)) listed = new ListedSecret(name, isPlanned, []);
        found[name] = listed with { IsPlanned = listed.IsPlanned || isPlanned, Origins = [.. listed.Origins, origin] };
    }
}

/// <summary>One name and where it is.</summary>
/// <param name="Name">The planned name, or the path where no plan names it.</param>
/// <param name="IsPlanned">Whether a plan names it.</param>
/// <param name="Origins">Every place that holds it, in the order of the stores.</param>
public sealed record ListedSecret(string Name, bool IsPlanned, IReadOnlyList<SecretReference> Origins);

/// <summary>What all stores hold.</summary>
/// <param name="Secrets">The names, in ordinal order.</param>
/// <param name="Failures">The stores that could not be listed, with the reason; <see cref="SecretErrorKind.Unsupported"/> for those that never can.</param>
public sealed record SecretListing(IReadOnlyList<ListedSecret> Secrets, IReadOnlyList<SecretException> Failures);
