using Strongroom.Backends.Fly;
using Strongroom.Conformance;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.Fly;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Fly;

/// <summary>Nobody reads a value back: the fake tells what arrived.</summary>
public sealed class FlyConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakeFly> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } = ["A", "a", "A_B", "_A1", new('N', 200)];

    /// <summary>Text without NUL, as a variable holds it.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => System.Text.Unicode.Utf8.IsValid(v) && !v.Contains((byte)0))];

    protected override ValueTask<byte[]> BytesAsync(SecretStore store, SecretAddress address) => new(_fakes[^1].Secrets[address.Path]);

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = new FakeFly();
        _fakes.Add(fake);
        await fake.StartAsync();
        foreach (var (name, value) in seeds) fake.Put(name, value);
        return FlyPlace.Backend(fake);
    }
}

public sealed class FlyFaults : RemoteConformance
{
    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = new FakeFly { Authorization = "Bearer " + Canary };
        await fake.StartAsync();
        fake.Put("ONE", "1"u8.ToArray());
        for (var i = 1; i < count; i++) fake.Put($"N{i}", "n"u8.ToArray());
        return (fake, FlyPlace.Backend(fake, token: Canary));
    }
}

internal static class FlyPlace
{
    public static SecretBackend Backend(FakeFly fake, TimeProvider? time = null, string token = "fm2_fake", params (string, string)[] more) => FlyBackend.Create(Settings.Of(
        [("address", fake.Address.AbsoluteUri), ("app", fake.App), .. more], [("FLY_API_TOKEN", token)], time ?? new ImpatientTime()));
}
