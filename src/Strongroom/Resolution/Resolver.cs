using Strongroom.Caching;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Resolution;

/// <summary>
/// Finds the values of names in an ordered chain of stores. The chain of each name is a <see cref="ResolutionPlan"/>, fixed when
/// the resolver is made. Members may be called concurrently.
/// </summary>
public sealed partial class Resolver : IDisposable
{
    private readonly Dictionary<string, StoreReader> _readers;
    private readonly Dictionary<string, PlannedName> _names;
    private readonly PlannedName[] _inOrder;
    private readonly TimeProvider _time;
    private readonly List<(SecretStore Store, Action<SecretAddress> Listener)> _listeners = [];
    private int _generation;

    /// <summary>The stores stay the caller's to dispose, after the resolver.</summary>
    /// <exception cref="SecretException">
    /// <see cref="SecretErrorKind.InvalidInput"/> naming every store that is given twice, every plan that is given twice and
    /// every step that names no store.
    /// </exception>
    public Resolver(
        IReadOnlyList<SecretStore> stores, IReadOnlyList<ResolutionPlan> plans, ResolverOptions? options = null, TimeProvider? time = null)
    {
        options ??= new ResolverOptions();
        _time = time ?? TimeProvider.System;
        _readers = new Dictionary<string, StoreReader>(stores.Count);
        _names = new Dictionary<string, PlannedName>(plans.Count);
        _inOrder = new PlannedName[plans.Count];
        var faults = new OptionFaults("resolver");
        foreach (var store in stores)
            if (!_readers.TryAdd(store.Name, new StoreReader(store, options, _time, ForgetNames))) faults.Add($"store {store.Name} is given twice");
        for (var i = 0; i < plans.Count; i++)
        {
            var planned = new PlannedName(plans[i]);
            _inOrder[i] = planned;
            if (!_names.TryAdd(plans[i].Name, planned)) faults.Add($"{plans[i].Name} is planned twice");
            foreach (var step in plans[i].Steps)
                if (!_readers.ContainsKey(step.Store)) faults.Add($"{plans[i].Name} names the store {step.Store}, which is not configured");
        }
        faults.Throw();
        foreach (var reader in _readers.Values) Listen(reader);
    }

    /// <summary>
    /// The value of a planned name. Comes at once and without allocating while everything on the way to it is known to hold.
    /// </summary>
    /// <exception cref="SecretException">
    /// Of the step that ended the search; <see cref="SecretErrorKind.NotFound"/> when every store answered and none has it;
    /// <see cref="SecretErrorKind.InvalidInput"/> when the name has no plan.
    /// </exception>
    public ValueTask<ResolvedSecret> ResolveAsync(
        string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var planned = Planned(name);
        return mode == CacheMode.Use && planned.Known is { } known && known.HoldsNow(_time)
            ? new ValueTask<ResolvedSecret>(known.Secret)
            : SearchOneAsync(planned.Plan, planned, mode, cancellationToken);
    }

    /// <summary>The value for a plan that is not among the resolver's own.</summary>
    /// <exception cref="SecretException">As for a name; <see cref="SecretErrorKind.InvalidInput"/> for a step that names no store.</exception>
    public ValueTask<ResolvedSecret> ResolveAsync(
        ResolutionPlan plan, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        SearchOneAsync(plan, planned: null, mode, cancellationToken);

    /// <summary>
    /// Resolves all planned names, or those of <paramref name="names"/>, asking each store once in each round. Failures are
    /// reported for each name; this throws only for a name without a plan and for cancellation.
    /// </summary>
    public ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var plans = new ResolutionPlan[names?.Count ?? _inOrder.Length];
        for (var i = 0; i < plans.Length; i++) plans[i] = names is null ? _inOrder[i].Plan : Planned(names[i]).Plan;
        return ResolveAllAsync(plans, mode, cancellationToken);
    }

    /// <summary>The same for plans that need not be among the resolver's own.</summary>
    public async ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<ResolutionPlan> plans, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var count = plans.Count;
        var searches = new Search[count];
        for (var i = 0; i < count; i++) searches[i] = new Search(plans[i], _time);
        await new SearchRounds(ReaderOf, _time).RunAsync(searches, mode, cancellationToken);

        var secrets = new List<ResolvedSecret>(count);
        var failures = new List<ResolutionFailure>();
        foreach (var search in searches)
        {
            if (search.Outcome() is { } secret) secrets.Add(secret);
            else failures.Add(new ResolutionFailure(search.Plan.Name, search.Plan.Required, search.Failure(), search.Attempts));
        }
        return new ResolutionReport(secrets, failures);
    }

    /// <summary>Forgets every answer that is remembered in memory. Later calls ask the stores.</summary>
    public void Forget()
    {
        foreach (var reader in _readers.Values) reader.Forget();
        ForgetNames();
    }

    /// <summary>Lets go of the stores and of everything remembered.</summary>
    public void Dispose()
    {
        foreach (var (store, listener) in _listeners) store.Changed -= listener;
        Forget();
    }

    private async ValueTask<ResolvedSecret> SearchOneAsync(
        ResolutionPlan plan, PlannedName? planned, CacheMode mode, CancellationToken cancellationToken)
    {
        var generation = Volatile.Read(ref _generation);
        var search = new Search(plan, _time);
        await new SearchRounds(ReaderOf, _time).RunAsync([search], mode, cancellationToken);
        var secret = search.Outcome() ?? throw search.Failure();
        if (planned is not null && mode == CacheMode.Use && search.Freshness.IsNow(_time)) Remember(planned, secret, search.Freshness, generation);
        return secret;
    }

    /// <summary>Remembers unless something was written meanwhile: then nobody knows whether the answer is from before or after.</summary>
    private void Remember(PlannedName planned, ResolvedSecret secret, Freshness freshness, int generation)
    {
        secret.Value.Share();
        var known = new KnownSecret(secret.Source == AnswerSource.Store && !ReaderOf(secret.Origin!.Store).Store.IsFixed ? FromMemory(secret) : secret, freshness);
        Interlocked.Exchange(ref planned.Known, known);
        if (Volatile.Read(ref _generation) != generation) Interlocked.CompareExchange(ref planned.Known, null, known);
    }

    private static ResolvedSecret FromMemory(ResolvedSecret secret) => new()
    {
        Name = secret.Name,
        Value = secret.Value,
        Origin = secret.Origin,
        Source = AnswerSource.MemoryCache,
        FetchedAt = secret.FetchedAt,
        Version = secret.Version,
        CreatedAt = secret.CreatedAt,
        StaleBecause = secret.StaleBecause,
        Attempts = secret.Attempts,
    };

    private void Listen(StoreReader reader)
    {
        Action<SecretAddress> listener = changed =>
        {
            reader.Forget(changed.Path);
            ForgetNames();
        };
        reader.Store.Changed += listener;
        _listeners.Add((reader.Store, listener));
    }

    private void ForgetNames()
    {
        Interlocked.Increment(ref _generation);
        foreach (var planned in _inOrder) planned.Known = null;
    }

    private StoreReader ReaderOf(string store) => _readers.TryGetValue(store, out var reader) ? reader : throw UnknownStore(store);

    private PlannedName Planned(string name) =>
        _names.TryGetValue(name, out var planned)
            ? planned
            : throw new SecretException(SecretErrorKind.InvalidInput, "is not among the planned names", name: name);

    private SecretException UnknownStore(string store) =>
        new(SecretErrorKind.InvalidInput, $"there is no store named {store}", help: $"the stores are {string.Join(", ", _readers.Keys)}");

    /// <summary>A name with its plan and the last answer that still holds.</summary>
    private sealed class PlannedName(ResolutionPlan plan)
    {
        public KnownSecret? Known;

        public ResolutionPlan Plan => plan;
    }

    /// <summary>The last answer for a name, and how long it holds.</summary>
    private sealed class KnownSecret(ResolvedSecret secret, Freshness freshness)
    {
        private long _checkedAtTick = -1;

        public ResolvedSecret Secret => secret;

        /// <summary>
        /// Asks the two clocks once for each tick of the system's coarse clock (a few milliseconds) and not once for each call:
        /// reading them costs more than everything else here.
        /// </summary>
        public bool HoldsNow(TimeProvider time)
        {
            if (!ReferenceEquals(time, TimeProvider.System)) return freshness.IsNow(time);
            var tick = Environment.TickCount64;
            if (Volatile.Read(ref _checkedAtTick) == tick) return true;
            if (!freshness.IsNow(time)) return false;
            Volatile.Write(ref _checkedAtTick, tick);
            return true;
        }
    }
}
