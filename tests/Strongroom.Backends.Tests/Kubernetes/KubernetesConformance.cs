using Strongroom.Backends.Kubernetes;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.Kubernetes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Kubernetes;

/// <summary>One object whose keys are the names.</summary>
public sealed class KubernetesConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<KubernetesPlaceOfTest> _places = [];

    protected override IReadOnlyList<string> OddNames { get; } = ["a", "a-b", "a.b", "A_B", "dots..inside", "UPPER.lower-123", new('n', 200)];

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places) await place.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var place = await KubernetesPlaceOfTest.StartAsync();
        _places.Add(place);
        if (seeds.Count > 0) place.Fake.Put("app", seeds);
        return place.Backend([("secret", "app")]);
    }
}

/// <summary>Each object a secret of its own.</summary>
public sealed class KubernetesFaults : RemoteConformance, IAsyncLifetime
{
    private readonly List<KubernetesPlaceOfTest> _places = [];

    protected override SecretAddress One => new("one");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var place in _places) await place.DisposeAsync();
    }

    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var place = await KubernetesPlaceOfTest.StartAsync(Canary);
        _places.Add(place);
        var data = new Dictionary<string, byte[]> { ["value"] = "1"u8.ToArray() };
        place.Fake.Put("one", data);
        for (var i = 1; i < count; i++) place.Fake.Put($"n{i}", data);
        return (place.Fake, place.Backend());
    }
}

/// <summary>A fake cluster and a kubeconfig that leads to it.</summary>
internal sealed class KubernetesPlaceOfTest : IAsyncDisposable
{
    private KubernetesPlaceOfTest(FakeKubernetes fake) => Fake = fake;

    public FakeKubernetes Fake { get; }

    public TemporaryFiles Files { get; } = new();

    public string Config { get; private set; } = "";

    public static async Task<KubernetesPlaceOfTest> StartAsync(string token = "good", bool withTls = false)
    {
        var fake = new FakeKubernetes();
        fake.Tokens[token] = true;
        await fake.StartAsync(withTls);
        var place = new KubernetesPlaceOfTest(fake);
        place.Config = place.WriteConfig($"token: {token}");
        return place;
    }

    /// <summary>Writes a kubeconfig for a user; each line of <paramref name="user"/> is a setting of the user.</summary>
    public string WriteConfig(string user, string cluster = "", string name = "config", string nameSpace = "default") => Files.Write(name, $"""
        apiVersion: v1
        kind: Config
        current-context: test
        contexts:
        - name: test
          context: {"{"}cluster: here, user: me, namespace: {nameSpace}{"}"}
        clusters:
        - name: here
          cluster:
            server: {Fake.Address.AbsoluteUri.TrimEnd('/')}
        {Indent(cluster)}
        users:
        - name: me
          user:
        {Indent(user)}
        """);

    public SecretBackend Backend((string, string)[]? settings = null, string? config = null, TimeProvider? time = null) =>
        KubernetesBackend.Create(Settings.Of([("kubeconfig", config ?? Config), .. settings ?? []], [("PATH", "/usr/bin:/bin")], time));

    public async ValueTask DisposeAsync()
    {
        Files.Dispose();
        await Fake.DisposeAsync();
    }

    private static string Indent(string lines) => string.Join('\n', lines.Split('\n').Select(line => "    " + line));
}
