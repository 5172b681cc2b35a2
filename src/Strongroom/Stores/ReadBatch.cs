using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>
/// The state of one batch over its attempts: what is settled and what is still open. An attempt that was given up may still
/// come back; what it brings is taken while the batch is open and thrown away afterwards.
/// </summary>
internal sealed class ReadBatch(IReadOnlyList<SecretAddress> asked)
{
    private readonly Lock _lock = new();
    private readonly Dictionary<SecretAddress, ReadOutcome> _outcomes = new(asked.Count);
    private bool _closed;

    /// <summary>The addresses without a lasting outcome, each once.</summary>
    public List<SecretAddress> Open()
    {
        lock (_lock)
        {
            var open = new List<SecretAddress>();
            var seen = new HashSet<SecretAddress>();
            foreach (var address in asked)
                if (seen.Add(address) && (!_outcomes.TryGetValue(address, out var outcome) || IsPassing(outcome.Error))) open.Add(address);
            return open;
        }
    }

    public void Settle(SecretAddress address, SecretException error)
    {
        lock (_lock) _outcomes[address] = new ReadOutcome(address, Secret: null, error);
    }

    /// <summary>Takes the answers to <paramref name="open"/>; returns the first failure that may pass.</summary>
    public SecretException? Settle(IReadOnlyList<ReadOutcome> answers, IReadOnlyList<SecretAddress> open)
    {
        lock (_lock)
        {
            var expected = new HashSet<SecretAddress>(open);
            SecretException? passing = null;
            foreach (var answer in answers)
            {
                var isWanted = !_closed && expected.Remove(answer.Address)
                    && (!_outcomes.TryGetValue(answer.Address, out var known) || IsPassing(known.Error));
                if (!isWanted)
                {
                    answer.Secret?.Value.Dispose();
                    continue;
                }
                var outcome = Checked(answer);
                _outcomes[answer.Address] = outcome;
                if (IsPassing(outcome.Error)) passing ??= outcome.Error;
            }
            foreach (var address in expected) _outcomes.TryAdd(address, new ReadOutcome(address, Secret: null, Nothing()));
            return passing;
        }
    }

    /// <summary>One outcome for each address asked, in that order; <paramref name="failure"/> where nothing better is known.</summary>
    public IReadOnlyList<ReadOutcome> Close(string store, SecretException? failure)
    {
        lock (_lock)
        {
            _closed = true;
            var located = new ReadOutcome[asked.Count];
            var given = new HashSet<SecretAddress>();
            for (var i = 0; i < located.Length; i++)
            {
                var address = asked[i];
                if (!_outcomes.TryGetValue(address, out var outcome)) outcome = new ReadOutcome(address, Secret: null, failure ?? Nothing());
                // Each answer is owned on its own, also when one address was asked twice.
                if (outcome.Secret is { } secret && !given.Add(address))
                    outcome = outcome with { Secret = secret with { Value = secret.Value.Copy() } };
                located[i] = Located(outcome, store);
            }
            return located;
        }
    }

    /// <summary>Gives up: whatever came or still comes is zeroed.</summary>
    public void Discard()
    {
        lock (_lock)
        {
            _closed = true;
            foreach (var outcome in _outcomes.Values) outcome.Secret?.Value.Dispose();
            _outcomes.Clear();
        }
    }

    /// <summary>The outcome with its error naming store and secret, and with nothing that a store must not answer.</summary>
    public static ReadOutcome Located(ReadOutcome outcome, string store)
    {
        outcome = Checked(outcome);
        if (outcome.Error is null || outcome.Error is { Store: not null, Operation: not null, Name: not null }) return outcome;
        return outcome with { Error = outcome.Error.Locate(store, "read", outcome.Address.ToString()) };
    }

    private static ReadOutcome Checked(ReadOutcome outcome)
    {
        if (outcome.Secret is { Value.Length: > SecretValue.LengthMax } tooLong)
        {
            tooLong.Value.Dispose();
            return new ReadOutcome(outcome.Address, Secret: null, new SecretException(
                SecretErrorKind.Malformed, $"was answered with more than {SecretValue.LengthMax} bytes"));
        }
        return outcome.Secret is null && outcome.Error is null ? outcome with { Error = Nothing() } : outcome;
    }

    private static bool IsPassing(SecretException? error) =>
        error?.Kind is SecretErrorKind.Unreachable or SecretErrorKind.Throttled;

    private static SecretException Nothing() => new(SecretErrorKind.Malformed, "was answered with nothing");
}
