using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Conformance.Backends;

/// <summary>A remote backend that does what the test says, call by call.</summary>
public sealed class ScriptedBackend : SecretBackend
{
    private int _calls;

    public override string Kind => "scripted";

    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete;

    /// <summary>How many calls arrived, of any sort; a batch is one.</summary>
    public int Calls => Volatile.Read(ref _calls);

    /// <summary>What each batch asked for.</summary>
    public List<IReadOnlyList<SecretAddress>> Batches { get; } = [];

    public Func<SecretAddress, CancellationToken, ValueTask<StoredSecret>> OnRead { get; set; } = (_, _) => throw Error(SecretErrorKind.NotFound);

    public Func<SecretAddress, SecretWrite, CancellationToken, ValueTask<WriteReceipt>> OnWrite { get; set; } = (_, _, _) => default;

    public Func<SecretAddress, CancellationToken, ValueTask> OnDelete { get; set; } = (_, _) => default;

    public static SecretException Error(SecretErrorKind kind, TimeSpan? retryAfter = null) => new(kind, $"failed as {kind}", retryAfter: retryAfter);

    public static StoredSecret Stored(string text, int? version = null) => new(SecretValue.FromText(text), version);

    /// <summary>Answers every read with this.</summary>
    public ScriptedBackend Answers(string text)
    {
        OnRead = (_, _) => new(Stored(text));
        return this;
    }

    /// <summary>Fails every read with this.</summary>
    public ScriptedBackend Fails(SecretErrorKind kind, TimeSpan? retryAfter = null)
    {
        OnRead = (_, _) => throw Error(kind, retryAfter);
        return this;
    }

    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return OnRead(address, cancellationToken);
    }

    public override async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        lock (Batches) Batches.Add([.. addresses]);
        var outcomes = new List<ReadOutcome>();
        foreach (var address in addresses)
        {
            try
            {
                outcomes.Add(new ReadOutcome(address, await OnRead(address, cancellationToken), Error: null));
            }
            catch (SecretException e)
            {
                outcomes.Add(new ReadOutcome(address, Secret: null, e));
            }
        }
        return outcomes;
    }

    public override ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return OnWrite(address, write, cancellationToken);
    }

    public override ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return OnDelete(address, cancellationToken);
    }
}
