using Strongroom.Backends.Gcp;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.Gcp;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Gcp;

public sealed class GcpConformance : BackendConformance, IAsyncLifetime
{
    private readonly GcpPlaces _places = new();

    protected override IReadOnlyList<string> OddNames { get; } = ["a", "a-b", "A_B", "_1", new('n', 200)];

    protected override int ValueLengthMax => GcpBackend.ValueBytesMax;

    protected override bool ValueLengthMaxIsExact => true;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = await _places.StartAsync();
        foreach (var (name, value) in seeds) fake.Seed(name, value);
        return _places.Backend(fake);
    }
}

public sealed class GcpFaults : RemoteConformance, IDisposable
{
    private readonly GcpPlaces _places = new();

    /// <summary>The login comes first.</summary>
    protected override bool IsMeant(FakeRequest request) => request.Path != "/oauth2/token";

    public void Dispose() => _places.Files.Dispose();

    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = await GcpPlaces.NewAsync();
        fake.NextToken = Canary;
        fake.Seed("ONE", "1"u8.ToArray());
        for (var i = 1; i < count; i++) fake.Seed($"N{i}", "n"u8.ToArray());
        return (fake, _places.Backend(fake));
    }
}

/// <summary>Fakes of Google and stores over them, logged in by a person's refresh token unless told otherwise.</summary>
internal sealed class GcpPlaces : IAsyncDisposable
{
    private readonly List<FakeGcp> _fakes = [];

    public TemporaryFiles Files { get; } = new();

    public async Task<FakeGcp> StartAsync(TimeProvider? time = null)
    {
        var fake = await NewAsync(time);
        _fakes.Add(fake);
        return fake;
    }

    public static async Task<FakeGcp> NewAsync(TimeProvider? time = null)
    {
        var fake = new FakeGcp(time);
        await fake.StartAsync();
        return fake;
    }

    public static string Person(FakeGcp fake) =>
        $$"""{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"refresh-token","token_uri":"{{fake.Address}}oauth2/token"}""";

    public SecretBackend Backend(FakeGcp fake, params (string, string)[] settings) => BackendWith(fake, Person(fake), settings);

    public SecretBackend BackendWith(FakeGcp fake, string? credentials, params (string, string)[] settings) => GcpBackend.Create(Settings.Of(
        [("endpoint", fake.Address.AbsoluteUri), .. credentials is null ? [] : ((string, string)[])[("credentials-file", Files.Write($"{Guid.NewGuid()}.json", credentials)), ("project", FakeGcp.Project)], .. settings],
        [("CLOUDSDK_API_ENDPOINT_OVERRIDES_IAMCREDENTIALS", fake.Address.AbsoluteUri), ("GCE_METADATA_HOST", fake.Address.Authority), ("HOME", Files.Folder)], fake.Time));

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
        Files.Dispose();
    }
}
