using Strongroom.Secrets;

namespace Strongroom.Stores;

public sealed partial class SecretStore
{
    /// <summary>
    /// Reads many values in as few calls as the backend needs. Returns one outcome for each address, in the order asked; a
    /// failure of the store as a whole is reported at every address it concerns, so this throws only for a batch above
    /// <see cref="BatchMax"/> and for cancellation. The caller owns the values.
    /// </summary>
    public ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken = default)
    {
        if (addresses.Count > BatchMax)
            throw Invalid("read", $"{addresses.Count} secrets", $"are too many at once; the limit is {BatchMax}");
        if (_resilience is not null || _traces) return ReadBatchAsync(addresses, cancellationToken);
        foreach (var address in addresses)
            if (ReadFault(address) is not null) return ReadBatchAsync(addresses, cancellationToken);
        return ReadAlignedAsync(addresses, cancellationToken);
    }

    /// <summary>The short way of local stores, whose answers come in the order asked: no table, one array.</summary>
    private async ValueTask<IReadOnlyList<ReadOutcome>> ReadAlignedAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var located = new ReadOutcome[addresses.Count];
        try
        {
            var outcomes = await _backend.ReadManyAsync(addresses, cancellationToken);
            if (!AreAligned(addresses, outcomes))
            {
                var batch = new ReadBatch(addresses);
                batch.Settle(outcomes, addresses);
                return batch.Close(Name, failure: null);
            }
            for (var i = 0; i < located.Length; i++) located[i] = ReadBatch.Located(outcomes[i], Name);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            var failure = BackendFaults.ToSecretException(e);
            for (var i = 0; i < located.Length; i++)
                located[i] = new ReadOutcome(addresses[i], Secret: null, failure.Locate(Name, "read", addresses[i].ToString()));
        }
        return located;
    }

    private async ValueTask<IReadOnlyList<ReadOutcome>> ReadBatchAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var batch = new ReadBatch(addresses);
        foreach (var address in addresses)
            if (ReadFault(address) is { } fault) batch.Settle(address, fault);
        SecretException? failure = null;
        try
        {
            if (batch.Open() is { Count: > 0 } open)
            {
                var name = open.Count == 1 ? open[0].ToString() : null;
                await CallAsync<bool>(
                    "read", new Subject(name), repeatable: true, discard: null, token => AskAsync(batch, token), cancellationToken);
            }
        }
        catch (SecretException e)
        {
            failure = e;
        }
        catch
        {
            batch.Discard();
            throw;
        }
        return batch.Close(Name, failure);
    }

    /// <summary>One attempt: asks for what is still open. Failing passingly lets the retry ask for the rest and no more.</summary>
    private async ValueTask<bool> AskAsync(ReadBatch batch, CancellationToken cancellationToken)
    {
        var open = batch.Open();
        var outcomes = await _backend.ReadManyAsync(open, cancellationToken);
        if (batch.Settle(outcomes, open) is { } passing && _resilience is not null) throw passing;
        return true;
    }

    private static bool AreAligned(IReadOnlyList<SecretAddress> asked, IReadOnlyList<ReadOutcome> outcomes)
    {
        if (asked.Count != outcomes.Count) return false;
        for (var i = 0; i < asked.Count; i++)
        {
            var (a, b) = (asked[i], outcomes[i].Address);
            if (!string.Equals(a.Path, b.Path) || !string.Equals(a.Field, b.Field) || a.Version != b.Version) return false;
        }
        return true;
    }
}
