using System.Text;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes.Hcp;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Hcp;

public class HcpConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<HcpService> _services = [];

    protected virtual string ApiVersion => "2023-11-28";

    protected override IReadOnlyList<string> OddNames { get; } = ["a", "A_B", "_x1", "UPPER", new('n', 64)];

    /// <summary>Text only.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => System.Text.Unicode.Utf8.IsValid(v))];

    protected override int ValueLengthMax => 5_120;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var service in _services) await service.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var service = new HcpService(time: null, ApiVersion);
        _services.Add(service);
        await service.StartAsync();
        foreach (var (name, value) in seeds) service.Add(name, Encoding.UTF8.GetString(value));
        return HcpPlace.Backend(service);
    }
}

/// <summary>The same on a server that has only the older version of the API, which the store finds out.</summary>
public sealed class HcpOlderConformance : HcpConformance
{
    protected override string ApiVersion => "2023-06-13";
}
