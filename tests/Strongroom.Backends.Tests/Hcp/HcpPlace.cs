using Strongroom.Fakes.Hcp;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Tests.Hcp;

/// <summary>A backend over the fake.</summary>
internal static class HcpPlace
{
    public static readonly (string Key, string Value)[] Client = [("HCP_CLIENT_ID", HcpService.ClientId), ("HCP_CLIENT_SECRET", HcpService.ClientSecret)];

    public static SecretBackend Backend(
        HcpService service, (string Key, string Value)[]? settings = null, (string Key, string Value)[]? variables = null, TimeProvider? time = null)
    {
        var values = new Dictionary<string, string>
        {
            ["address"] = service.Address.ToString(),
            ["organization"] = HcpService.Organization,
            ["project"] = HcpService.Project,
            ["app"] = HcpService.App,
        };
        foreach (var (key, value) in settings ?? []) values[key] = value;
        return All.Find("hcp")!(new BackendSettings("hcp", values, "/", (variables ?? Client).ToDictionary(v => v.Key, v => v.Value), time ?? TimeProvider.System));
    }

    public static SecretStore Store(SecretBackend backend) => new("hcp", backend, new StoreOptions { Resilience = new StoreResilienceOptions { RetriesMax = 0 } });

    public static SecretWrite Write(string text) => new(SecretValue.FromText(text));

    public static async Task<string> TextAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address)).Value;
        return value.RevealText();
    }

    public static Task<SecretException> FailAsync(Func<Task> action) => Shouldly.Should.ThrowAsync<SecretException>(action);
}
