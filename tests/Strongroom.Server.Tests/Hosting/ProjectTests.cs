using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

/// <summary>The vault of a project, served beside the command line that goes on using it.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ProjectTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly RandomNumberGenerator _random = RandomNumberGenerator.Create();
    private readonly Guid _id = Guid.NewGuid();

    private VaultPlace Place => VaultPlace.Default(_folder.FullName);

    private string KeyPath => Path.Combine(_folder.FullName, "config", "strongroom", "keys", _id + ".key");

    public void Dispose()
    {
        _random.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Project_is_served_with_a_token_that_ends_with_the_run()
    {
        await MakeAsync();
        var port = ServerProcess.FreePort();
        string token;
        await using (var server = await Start(port).ServingAsync())
        {
            token = Regex.Match(server.Output, "hvs\\.[A-Za-z0-9]+").Value;
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            http.DefaultRequestHeaders.Add("X-Vault-Token", token);
            (await http.GetStringAsync("/v1/secret/data/development/KEY")).ShouldContain("from the command line");
            await ServerProcess.PutAsync(http, "/v1/secret/data/development/KEY", """{"data":{"value":"from the server"}}""");
            (await ReadAsync()).ShouldBe("from the server");
            server.Signal("TERM");
            (await server.ExitCodeAsync()).ShouldBe(0);
        }
        (await ReadAsync()).ShouldBe("from the server");
        await using (await Start(port).ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = new Uri($"http://127.0.0.1:{port}") };
            http.DefaultRequestHeaders.Add("X-Vault-Token", token);
            (await http.GetAsync("/v1/auth/token/lookup-self")).StatusCode.ShouldBe(HttpStatusCode.Forbidden);
        }
    }

    [Fact]
    public async Task Folder_without_a_vault_says_what_to_do()
    {
        await using var server = Start(ServerProcess.FreePort());
        (await server.ExitCodeAsync()).ShouldBe(1);
        server.Output.ShouldContain("there is no vault; run strongroom init");
    }

    private ServerProcess Start(int port) => ServerProcess.Start(
        new() { ["XDG_CONFIG_HOME"] = Path.Combine(_folder.FullName, "config"), ["HOME"] = _folder.FullName },
        $"-project={_folder.FullName}", $"-dev-listen-address=127.0.0.1:{port}");

    private async Task MakeAsync()
    {
        Place.MakeFolder();
        using var seal = KeyFileSeal.Create(KeyPath, _random);
        await using var vault = await EmbeddedVault.CreateAsync(SqliteStorage.Create(Place.DatabasePath), seal, _id, Options(), default);
        var value = SecretValue.FromText("from the command line");
        await vault.PutAsync("development/KEY", new SecretFields().Set("value", value), null, default);
    }

    private async Task<string> ReadAsync()
    {
        using var seal = KeyFileSeal.Open(KeyPath, _random);
        await using var vault = await EmbeddedVault.OpenAsync(SqliteStorage.Open(Place.DatabasePath), seal, Options(), default);
        using var secret = await vault.ReadAsync("development/KEY", null, default);
        return secret.Default().RevealText();
    }

    private EmbeddedVaultOptions Options() => new() { AuditPath = Place.AuditPath };
}
