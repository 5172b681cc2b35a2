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
    /// Resolves names, or everything that the manifest declares. Each store is asked once for all it is to give. Nothing is
    /// thrown for a secret without a value; the report has it, and <see cref="ResolutionReport.ThrowIfBlocked"/> throws.
    /// </summary>
    public async ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var wanted = names ?? NamesOf(Plan.Secrets);
        var planned = Plan.FindWithParts(wanted);
        var plans = new ResolutionPlan[planned.Count];
        var isComposing = false;
        for (var i = 0; i < plans.Length; i++)
        {
            plans[i] = ToResolutionPlan(planned[i]);
            isComposing |= planned[i].Template is not null;
        }
        var report = await _resolver.ResolveAllAsync(plans, mode, cancellationToken);
        return isComposing ? await new Composition(this, report, mode).RunAsync(planned, wanted, cancellationToken) : report;
    }

    /// <summary>Resolves one name. Throws the reason when it has no value. From the cache it completes at once and allocates nothing.</summary>
    public ValueTask<ResolvedSecret> ResolveAsync(
        string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _stored.Contains(name) ? _resolver.ResolveAsync(name, mode, cancellationToken) : SearchAsync(name, mode, cancellationToken);

    private async ValueTask<ResolvedSecret> SearchAsync(string name, CacheMode mode, CancellationToken cancellationToken)
    {
        var report = await ResolveAllAsync([name], mode, cancellationToken);
        return report.Secrets.Count > 0 ? report.Secrets[0] : throw report.Failures[0].Error;
    }

    /// <summary>Resolves a full reference, whatever the manifest says about names.</summary>
    public ValueTask<ResolvedSecret> ResolveAsync(
        SecretReference reference, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _resolver.ResolveAsync(new ResolutionPlan(reference.ToString(), [reference]), mode, cancellationToken);

    /// <summary>What every store on the way of a name has to say. Never a value.</summary>
    public ValueTask<Explanation> ExplainAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        _resolver.ExplainAsync(ToResolutionPlan(Plan.Find(name)), mode, cancellationToken);

    /// <inheritdoc/>
    public void Dispose() => _resolver.Dispose();

    private static ResolutionPlan ToResolutionPlan(PlannedSecret secret) => new(secret.Name, secret.Steps)
    {
        Required = secret.Definition.IsRequired,
        Default = secret.Definition.Default is { } text ? SecretValue.FromText(text) : null,
    };

    private static string[] NamesOf(IReadOnlyList<PlannedSecret> secrets)
    {
        var names = new string[secrets.Count];
        for (var i = 0; i < names.Length; i++) names[i] = secrets[i].Name;
        return names;
    }

    /// <summary>Puts composed values together once everything that stores hold is there.</summary>
    private sealed class Composition(ProjectSecrets owner, ResolutionReport stored, CacheMode mode)
    {
        private readonly Dictionary<string, ResolvedSecret> _found = [];
        private readonly Dictionary<string, ResolutionFailure> _failed = [];

        public async ValueTask<ResolutionReport> RunAsync(
            IReadOnlyList<PlannedSecret> planned, IReadOnlyList<string> wanted, CancellationToken cancellationToken)
        {
            foreach (var secret in stored.Secrets) _found[secret.Name] = secret;
            foreach (var failure in stored.Failures) _failed[failure.Name] = failure;
            // Parts come before what is made of them, so one pass is enough.
            foreach (var secret in planned)
            {
                if (secret.Template is null || _found.ContainsKey(secret.Name) || StoppedBeforeComposing(secret)) continue;
                await ComposeAsync(secret, secret.Template, cancellationToken);
            }

            var secrets = new List<ResolvedSecret>(wanted.Count);
            var failures = new List<ResolutionFailure>();
            foreach (var name in wanted)
            {
                if (_found.Remove(name, out var secret)) secrets.Add(secret);
                else if (_failed.TryGetValue(name, out var failure)) failures.Add(failure);
            }
            foreach (var part in _found.Values) part.Dispose();
            return new ResolutionReport(secrets, failures);
        }

        /// <summary>A store that refused is not replaced by a composed value, as it would not be by another store.</summary>
        private bool StoppedBeforeComposing(PlannedSecret secret) =>
            secret.Steps.Count > 0 && _failed.TryGetValue(secret.Name, out var failure) && failure.Error.Kind != SecretErrorKind.NotFound;

        private async ValueTask ComposeAsync(PlannedSecret secret, ValueTemplate template, CancellationToken cancellationToken)
        {
            var referenced = new Dictionary<SecretReference, ResolvedSecret>();
            try
            {
                foreach (var part in template.Parts)
                {
                    if (part.Reference is { } reference && !referenced.ContainsKey(reference))
                        referenced[reference] = await owner.ResolveAsync(reference, mode, cancellationToken);
                }
                _found[secret.Name] = new ResolvedSecret
                {
                    Name = secret.Name,
                    Value = template.Expand(part => part.Reference is { } reference ? referenced[reference].Value : ValueOf(part.Name!)),
                    Origin = null,
                    Source = AnswerSource.Composed,
                    FetchedAt = owner._time.GetUtcNow(),
                    Attempts = [],
                };
                _failed.Remove(secret.Name);
            }
            catch (SecretException e)
            {
                _failed[secret.Name] = new ResolutionFailure(
                    secret.Name, secret.Definition.IsRequired,
                    new SecretException(e.Kind, $"cannot be composed: {e.Message}", name: secret.Name, inner: e), []);
            }
            finally
            {
                foreach (var part in referenced.Values) part.Dispose();
            }
        }

        private SecretValue ValueOf(string name) =>
            _found.TryGetValue(name, out var secret) ? secret.Value : throw _failed[name].Error;
    }
}
