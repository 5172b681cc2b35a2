using Strongroom.Conformance.Backends;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Vault;

public sealed class VaultConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<VaultPlace> _places = [];

    /// <summary>Our server limits the whole object of a secret to 1 MiB, as the embedded vault does.</summary>
    protected override int ValueLengthMax => 1_000_000;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places) await place.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var place = await VaultPlace.StartAsync();
        _places.Add(place);
        return await place.SeededAsync(place.Backend(), seeds);
    }
}

/// <summary>The same on an engine of version 1, told by its setting.</summary>
public sealed class VaultKv1Conformance : BackendConformance, IAsyncLifetime
{
    private readonly List<VaultPlace> _places = [];

    protected override int ValueLengthMax => 1_000_000;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places) await place.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var place = await VaultPlace.StartAsync();
        _places.Add(place);
        return await place.SeededAsync(place.Backend([("mount", place.Mount1), ("kv-version", "1")]), seeds);
    }
}
