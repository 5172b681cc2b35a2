using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Caching;

/// <summary>
/// The cache in front of one store. Fresh values come from memory; callers that ask for the same at the same time share one
/// call; when the store is unreachable or throttles, what is known is given out up to its ceiling, and says so. What the store
/// says is gone or refused is forgotten at once.
/// </summary>
internal sealed class StoreCache
{
    /// <summary>No call takes longer: it is the most that a total timeout may be.</summary>
    private static readonly TimeSpan CallLengthMax = TimeSpan.FromHours(1);

    private readonly Lock _lock = new();
    private readonly SecretStore _store;
    private readonly CacheOptions _options;
    private readonly DiskCache? _disk;
    private readonly TimeProvider _time;
    private readonly Action _superseded;
    private readonly CacheEntries _entries;
    private readonly Dictionary<SecretAddress, Flight> _flights = [];
    private long _sequence;
    private int _generation;
    private int _hasTakenOver;

    /// <param name="store">The store behind it.</param>
    /// <param name="options">Valid options.</param>
    /// <param name="disk">What outlives the process.</param>
    /// <param name="time">The clock.</param>
    /// <param name="superseded">Is called when an answer that was still fresh is replaced or withdrawn, for those who kept it.</param>
    public StoreCache(SecretStore store, CacheOptions options, DiskCache? disk, TimeProvider time, Action superseded)
    {
        _superseded = superseded;
        _store = store;
        _options = options;
        _disk = disk;
        _time = time;
        _entries = new CacheEntries(options.EntriesMax, options.BytesMax, time);
    }

    /// <summary>One answer for each address, in order.</summary>
    public async ValueTask<IReadOnlyList<StoreAnswer>> ReadAsync(
        IReadOnlyList<SecretAddress> addresses, CacheMode mode, SecretException? outage, CancellationToken cancellationToken)
    {
        var answers = new StoreAnswer[addresses.Count];
        if (mode == CacheMode.Offline || outage is not null)
        {
            var acceptsKept = mode != CacheMode.Bypass;
            for (var i = 0; i < answers.Length; i++)
                answers[i] = WithoutStore(addresses[i], outage ?? Offline(addresses[i]), acceptsKept, wasAsked: outage is not null);
            return answers;
        }
        if (mode == CacheMode.Use) TakeOver();
        var flights = new Flight?[addresses.Count];
        var joined = Board(addresses, mode, answers, flights);
        try
        {
            for (var i = 0; i < answers.Length; i++)
            {
                if (flights[i] is not { } flight) continue;
                var landed = await flight.Landing.WaitAsync(cancellationToken);
                answers[i] = landed[addresses[i]];
            }
        }
        finally
        {
            foreach (var flight in joined) Leave(flight);
        }
        return answers;
    }

    /// <summary>Forgets one secret, with all its fields and versions; what is under way for it is not kept either.</summary>
    public void Forget(string path)
    {
        lock (_lock)
        {
            _generation++;
            _entries.RemovePath(path);
            foreach (var address in _flights.Keys)
                if (string.Equals(address.Path, path)) _flights.Remove(address);
        }
        _disk?.Remove(_store, path);
    }

    /// <summary>Forgets everything in memory.</summary>
    public void Forget()
    {
        lock (_lock)
        {
            _generation++;
            _entries.Clear();
            _flights.Clear();
        }
    }

    /// <summary>Takes over, once, what an earlier process fetched not long ago.</summary>
    private void TakeOver()
    {
        if (_disk is null || _options.Reuse == TimeSpan.Zero || Interlocked.Exchange(ref _hasTakenOver, 1) != 0) return;
        var generation = Volatile.Read(ref _generation);
        foreach (var kept in _disk.FindAll(_store, _options.Reuse))
        {
            kept.Secret.Value.Share();
            var age = _time.GetUtcNow() - kept.FetchedAt;
            var answer = new StoreAnswer
            {
                Address = kept.Address,
                Secret = kept.Secret,
                Source = AnswerSource.DiskCache,
                FetchedAt = kept.FetchedAt,
                Freshness = FreshFor(_options.Reuse - age),
            };
            lock (_lock)
            {
                // What was written or asked for meanwhile is newer.
                if (_generation == generation && _entries.Find(kept.Address) is null)
                    _entries.Put(new CacheEntry(answer, FreshFor(Longer(_options.StaleMax, _options.Reuse) - age), Sequence: 0));
            }
        }
    }

    private static TimeSpan Longer(TimeSpan one, TimeSpan other) => one > other ? one : other;

    /// <summary>Fills in what is fresh, and finds or starts a flight for the rest. Returns the flights joined, each once.</summary>
    private List<Flight> Board(IReadOnlyList<SecretAddress> addresses, CacheMode mode, StoreAnswer[] answers, Flight?[] flights)
    {
        var joined = new List<Flight>();
        Flight? own = null;
        lock (_lock)
        {
            for (var i = 0; i < answers.Length; i++)
            {
                var address = addresses[i];
                // Who bypasses the cache wants an answer from now, so it shares nobody's earlier call.
                if (mode == CacheMode.Use)
                {
                    if (_entries.Find(address) is { } entry && entry.Answer.Freshness.IsNow(_time))
                    {
                        answers[i] = entry.Answer;
                        continue;
                    }
                    if (_flights.TryGetValue(address, out var flying))
                    {
                        flights[i] = flying;
                        if (!joined.Contains(flying)) Join(flying);
                        continue;
                    }
                }
                if (own is null)
                {
                    own = new Flight(++_sequence, _generation);
                    Join(own);
                }
                flights[i] = own;
                own.Addresses.Add(address);
                if (mode == CacheMode.Use) _flights[address] = own;
            }
        }
        if (own is not null) _ = FlyAsync(own, acceptsKept: mode == CacheMode.Use);
        return joined;

        void Join(Flight flight)
        {
            flight.Join();
            joined.Add(flight);
        }
    }

    private void Leave(Flight flight)
    {
        lock (_lock)
        {
            if (!flight.Leave() || flight.Landing.IsCompleted) return;
            Unlist(flight);
        }
        flight.Cancel();
    }

    private void Unlist(Flight flight)
    {
        foreach (var address in flight.Addresses)
            if (_flights.TryGetValue(address, out var listed) && ReferenceEquals(listed, flight)) _flights.Remove(address);
    }

    private async Task FlyAsync(Flight flight, bool acceptsKept)
    {
        try
        {
            // Age counts from before the question: the answer cannot be older than that.
            var limit = _options.StaleMax > _options.Ttl ? _options.StaleMax : _options.Ttl;
            var arrival = new Arrival(flight, _time.GetUtcNow(), FreshFor(_options.Ttl), FreshFor(limit));
            var outcomes = await _store.ReadManyAsync(flight.Addresses, flight.Token);
            var answers = new Dictionary<SecretAddress, StoreAnswer>(outcomes.Count);
            foreach (var outcome in outcomes) answers[outcome.Address] = Take(outcome, arrival, acceptsKept);
            KeepOnDisk(answers, flight);
            lock (_lock) Unlist(flight);
            flight.Land(answers);
        }
        catch (Exception e)
        {
            lock (_lock) Unlist(flight);
            flight.Crash(e);
        }
    }

    private StoreAnswer Take(ReadOutcome outcome, in Arrival arrival, bool acceptsKept)
    {
        if (outcome.Secret is { } secret)
        {
            secret.Value.Share();
            var hit = new StoreAnswer
            {
                Address = outcome.Address,
                Secret = secret,
                Source = AnswerSource.MemoryCache,
                FetchedAt = arrival.At,
                Freshness = arrival.Fresh,
            };
            var isKept = Keep(hit, arrival.Limit, arrival.Flight);
            return new StoreAnswer
            {
                Address = outcome.Address,
                Secret = secret,
                Source = AnswerSource.Store,
                FetchedAt = arrival.At,
                Freshness = isKept ? arrival.Fresh : Freshness.Over,
            };
        }
        var error = outcome.Error!;
        if (error.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Throttled)
            return WithoutStore(outcome.Address, error, acceptsKept, wasAsked: true);
        var isGone = error.Kind is SecretErrorKind.NotFound or SecretErrorKind.Denied or SecretErrorKind.Unreadable;
        var answer = new StoreAnswer
        {
            Address = outcome.Address,
            Error = error,
            FetchedAt = arrival.At,
            Freshness = error.Kind == SecretErrorKind.NotFound ? FreshFor(_options.NegativeTtl) : Freshness.Over,
        };
        // Kept also when it may not be given out: so an older call that is still under way cannot bring the value back.
        if (isGone && Keep(answer, FreshFor(CallLengthMax), arrival.Flight)) _disk?.Remove(_store, outcome.Address);
        return answer;
    }

    /// <summary>Keeps an answer, unless something was written since its call began or a later call has answered already.</summary>
    private bool Keep(StoreAnswer answer, Freshness limit, Flight flight)
    {
        bool supersedes;
        lock (_lock)
        {
            var known = _entries.Find(answer.Address);
            if (_generation != flight.Generation || known?.Sequence > flight.Sequence) return false;
            supersedes = known?.Answer.Freshness.IsNow(_time) == true;
            _entries.Put(new CacheEntry(answer, limit, flight.Sequence));
        }
        if (supersedes) _superseded();
        return true;
    }

    /// <summary>The answer while the store cannot be asked: what memory or disk still holds, else <paramref name="error"/>.</summary>
    private StoreAnswer WithoutStore(SecretAddress address, SecretException error, bool acceptsKept, bool wasAsked)
    {
        var located = error.Name is null || string.Equals(error.Name, address.ToString())
            ? error
            : new SecretException(error.Kind, error.Reason, error.Store, error.Operation, address.ToString(), error.Help, error.RetryAfter);
        if (!acceptsKept) return new StoreAnswer { Address = address, Error = located, FetchedAt = _time.GetUtcNow() };
        lock (_lock)
        {
            if (_entries.Find(address) is { Answer.Secret: not null } entry)
            {
                if (entry.Answer.Freshness.IsNow(_time) && entry.Answer.StaleBecause is null) return entry.Answer;
                var stale = new StoreAnswer
                {
                    Address = address,
                    Secret = entry.Answer.Secret,
                    Source = AnswerSource.MemoryCache,
                    FetchedAt = entry.Answer.FetchedAt,
                    StaleBecause = located,
                    Freshness = FreshFor(_options.StaleRecheck).And(entry.Limit),
                };
                // Only after a real failure do others wait before they ask again; being offline is the wish of one call.
                if (wasAsked) _entries.Put(entry with { Answer = stale });
                return stale;
            }
        }
        if (_disk?.Find(_store, address) is { } kept)
        {
            kept.Secret.Value.Share();
            return new StoreAnswer
            {
                Address = address,
                Secret = kept.Secret,
                Source = AnswerSource.DiskCache,
                FetchedAt = kept.FetchedAt,
                StaleBecause = located,
                Freshness = FreshFor(_options.StaleRecheck < kept.Remaining ? _options.StaleRecheck : kept.Remaining),
            };
        }
        return new StoreAnswer { Address = address, Error = located, FetchedAt = _time.GetUtcNow() };
    }

    private void KeepOnDisk(Dictionary<SecretAddress, StoreAnswer> answers, Flight flight)
    {
        if (_disk is null) return;
        var fetched = new List<StoreAnswer>();
        foreach (var answer in answers.Values)
            if (answer is { Source: AnswerSource.Store, Secret: not null }) fetched.Add(answer);
        if (fetched.Count > 0) _disk.Put(_store, fetched, isCurrent: () => Volatile.Read(ref _generation) == flight.Generation);
    }

    private Freshness FreshFor(TimeSpan length) => Freshness.For(length, _time);

    private SecretException Offline(SecretAddress address) =>
        new(SecretErrorKind.Unreachable, "was not asked for: offline, and no cache holds it", _store.Name, "read", address.ToString());

    private readonly record struct Arrival(Flight Flight, DateTimeOffset At, Freshness Fresh, Freshness Limit);
}
