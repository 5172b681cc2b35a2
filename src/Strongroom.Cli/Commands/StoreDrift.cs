using Strongroom.Cli.Project;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>What became of secrets in a store that gives no value back, by the states that it tells.</summary>
internal sealed class StoreDrift
{
    /// <summary>The secrets as they were written from here.</summary>
    public List<string> AsWritten { get; } = [];

    /// <summary>Somebody else wrote them since.</summary>
    public List<string> Changed { get; } = [];

    /// <summary>They are as written from here, and the value here is another by now.</summary>
    public List<string> Behind { get; } = [];

    /// <summary>Written by others, so that nothing can be said.</summary>
    public List<string> Unknown { get; } = [];

    /// <summary>Compares; null when values can be read, or the store tells no states.</summary>
    /// <exception cref="SecretException">When the store cannot be asked.</exception>
    public static async Task<StoreDrift?> FindAsync(Session session, ManifestPlan plan, SecretStore store, CancellationToken cancellationToken)
    {
        if (store.Can(BackendCapabilities.Read) || await store.ListStatesAsync(cancellationToken) is not { } states) return null;
        var drift = new StoreDrift();
        var declared = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var secret in plan.Secrets) declared.TryAdd(plan.ReferenceIn(store.Name, secret.Name).Address.Path, secret.Name);
        foreach (var (path, state) in states.OrderBy(s => s.Key, StringComparer.Ordinal))
        {
            var name = declared.GetValueOrDefault(path, path);
            (session.Written.IsAsWritten(store, path, state) switch { true => drift.AsWritten, false => drift.Changed, null => drift.Unknown }).Add(name);
        }
        await drift.CompareAsync(session, plan, store, declared, cancellationToken);
        return drift;
    }

    /// <summary>
    /// For <c>list --store</c>, by path: true as written from here, false changed since, null not written from here. Empty when the store
    /// tells no states. Reads no value.
    /// </summary>
    /// <exception cref="SecretException">When the store cannot be asked.</exception>
    public static async Task<IReadOnlyDictionary<string, bool?>> StatesAsync(Session session, SecretStore store, CancellationToken cancellationToken)
    {
        var written = new Dictionary<string, bool?>(StringComparer.Ordinal);
        if (store.Can(BackendCapabilities.Read) || await store.ListStatesAsync(cancellationToken) is not { } states) return written;
        foreach (var (path, state) in states) written[path] = session.Written.IsAsWritten(store, path, state);
        return written;
    }

    private async Task CompareAsync(Session session, ManifestPlan plan, SecretStore store, Dictionary<string, string> declared, CancellationToken cancellationToken)
    {
        var names = AsWritten.FindAll(name => plan.Manifest.FindSecret(name) is not null);
        if (names.Count == 0) return;
        using var secrets = session.Secrets(plan.Environment.Name);
        using var report = await secrets.ResolveAllAsync(names, cancellationToken: cancellationToken);
        foreach (var (path, name) in declared)
        {
            var here = report.Secrets.FirstOrDefault(s => s.Name == name)?.Value;
            if (here is null || !AsWritten.Contains(name) || session.Written.IsValueWritten(store, path, here) is not false) continue;
            AsWritten.Remove(name);
            Behind.Add(name);
        }
    }
}
