using Strongroom.Caching;
using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>
/// Runs many searches together. In each round every store is asked once, for all the names that have come to it; a store that
/// failed as a whole is not asked again in later rounds; only its cache is.
/// </summary>
internal sealed class SearchRounds(Func<string, StoreReader> readerOf, TimeProvider time)
{
    private readonly List<Group> _groups = [];
    private readonly List<(StoreReader Reader, SecretException Error)> _broken = [];

    public async ValueTask RunAsync(IReadOnlyList<Search> searches, CacheMode mode, CancellationToken cancellationToken)
    {
        try
        {
            while (Form(searches))
            {
                foreach (var group in _groups)
                {
                    group.StartedAt = time.GetTimestamp();
                    group.Answers = group.Reader.ReadAsync(group.Addresses, mode, Outage(group.Reader), cancellationToken);
                }
                foreach (var group in _groups) await TakeAsync(group);
                _groups.Clear();
            }
        }
        catch
        {
            foreach (var search in searches) search.Found?.Dispose();
            throw;
        }
    }

    /// <summary>Sorts the searches by the store they want next; false when all are over.</summary>
    private bool Form(IReadOnlyList<Search> searches)
    {
        foreach (var search in searches)
        {
            while (search.Next is { } step)
            {
                var reader = readerOf(step.Store);
                if (reader.Store.ReadRefusal(step.Address) is not { } refusal)
                {
                    GroupOf(reader).Add(search, step.Address);
                    break;
                }
                search.Skip(refusal);
            }
        }
        return _groups.Count > 0;
    }

    private async ValueTask TakeAsync(Group group)
    {
        var answers = await group.Answers;
        var elapsed = time.GetElapsedTime(group.StartedAt);
        SecretException? failure = null;
        var isBroken = true;
        for (var i = 0; i < answers.Count; i++)
        {
            var error = answers[i].Error;
            isBroken &= error?.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Throttled;
            failure ??= error;
            group.Searches[i].Take(answers[i], elapsed);
        }
        if (isBroken && failure is not null) _broken.Add((group.Reader, failure));
    }

    private Group GroupOf(StoreReader reader)
    {
        foreach (var group in _groups)
            if (ReferenceEquals(group.Reader, reader)) return group;
        var made = new Group(reader);
        _groups.Add(made);
        return made;
    }

    private SecretException? Outage(StoreReader reader)
    {
        foreach (var (broken, error) in _broken)
            if (ReferenceEquals(broken, reader)) return error;
        return null;
    }

    private sealed class Group(StoreReader reader)
    {
        public StoreReader Reader => reader;

        public List<Search> Searches { get; } = [];

        public List<SecretAddress> Addresses { get; } = [];

        public long StartedAt { get; set; }

        public ValueTask<IReadOnlyList<StoreAnswer>> Answers { get; set; }

        public void Add(Search search, SecretAddress address)
        {
            Searches.Add(search);
            Addresses.Add(address);
        }
    }
}
