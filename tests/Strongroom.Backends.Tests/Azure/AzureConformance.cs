using System.Text;
using System.Text.Unicode;
using Strongroom.Backends.Azure;
using Strongroom.Conformance.Backends;
using Strongroom.Fakes;
using Strongroom.Fakes.Azure;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Azure;

public sealed class AzureConformance : BackendConformance, IAsyncLifetime
{
    private readonly List<FakeKeyVault> _fakes = [];

    protected override IReadOnlyList<string> OddNames { get; } =
        ["a", "a-b", "a.b", "A_B", "dots..inside", "space inside", "UPPER/lower/123", "ключ/🔑", "per%cent", "quote'\"", "a-x5fb", "-x", new('n', 127)];

    /// <summary>Key Vault takes no empty value.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(v => v.Length > 0)];

    protected override int ValueLengthMax => AzureBackend.ValueBytesMax;

    protected override bool ValueLengthMaxIsExact => true;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        foreach (var fake in _fakes) await fake.DisposeAsync();
    }

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var fake = await AzurePlace.StartAsync();
        _fakes.Add(fake);
        foreach (var (name, value) in seeds)
        {
            if (Utf8.IsValid(value)) fake.Seed(AzureName.Of(name), Encoding.UTF8.GetString(value));
            else fake.Seed(AzureName.Of(name), Convert.ToBase64String(value), "application/octet-stream;base64");
        }
        return AzurePlace.Backend(fake);
    }
}

public sealed class AzureFaults : RemoteConformance
{
    /// <summary>The login comes first, and before it the challenge.</summary>
    protected override bool IsMeant(FakeRequest request) => request.Header("Authorization") is not null;

    protected override async Task<(FakeService Fake, SecretBackend Backend)> StartAsync(int count = 1)
    {
        var fake = await AzurePlace.StartAsync();
        fake.Token = Canary;
        fake.Seed("ONE", "1");
        for (var i = 1; i < count; i++) fake.Seed($"N{i}", "n");
        return (fake, AzurePlace.Backend(fake));
    }
}

/// <summary>A fake Key Vault and stores over it.</summary>
internal static class AzurePlace
{
    public static async Task<FakeKeyVault> StartAsync(TimeProvider? time = null)
    {
        var fake = new FakeKeyVault(time);
        await fake.StartAsync(withTls: true);
        return fake;
    }

    public static SecretBackend Backend(FakeKeyVault fake, params (string, string)[] settings) => AzureBackend.Create(Settings.Of(
        [("vault", fake.Address.AbsoluteUri), .. settings],
        [("AZURE_AUTHORITY_HOST", fake.Address.AbsoluteUri), ("AZURE_TENANT_ID", FakeKeyVault.Tenant), ("AZURE_CLIENT_ID", "11111111-0000-0000-0000-000000000000"), ("AZURE_CLIENT_SECRET", "canary-credential")],
        fake.Time,
        transport: () => new HttpClientHandler { AllowAutoRedirect = false, ServerCertificateCustomValidationCallback = (_, certificate, _, errors) => fake.Trusts(certificate, errors) }));
}
