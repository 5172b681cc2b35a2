using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Resolution;

public sealed partial class Resolver
{
    /// <summary>
    /// Writes a planned name to the first store of its plan that can be written, or to <paramref name="store"/>. What any
    /// resolver remembers of that store is forgotten.
    /// </summary>
    /// <exception cref="SecretException">
    /// <see cref="SecretErrorKind.Unsupported"/> when no store of the plan, or not the chosen one, can be written; it names those
    /// that can. Else as <see cref="SecretStore.WriteAsync"/>.
    /// </exception>
    public ValueTask<WrittenSecret> WriteAsync(
        string name, SecretWrite write, string? store = null, CancellationToken cancellationToken = default)
    {
        var plan = Planned(name).Plan;
        foreach (var step in plan.Steps)
        {
            if (store is null ? ReaderOf(step.Store).Store.Can(BackendCapabilities.Write) : string.Equals(step.Store, store))
                return WriteAsync(step, write, cancellationToken);
        }
        if (store is not null) ReaderOf(store);
        throw new SecretException(
            SecretErrorKind.Unsupported, store is null ? "has no store in its chain that can be written" : $"has no place in {store}",
            operation: "write", name: name, help: WritableHelp(plan));
    }

    /// <summary>Writes to one address.</summary>
    /// <exception cref="SecretException">As <see cref="SecretStore.WriteAsync"/>.</exception>
    public async ValueTask<WrittenSecret> WriteAsync(
        SecretReference reference, SecretWrite write, CancellationToken cancellationToken = default)
    {
        var receipt = await ReaderOf(reference.Store).Store.WriteAsync(reference.Address, write, cancellationToken);
        return new WrittenSecret(reference, receipt.Version);
    }

    /// <summary>Deletes one address.</summary>
    /// <exception cref="SecretException">As <see cref="SecretStore.DeleteAsync"/>.</exception>
    public ValueTask DeleteAsync(SecretReference reference, CancellationToken cancellationToken = default) =>
        ReaderOf(reference.Store).Store.DeleteAsync(reference.Address, cancellationToken);

    private string WritableHelp(ResolutionPlan plan)
    {
        var inPlan = new List<string>();
        var elsewhere = new List<string>();
        foreach (var reader in _readers.Values)
        {
            if (!reader.Store.Can(BackendCapabilities.Write)) continue;
            var isInPlan = false;
            foreach (var step in plan.Steps) isInPlan |= string.Equals(step.Store, reader.Store.Name);
            (isInPlan ? inPlan : elsewhere).Add(reader.Store.Name);
        }
        return inPlan.Count > 0 ? $"it can be written to {string.Join(", ", inPlan)}"
            : elsewhere.Count > 0 ? $"add one of these stores to its chain: {string.Join(", ", elsewhere)}"
            : "add a store that can be written, as the embedded vault";
    }
}

/// <summary>Where a value was written.</summary>
/// <param name="Reference">Store and address.</param>
/// <param name="Version">The new version, where the store has versions.</param>
public sealed record WrittenSecret(SecretReference Reference, SecretVersion? Version);
