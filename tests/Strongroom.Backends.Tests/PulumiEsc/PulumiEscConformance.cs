using System.Globalization;
using System.Text;
using Strongroom.Backends.PulumiEsc;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.PulumiEsc;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.PulumiEsc;

public sealed class PulumiEscConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakePulumiEsc> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } =
        ["a", "a-b", "a.b", "A_B", "yes", "123", "dots..inside", "space inside", "UPPER/lower/123", "ключ/密钥/🔑", "quote'\"", "back\\slash", "colon: here", "# hash", new('n', 100)];

    protected override IReadOnlyList<byte[]> OddValues =>
        [.. base.OddValues.Where(v => System.Text.Unicode.Utf8.IsValid(v)), "${secret}"u8.ToArray(), "two $$ dollars"u8.ToArray(), "\u0085\u2028\ufeff"u8.ToArray(), "yes"u8.ToArray(), "123"u8.ToArray()];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = new FakePulumiEsc();
        _fakes.Add(fake);
        await fake.StartAsync();
        fake.Put(EscPlace.Environment, "# kept\nvalues: {}\n");
        var backend = EscPlace.Backend(fake);
        foreach (var (name, value) in seeds)
        {
            using var secret = SecretValue.FromBytes(value);
            await backend.WriteAsync(new SecretAddress(name), new SecretWrite(secret), CancellationToken.None);
        }
        return backend;
    }
}

public sealed class PulumiEscFaults : RemoteConformance
{
    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = new FakePulumiEsc { Token = Canary };
        await fake.StartAsync();
        var yaml = new StringBuilder("values:\n  ONE: one\n");
        for (var i = 1; i < count; i++) yaml.Append(CultureInfo.InvariantCulture, $"  N{i}: n\n");
        fake.Put(EscPlace.Environment, yaml.ToString());
        return (fake, EscPlace.Backend(fake));
    }
}

internal static class EscPlace
{
    public const string Environment = "acme/shop/production";

    public static SecretBackend Backend(FakePulumiEsc fake, string environment = "production", TimeProvider? time = null) => PulumiEscBackend.Create(Settings.Of(
        [("organization", "acme"), ("project", "shop"), ("environment", environment), ("address", fake.Address.AbsoluteUri)], [("PULUMI_ACCESS_TOKEN", fake.Token)], time));
}
