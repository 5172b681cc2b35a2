namespace Strongroom.Vault.Barrier;

/// <summary>
/// Lends instances of a type that is costly to make and not safe to share, such as <c>AesGcm</c>. Takes no lock: one slot for
/// each processor; a renter who finds his slot empty makes a new instance, and a surplus one is disposed of.
/// </summary>
internal sealed class InstancePool<T>(Func<T> make) : IDisposable where T : class, IDisposable
{
    private readonly T?[] _slots = new T?[Environment.ProcessorCount];
    private volatile bool _disposed;

    public T Rent()
    {
        var instance = Interlocked.Exchange(ref Slot(), null) ?? make();
        // Looked at after making: an instance made from a key that is being zeroed must never be used.
        if (!_disposed) return instance;
        instance.Dispose();
        throw VaultBarrier.Closed();
    }

    public void Return(T instance)
    {
        if (_disposed || Interlocked.CompareExchange(ref Slot(), instance, null) is not null) instance.Dispose();
    }

    public void Dispose()
    {
        _disposed = true;
        for (var i = 0; i < _slots.Length; i++) Interlocked.Exchange(ref _slots[i], null)?.Dispose();
    }

    private ref T? Slot() => ref _slots[(uint)Thread.GetCurrentProcessorId() % (uint)_slots.Length];
}
