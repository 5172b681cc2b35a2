using Strongroom.Caching;
using Strongroom.Secrets;

namespace Strongroom.Resolution;

public sealed partial class Resolver
{
    /// <summary>
    /// Why a planned name has the value it has. Asks also the steps after the one that answers, to tell which of them are
    /// shadowed; the steps after one that ends the search are not asked.
    /// </summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when the name has no plan.</exception>
    public ValueTask<Explanation> ExplainAsync(
        string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default) =>
        ExplainAsync(Planned(name).Plan, mode, cancellationToken);

    /// <inheritdoc cref="ExplainAsync(string, CacheMode, CancellationToken)"/>
    public async ValueTask<Explanation> ExplainAsync(
        ResolutionPlan plan, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var search = new Search(plan, _time);
        await new SearchRounds(ReaderOf, _time).RunAsync([search], mode, cancellationToken);
        var attempts = new List<ResolutionAttempt>(search.Attempts);
        using var used = search.Outcome();
        for (var i = attempts.Count; i < plan.Steps.Count; i++)
        {
            attempts.Add(used is null
                ? new ResolutionAttempt(plan.Steps[i], StepVerdict.NotReached)
                : await LookBehindAsync(plan.Steps[i], used, mode, cancellationToken));
        }
        return new Explanation(plan.Name, attempts, used?.Origin, used?.Source == AnswerSource.Default, used is null ? search.Failure() : null);
    }

    private async ValueTask<ResolutionAttempt> LookBehindAsync(
        SecretReference step, ResolvedSecret used, CacheMode mode, CancellationToken cancellationToken)
    {
        var reader = ReaderOf(step.Store);
        if (reader.Store.ReadRefusal(step.Address) is { } refusal) return new ResolutionAttempt(step, StepVerdict.Skipped, refusal);
        var startedAt = _time.GetTimestamp();
        var answers = await reader.ReadAsync([step.Address], mode, outage: null, cancellationToken);
        var (answer, elapsed) = (answers[0], _time.GetElapsedTime(startedAt));
        if (answer.Secret is not { } secret)
            return new ResolutionAttempt(step, StepVerdict.NotReached, answer.Error, answer.Source, Elapsed: elapsed);
        using var value = secret.Value;
        return new ResolutionAttempt(
            step, StepVerdict.Shadowed, answer.StaleBecause, answer.Source, secret.Version, elapsed, SameValue: value.Equals(used.Value));
    }
}
