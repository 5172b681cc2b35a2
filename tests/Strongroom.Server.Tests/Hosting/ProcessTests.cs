using System.Net;
using System.Net.Sockets;
using System.Text;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

/// <summary>The server as an operator meets it: files, signals, exit codes.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class ProcessTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly int _port = ServerProcess.FreePort();

    private string ConfigPath => Path.Combine(_folder.FullName, "server.hcl");

    private Uri Address => new($"http://127.0.0.1:{_port}");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Configured_server_is_initialized_unsealed_stopped_and_keeps_what_was_written()
    {
        WriteConfig();
        string key, root;
        await using (var server = await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            (await http.GetAsync("/v1/sys/health")).StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
            var made = await ServerProcess.PutAsync(http, "/v1/sys/init", """{"secret_shares": 1, "secret_threshold": 1}""");
            (key, root) = (made!["keys_base64"]![0]!.GetValue<string>(), made["root_token"]!.GetValue<string>());
            await ServerProcess.PutAsync(http, "/v1/sys/unseal", $$"""{"key": "{{key}}"}""");
            await ServerProcess.PutAsync(http, "/v1/cubbyhole/a", """{"kept":"yes"}""", root);
            server.Signal("TERM");
            (await server.ExitCodeAsync()).ShouldBe(0);
            server.Output.ShouldContain("Storage: file (" + _folder.FullName);
            server.Output.ShouldNotContain(root);
            server.Output.ShouldNotContain(key);
        }
        await using (await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            (await http.GetAsync("/v1/sys/health")).StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            await ServerProcess.PutAsync(http, "/v1/sys/unseal", $$"""{"key": "{{key}}"}""");
            http.DefaultRequestHeaders.Add("X-Vault-Token", root);
            (await http.GetStringAsync("/v1/cubbyhole/a")).ShouldContain("\"kept\":\"yes\"");
        }
        File.GetUnixFileMode(Path.Combine(_folder.FullName, "data")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    [Fact]
    public async Task Second_server_of_a_folder_is_refused()
    {
        WriteConfig();
        await using var first = await Start().ServingAsync();
        await using var second = Start();
        (await second.ExitCodeAsync()).ShouldBe(1);
        second.Output.ShouldContain("another server has this vault; stop it, or give this one another folder");
    }

    [Fact]
    public async Task Server_with_a_key_file_opens_its_vault_at_the_start()
    {
        WriteConfig($$"""seal "keyfile" { path = "{{_folder.FullName}}/vault.key" }""");
        await using (var server = await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            (await ServerProcess.PutAsync(http, "/v1/sys/init", "{}"))!["keys"]!.AsArray().ShouldBeEmpty();
            server.Signal("TERM");
            await server.ExitCodeAsync();
        }
        await using (await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            (await http.GetAsync("/v1/sys/health")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        File.Delete(Path.Combine(_folder.FullName, "vault.key"));
        await using var lost = Start();
        (await lost.ExitCodeAsync()).ShouldBe(1);
        lost.Output.ShouldContain("the key file is missing");
    }

    [Fact]
    public async Task Lost_root_token_is_made_anew_by_who_has_the_key_file_while_the_server_is_stopped()
    {
        WriteConfig($$"""seal "keyfile" { path = "{{_folder.FullName}}/vault.key" }""");
        await using (var absent = ServerProcess.Start(null, "-config", ConfigPath, "-new-root-token"))
        {
            (await absent.ExitCodeAsync()).ShouldBe(1);
            absent.Output.ShouldContain("there is no vault yet");
        }
        await using (var server = await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            await ServerProcess.PutAsync(http, "/v1/sys/init", "{}");
            await using var refused = ServerProcess.Start(null, "-config", ConfigPath, "-new-root-token");
            (await refused.ExitCodeAsync()).ShouldBe(1);
            refused.Output.ShouldContain("another server has this vault");
            server.Signal("TERM");
            await server.ExitCodeAsync();
        }
        string token;
        await using (var made = ServerProcess.Start(null, "-config", ConfigPath, "-new-root-token"))
        {
            (await made.ExitCodeAsync()).ShouldBe(0);
            token = made.Output.Split('\n').First(line => line.StartsWith("Root token: ", StringComparison.Ordinal))["Root token: ".Length..].Trim();
        }
        await using (await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            http.DefaultRequestHeaders.Add("X-Vault-Token", token);
            (await http.GetStringAsync("/v1/auth/token/lookup-self")).ShouldContain("\"creation_ttl\":3600");
        }
        (await File.ReadAllTextAsync(Path.Combine(_folder.FullName, "data", "audit.log"))).ShouldContain("auth/token/root");
    }

    [Fact]
    public async Task Vault_of_people_gives_no_root_token_to_its_server()
    {
        WriteConfig();
        await using (var server = await Start().ServingAsync())
        {
            using var http = new HttpClient { BaseAddress = Address };
            await ServerProcess.PutAsync(http, "/v1/sys/init", """{"secret_shares": 1, "secret_threshold": 1}""");
            server.Signal("TERM");
            await server.ExitCodeAsync();
        }
        await using var refused = ServerProcess.Start(null, "-config", ConfigPath, "-new-root-token");
        (await refused.ExitCodeAsync()).ShouldBe(1);
        refused.Output.ShouldContain("operator generate-root");
    }

    [Fact]
    public async Task Stop_lets_a_running_request_finish()
    {
        WriteConfig();
        await using var server = await Start().ServingAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(IPAddress.Loopback, _port);
        const string body = """{"secret_shares": 1, "secret_threshold": 1}""";
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"PUT /v1/sys/init HTTP/1.1\r\nHost: a\r\nContent-Length: {body.Length}\r\nExpect: 100-continue\r\n\r\n"));
        using var reader = new StreamReader(tcp.GetStream());
        (await reader.ReadLineAsync())!.ShouldStartWith("HTTP/1.1 100");
        server.Signal("TERM");
        while (!server.Output.Contains("Stopping", StringComparison.Ordinal)) await Task.Delay(10);
        await tcp.GetStream().WriteAsync(Encoding.ASCII.GetBytes(body));
        (await reader.ReadToEndAsync()).ShouldContain("root_token");
        (await server.ExitCodeAsync()).ShouldBe(0);
    }

    [Fact]
    public async Task Hang_up_is_survived_and_faults_of_the_file_are_told()
    {
        WriteConfig();
        await using (var server = await Start().ServingAsync())
        {
            server.Signal("HUP");
            while (!server.Output.Contains("SIGHUP", StringComparison.Ordinal)) await Task.Delay(10);
            using var http = new HttpClient { BaseAddress = Address };
            (await http.GetAsync("/v1/sys/seal-status")).StatusCode.ShouldBe(HttpStatusCode.OK);
        }
        await File.WriteAllTextAsync(ConfigPath, "ui = maybe");
        await using var wrong = Start();
        (await wrong.ExitCodeAsync()).ShouldBe(1);
        wrong.Output.ShouldContain($"{ConfigPath}:1:");
    }

    private ServerProcess Start() => ServerProcess.Start(null, "-config", ConfigPath);

    private void WriteConfig(string more = "") => File.WriteAllText(ConfigPath, $$"""
        listener "tcp" {
          address = "127.0.0.1:{{_port}}"
          tls_disable = 1
        }
        storage "file" {
          path = "{{_folder.FullName}}/data"
        }
        {{more}}
        """);
}
