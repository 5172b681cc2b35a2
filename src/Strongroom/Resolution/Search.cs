using Strongroom.Caching;
using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>The search for one name: at which step it is, and what the steps before said.</summary>
internal sealed class Search(ResolutionPlan plan, TimeProvider time)
{
    private readonly List<ResolutionAttempt> _attempts = new(plan.Steps.Count);
    private SecretException? _stopped;
    private SecretException? _passing;
    private SecretException? _skipped;
    private bool _anyNotFound;
    private int _index;

    public ResolutionPlan Plan => plan;

    public ResolvedSecret? Found { get; private set; }

    /// <summary>How long all answers on the way to the value hold.</summary>
    public Freshness Freshness { get; private set; } = Freshness.Endless;

    public IReadOnlyList<ResolutionAttempt> Attempts => _attempts;

    /// <summary>The step to ask next; null when the search is over.</summary>
    public SecretReference? Next => Found is null && _stopped is null && _index < plan.Steps.Count ? plan.Steps[_index] : null;

    public void Skip(SecretException error)
    {
        _attempts.Add(new ResolutionAttempt(plan.Steps[_index], StepVerdict.Skipped, error));
        _skipped ??= error;
        _index++;
    }

    public void Take(StoreAnswer answer, TimeSpan elapsed)
    {
        var step = plan.Steps[_index++];
        Freshness = Freshness.And(answer.Freshness);
        if (answer.Secret is { } secret)
        {
            _attempts.Add(new ResolutionAttempt(step, StepVerdict.Answered, answer.StaleBecause, answer.Source, secret.Version, elapsed));
            Found = new ResolvedSecret
            {
                Name = plan.Name,
                Value = secret.Value,
                Origin = step,
                Source = answer.Source,
                FetchedAt = answer.FetchedAt,
                Version = secret.Version,
                CreatedAt = secret.CreatedAt,
                StaleBecause = answer.StaleBecause,
                Attempts = _attempts,
            };
            return;
        }
        var error = answer.Error!;
        var goesOn = (plan.FallThrough & AsFallThrough(error.Kind)) != FallThrough.None;
        _attempts.Add(new ResolutionAttempt(step, goesOn ? StepVerdict.FellThrough : StepVerdict.Stopped, error, answer.Source, Elapsed: elapsed));
        if (!goesOn) _stopped = error;
        else if (error.Kind == SecretErrorKind.NotFound) _anyNotFound = true;
        else _passing ??= error;
    }

    /// <summary>The value, or the default where that may stand in; null when there is neither.</summary>
    public ResolvedSecret? Outcome()
    {
        if (Found is not null) return Found;
        var mayUseDefault = plan.Default is not null && _passing is null && (_stopped is null || _stopped.Kind == SecretErrorKind.NotFound);
        if (!mayUseDefault) return null;
        return Found = new ResolvedSecret
        {
            Name = plan.Name,
            Value = plan.Default!.Share(),
            Origin = null,
            Source = AnswerSource.Default,
            FetchedAt = time.GetUtcNow(),
            Attempts = _attempts,
        };
    }

    /// <summary>
    /// Why there is no value. A store that gave no answer weighs more than one that knows nothing: the secret may be there.
    /// </summary>
    public SecretException Failure()
    {
        if (_stopped is not null) return _stopped;
        if (_attempts.Count == 1) return _attempts[0].Error!;
        if (_passing is not null)
            return new SecretException(
                _passing.Kind, $"has no value: {_passing.Store} {_passing.Reason}, and no other store has it", name: plan.Name,
                help: _passing.Help, retryAfter: _passing.RetryAfter, inner: _passing);
        if (!_anyNotFound && _skipped is not null) return _skipped;
        return new SecretException(SecretErrorKind.NotFound, $"was not found in {StoreNames()}", name: plan.Name);
    }

    private static FallThrough AsFallThrough(SecretErrorKind kind) => kind switch
    {
        SecretErrorKind.NotFound => FallThrough.NotFound,
        SecretErrorKind.Unreachable => FallThrough.Unreachable,
        SecretErrorKind.Throttled => FallThrough.Throttled,
        _ => FallThrough.None,
    };

    private string StoreNames()
    {
        if (plan.Steps.Count == 0) return "any store: its chain is empty";
        var names = plan.Steps[0].Store;
        for (var i = 1; i < plan.Steps.Count; i++) names += ", " + plan.Steps[i].Store;
        return names;
    }
}
