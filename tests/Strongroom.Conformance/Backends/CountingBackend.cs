using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Conformance.Backends;

/// <summary>Passes everything on and counts what arrived, so that a test can see that nothing was sent.</summary>
public sealed class CountingBackend(SecretBackend inner) : SecretBackend
{
    private int _calls;

    public int Calls => Volatile.Read(ref _calls);

    public override string Kind => inner.Kind;

    public override BackendCapabilities Capabilities => inner.Capabilities;

    public override bool IsLocal => inner.IsLocal;

    public override bool IsFixed => inner.IsFixed;

    public override string? Instead(BackendCapabilities missing) => inner.Instead(missing);

    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.ReadAsync(address, cancellationToken);
    }

    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.ReadManyAsync(addresses, cancellationToken);
    }

    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.ListAsync(prefix, cancellationToken);
    }

    public override ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.WriteAsync(address, write, cancellationToken);
    }

    public override ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.DeleteAsync(address, cancellationToken);
    }

    public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        Interlocked.Increment(ref _calls);
        return inner.ProbeAsync(cancellationToken);
    }

    public override Task WaitForChangeAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) => inner.WaitForChangeAsync(addresses, cancellationToken);

    public override ValueTask DisposeAsync() => inner.DisposeAsync();
}
