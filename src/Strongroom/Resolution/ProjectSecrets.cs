using Strongroom.Caching;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Resolution;

/// <summary>
/// The secrets of one project in one environment: what the manifest plans, asked of its stores, with composed values put
/// together. The command line and programs both get their secrets here.
/// </summary>
public sealed class ProjectSecrets : IDisposable
{
    private readonly Resolver _resolver;
    private readonly HashSet<string> _stored = [];
    private readonly TimeProvider _time;

    /// <param name="plan">The manifest seen from one environment.</param>
    /// <param name="stores">Every store that the plan names; the caller keeps and disposes them.</param>
    /// <param name="options">How to resolve.</param>
    /// <param name="time">The clock.</param>
    public ProjectSecrets(ManifestPlan plan, IReadOnlyList<SecretStore> stores, ResolverOptions? options = null, TimeProvider? time = null)
    {
        Plan = plan;
        _time = time ?? TimeProvider.System;
        var stored = new List<ResolutionPlan>(plan.Secrets.Count);
        foreach (var secret in plan.Secrets)
        {
            if (secret.Template is null) stored.Add(ToResolutionPlan(secret));
        }
        _resolver = new Resolver(stores, stored, options, _time);
        foreach (var known in stored) _stored.Add(known.Name);
    }

    /// <summary>The plan behind it.</summary>
    public ManifestPlan Plan { get; }

    /// <summary>
    /// Resolves names, or everything that the manifest declares, and everything that composed values are made of. Each store is
    /// asked once for all it is to give. Nothing is thrown for a secret without a value; the report has it, and
    /// <see cref="ResolutionReport.ThrowIfBlocked"/> throws.
    /// </summary>
    public async ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var wanted = names ?? NamesOf(Plan.Secrets);
        var planned = Plan.FindWithParts(wanted);
        var plans = new List<ResolutionPlan>(planned.Count);
        var isComposing = false;
        foreach (var secret in planned)
        {
            plans.Add(ToResolutionPlan(secret));
            isComposing |= secret.Template is not null;
        }
        if (!isComposing) return await _resolver.ResolveAllAsync(plans, mode, cancellationToken);
        AddReferences(planned, plans);
        var found = await _resolver.ResolveAllAsync(plans, mode, cancellationToken);
        return new Composition(found, _time).Compose(planned, wanted);
    }

    /// <summary>Resolves one name. Throws the reason when it has no value. From the cache it completes at once and allocates nothing.</summary>
    public ValueTask<ResolvedSecret> ResolveAsync(
        string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _stored.Contains(name) ? _resolver.ResolveAsync(name, mode, cancellationToken) : SearchAsync(name, mode, cancellationToken);

    /// <summary>Resolves a full reference, whatever the manifest says about names.</summary>
    public ValueTask<ResolvedSecret> ResolveAsync(
        SecretReference reference, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _resolver.ResolveAsync(ToResolutionPlan(reference), mode, cancellationToken);

    /// <summary>What every store on the way of a name has to say, and of what it is composed when no store has it. Never a value.</summary>
    public async ValueTask<Explanation> ExplainAsync(
        string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var planned = Plan.Find(name);
        var stored = await _resolver.ExplainAsync(ToResolutionPlan(planned), mode, cancellationToken);
        if (planned.Template is not { } template || !Composition.MayReplace(stored.Error)) return stored;
        var parts = new List<Explanation>();
        SecretException? failure = null;
        foreach (var part in template.Parts)
        {
            if (part.Key is not { } key || parts.Exists(p => string.Equals(p.Name, key))) continue;
            var explained = part.Reference is { } reference
                ? await _resolver.ExplainAsync(ToResolutionPlan(reference), mode, cancellationToken)
                : await ExplainAsync(key, mode, cancellationToken);
            failure ??= explained.Error;
            parts.Add(explained);
        }
        return stored with { Parts = parts, Error = failure is null ? null : Composition.Failure(name, failure) };
    }

    /// <inheritdoc/>
    public void Dispose() => _resolver.Dispose();

    private async ValueTask<ResolvedSecret> SearchAsync(string name, CacheMode mode, CancellationToken cancellationToken)
    {
        var report = await ResolveAllAsync([name], mode, cancellationToken);
        return report.Secrets.Count > 0 ? report.Secrets[0] : throw report.Failures[0].Error;
    }

    private static ResolutionPlan ToResolutionPlan(PlannedSecret secret) => new(secret.Name, secret.Steps)
    {
        Required = secret.Definition.IsRequired,
        Default = secret.Definition.Default is { } text ? SecretValue.FromText(text) : null,
    };

    private static ResolutionPlan ToResolutionPlan(SecretReference reference) => new(reference.ToString(), [reference]);

    /// <summary>Adds what templates name by its address, each once, so that it is asked for together with the rest.</summary>
    private static void AddReferences(IReadOnlyList<PlannedSecret> planned, List<ResolutionPlan> plans)
    {
        var added = new HashSet<string>();
        foreach (var secret in planned)
        {
            foreach (var part in secret.Template?.Parts ?? [])
                if (part.Reference is { } reference && added.Add(part.Key!)) plans.Add(ToResolutionPlan(reference));
        }
    }

    private static string[] NamesOf(IReadOnlyList<PlannedSecret> secrets)
    {
        var names = new string[secrets.Count];
        for (var i = 0; i < names.Length; i++) names[i] = secrets[i].Name;
        return names;
    }
}
