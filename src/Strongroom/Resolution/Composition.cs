using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Resolution;

/// <summary>Puts composed values together from what was found in stores, and takes out what nobody asked for.</summary>
internal sealed class Composition
{
    private readonly Dictionary<string, ResolvedSecret> _found = [];
    private readonly Dictionary<string, ResolutionFailure> _failed = [];
    private readonly TimeProvider _time;

    /// <param name="stored">What the stores gave, by name, and by address where a template has one; taken over.</param>
    /// <param name="time">The clock.</param>
    public Composition(ResolutionReport stored, TimeProvider time)
    {
        _time = time;
        foreach (var secret in stored.Secrets) _found[secret.Name] = secret;
        foreach (var failure in stored.Failures) _failed[failure.Name] = failure;
    }

    /// <summary>
    /// True when a composed value may stand in: every store asked knows nothing of the secret. A store that refused, or did not
    /// answer, is not replaced by a composed value, as it is not by a default.
    /// </summary>
    public static bool MayReplace(SecretException? failure) => failure?.Kind == SecretErrorKind.NotFound;

    /// <summary>Why <paramref name="name"/> has no value, when one of its parts has none.</summary>
    public static SecretException Failure(string name, SecretException part) =>
        new(part.Kind, $"cannot be composed: {part.Message}", name: name, inner: part);

    /// <summary>The report about <paramref name="wanted"/>. <paramref name="planned"/> has parts before what is made of them.</summary>
    public ResolutionReport Compose(IReadOnlyList<PlannedSecret> planned, IReadOnlyList<string> wanted)
    {
        foreach (var secret in planned)
            if (secret.Template is { } template && _failed.TryGetValue(secret.Name, out var failure) && MayReplace(failure.Error)) Compose(secret, template);

        var secrets = new List<ResolvedSecret>(wanted.Count);
        var failures = new List<ResolutionFailure>();
        foreach (var name in wanted)
        {
            if (_found.Remove(name, out var secret)) secrets.Add(secret);
            else if (_failed.Remove(name, out var failure)) failures.Add(failure);
        }
        foreach (var part in _found.Values) part.Dispose();
        return new ResolutionReport(secrets, failures);
    }

    private void Compose(PlannedSecret secret, ValueTemplate template)
    {
        var fetchedAt = _time.GetUtcNow();
        SecretException? staleBecause = null;
        SecretException? failure = null;
        foreach (var part in template.Parts)
        {
            if (part.Key is not { } key) continue;
            if (_found.TryGetValue(key, out var found))
            {
                // The whole is as old as its oldest part, and stale when one of them is.
                if (found.FetchedAt < fetchedAt) fetchedAt = found.FetchedAt;
                staleBecause ??= found.StaleBecause;
            }
            else
            {
                failure ??= _failed[key].Error;
            }
        }
        if (failure is null && Expand(template, out failure) is { } value)
        {
            _failed.Remove(secret.Name);
            _found[secret.Name] = new ResolvedSecret
            {
                Name = secret.Name,
                Value = value,
                Origin = null,
                Source = AnswerSource.Composed,
                FetchedAt = fetchedAt,
                StaleBecause = staleBecause,
                Attempts = [],
            };
            return;
        }
        _failed[secret.Name] = new ResolutionFailure(secret.Name, secret.Definition.IsRequired, Failure(secret.Name, failure!), []);
    }

    private SecretValue? Expand(ValueTemplate template, out SecretException? failure)
    {
        try
        {
            failure = null;
            return template.Expand(part => _found[part.Key!].Value);
        }
        catch (SecretException e)
        {
            failure = e;
            return null;
        }
    }
}
