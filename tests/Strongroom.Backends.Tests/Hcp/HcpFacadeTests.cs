using Shouldly;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;
using static Strongroom.Backends.Tests.Hcp.HcpPlace;

namespace Strongroom.Backends.Tests.Hcp;

/// <summary>Our own server in the place of HCP Vault Secrets: the same suite, through its façade and under the vendor's description.</summary>
public sealed class HcpFacadeConformance : HcpConformance, IAsyncDisposable
{
    private readonly List<HcpFacadePlace> _places = [];

    async ValueTask IAsyncDisposable.DisposeAsync()
    {
        foreach (var place in _places) await place.DisposeAsync();
        await base.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var place = await HcpFacadePlace.StartAsync();
        _places.Add(place);
        var backend = place.Backend();
        foreach (var (name, value) in seeds) await backend.WriteAsync(new SecretAddress(name), new SecretWrite(SecretValue.FromBytes(value)), default);
        return backend;
    }
}

public sealed class HcpFacadeTests : IAsyncLifetime
{
    private const string App = HcpFacadePlace.Apps + "/web-app";

    private HcpFacadePlace _place = null!;

    public async ValueTask InitializeAsync() => _place = await HcpFacadePlace.StartAsync();

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Every_route_answers_as_the_description_says()
    {
        foreach (var value in (string[])["one", "two", "three"]) (await _place.SendAsync("POST", $"{App}/secret/kv", $$"""{"name":"KEY","value":"{{value}}"}""")).Status.ShouldBe(200);
        (string Method, string Path)[] routes =
        [
            ("GET", HcpFacadePlace.Apps), ("GET", App), ("GET", $"{App}/secrets"), ("GET", $"{App}/secrets:open"), ("GET", $"{App}/secrets/KEY"),
            ("GET", $"{App}/secrets/KEY:open"), ("GET", $"{App}/secrets/KEY/versions"), ("GET", $"{App}/secrets/KEY/versions:open"),
            ("GET", $"{App}/secrets/KEY/versions/1"), ("GET", $"{App}/secrets/KEY/versions/1:open"), ("DELETE", $"{App}/secrets/KEY/versions/1"),
            ("GET", $"{App}/secrets/KEY/versions?pagination.page_size=1"), ("DELETE", $"{App}/secrets/KEY"), ("DELETE", App),
        ];

        foreach (var (method, path) in routes) (await _place.SendAsync(method, path)).Status.ShouldBe(200, $"{method} {path}");

        (await _place.SendAsync("GET", App)).Status.ShouldBe(403);
    }

    [Fact]
    public async Task Backend_reads_many_and_probes_through_the_facade()
    {
        await using var store = Store(_place.Backend());
        for (var i = 0; i < 120; i++) await store.WriteAsync(new($"S{i:D3}"), Write($"value {i}"));
        var before = _place.Front.Exchanges.Count;

        var outcomes = await store.ReadManyAsync([.. Enumerable.Range(0, 120).Select(i => new SecretAddress($"S{i:D3}"))]);

        outcomes.Select(o => o.Secret!.Value.RevealText()).ShouldBe(Enumerable.Range(0, 120).Select(i => $"value {i}"));
        (_place.Front.Exchanges.Count - before).ShouldBe(2);
        (await store.ProbeAsync()).ShouldContain("app web-app with 120 secrets, API 2023-11-28");
    }
}
