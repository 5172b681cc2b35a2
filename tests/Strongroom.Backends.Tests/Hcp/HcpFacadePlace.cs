using System.Text.Json.Nodes;
using Strongroom.Fakes.Hcp;
using Strongroom.Server.Tests;
using Strongroom.Stores;

namespace Strongroom.Backends.Tests.Hcp;

/// <summary>Our server with its façade, behind a front that judges what goes over the wire by the vendor's description, and one app in it.</summary>
internal sealed class HcpFacadePlace : IAsyncDisposable
{
    public const string Apps = "/secrets/2023-11-28/organizations/org-1/projects/proj-1/apps";

    private readonly RunningServer _server;
    private readonly string _roleId;
    private readonly string _secretId;

    private HcpFacadePlace(RunningServer server, HcpFront front, string roleId, string secretId) =>
        (_server, Front, _roleId, _secretId) = (server, front, roleId, secretId);

    public HcpFront Front { get; }

    public static async Task<HcpFacadePlace> StartAsync()
    {
        var server = await RunningServer.StartAsync();
        await server.SendAsync("POST", "/v1/sys/auth/approle", """{"type":"approle"}""");
        await server.SendAsync("POST", "/v1/sys/policies/acl/app", """{"policy":"path \"secret/+/hcp/org-1/proj-1/*\" { capabilities = [\"create\", \"read\", \"update\", \"delete\", \"list\"] }"}""");
        await server.SendAsync("POST", "/v1/auth/approle/role/app", """{"token_policies":["app"],"token_ttl":"1h"}""");
        var roleId = (string)(await server.SendAsync("GET", "/v1/auth/approle/role/app/role-id")).Body!["data"]!["role_id"]!;
        var secretId = (string)(await server.SendAsync("POST", "/v1/auth/approle/role/app/secret-id", "{}")).Body!["data"]!["secret_id"]!;
        var front = new HcpFront(new Uri(server.Address));
        await front.StartAsync();
        var place = new HcpFacadePlace(server, front, roleId, secretId);
        await place.SendAsync("POST", Apps, """{"name":"web-app"}""");
        return place;
    }

    public SecretBackend Backend() => All.Find("hcp")!(new BackendSettings(
        "hcp", new Dictionary<string, string> { ["address"] = Front.Address.ToString(), ["organization"] = "org-1", ["project"] = "proj-1", ["app"] = "web-app" }, "/",
        new Dictionary<string, string> { ["HCP_CLIENT_ID"] = _roleId, ["HCP_CLIENT_SECRET"] = _secretId }, TimeProvider.System));

    /// <summary>A call through the front with the root token.</summary>
    public async Task<(int Status, JsonNode? Body)> SendAsync(string method, string path, string? json = null)
    {
        using var client = new HttpClient();
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(Front.Address, path));
        request.Headers.Add("Authorization", $"Bearer {RunningServer.RootToken}");
        if (json is not null) request.Content = new StringContent(json, System.Text.Encoding.UTF8, "application/json");
        using var answer = await client.SendAsync(request);
        return ((int)answer.StatusCode, JsonNode.Parse(await answer.Content.ReadAsStringAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        await Front.DisposeAsync();
    }
}
