using Strongroom.Backends.Aws;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.Aws;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Aws;

public sealed class AwsConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakeAws> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } = ["a", "a-b", "a.b", "A_B", "UPPER/lower/123", "plus+and=at@", new('n', 200)];

    /// <summary>AWS takes no empty value.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => v.Length > 0)];

    protected override int ValueLengthMax => AwsBackend.ValueBytesMax;

    protected override bool ValueLengthMaxIsExact => true;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = await AwsPlace.StartAsync();
        _fakes.Add(fake);
        foreach (var (name, value) in seeds) fake.Seed(name, value);
        return AwsPlace.Backend(fake);
    }
}

public sealed class AwsFaults : RemoteConformance
{
    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        for (var i = 1; i < count; i++) fake.Seed($"N{i}", "n"u8.ToArray());
        return (fake, AwsPlace.Backend(fake));
    }
}

/// <summary>A fake AWS and stores over it.</summary>
internal static class AwsPlace
{
    public static async Task<FakeAws> StartAsync(TimeProvider? time = null)
    {
        var fake = new FakeAws(time);
        await fake.StartAsync();
        return fake;
    }

    public static SecretBackend Backend(FakeAws fake, (string, string)[]? settings = null, TimeProvider? time = null, (string, string)[]? variables = null) =>
        AwsBackend.Create(Settings.Of(
            settings ?? [],
            variables ?? [("AWS_ENDPOINT_URL", fake.Address.AbsoluteUri), ("AWS_REGION", fake.Region), ("AWS_ACCESS_KEY_ID", "AKIAFAKE0000USER0001"), ("AWS_SECRET_ACCESS_KEY", "canary-credential")],
            time ?? fake.Time));
}
