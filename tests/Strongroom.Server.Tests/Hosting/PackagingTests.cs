using System.Net;
using System.Text.Json;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

/// <summary>What the unit of systemd and the Containerfile start, started with another file in the place of the machine's.</summary>
[System.Runtime.Versioning.UnsupportedOSPlatform("windows")]
public sealed class PackagingTests : IDisposable
{
    private const string Program = "/opt/strongroom/strongroom-server";

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly int _port = ServerProcess.FreePort();

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Unit_starts_reloads_and_stops_the_server()
    {
        var unit = await File.ReadAllLinesAsync(PathOf("strongroom.service"));
        var start = Setting(unit, "ExecStart").Split(' ');
        start[0].ShouldBe(Program);
        var environment = Setting(unit, "Environment").Split('=', 2);
        WriteConfig("server.hcl");
        await using var server = await ServerProcess.Start(new() { [environment[0]] = environment[1] }, Local(start[1..])).ServingAsync();
        await ShouldServeAsync();

        Setting(unit, "ExecReload").ShouldBe("/bin/kill -HUP $MAINPID");
        server.Signal("HUP");
        while (!server.Output.Contains("SIGHUP", StringComparison.Ordinal)) await Task.Delay(10, TestContext.Current.CancellationToken);
        await ShouldServeAsync();

        server.Signal(Setting(unit, "KillSignal")["SIG".Length..]);
        (await server.ExitCodeAsync().WaitAsync(TimeSpan.FromSeconds(int.Parse(Setting(unit, "TimeoutStopSec"), System.Globalization.CultureInfo.InvariantCulture)))).ShouldBe(0);
        // What the unit makes and allows is what the configuration it names in its own comment uses.
        (Setting(unit, "StateDirectory"), Setting(unit, "ConfigurationDirectory"), Setting(unit, "UMask")).ShouldBe(("strongroom", "strongroom", "0077"));
    }

    [Fact]
    public async Task Container_starts_and_stops_the_server()
    {
        var lines = await File.ReadAllLinesAsync(PathOf("Containerfile"));
        var program = JsonSerializer.Deserialize<string[]>(Instruction(lines, "ENTRYPOINT"))!;
        program.ShouldBe([Program]);
        Instruction(lines, "COPY").Split(' ').ShouldContain("dist/" + Path.GetFileName(Program));
        var environment = Instruction(lines, "ENV").Split(' ').Select(pair => pair.Split('=', 2)).ToDictionary(pair => pair[0], pair => pair[1]);
        new Uri(environment["VAULT_ADDR"]).Port.ToString(System.Globalization.CultureInfo.InvariantCulture).ShouldBe(Instruction(lines, "EXPOSE"));
        WriteConfig("server.hcl");
        await using var server = await ServerProcess.Start(environment, Local(JsonSerializer.Deserialize<string[]>(Instruction(lines, "CMD"))!)).ServingAsync();
        await ShouldServeAsync();
        server.Signal(Instruction(lines, "STOPSIGNAL")["SIG".Length..]);
        (await server.ExitCodeAsync()).ShouldBe(0);
    }

    /// <summary>The arguments with this test's folder in the place of the machine's.</summary>
    private string[] Local(string[] arguments)
    {
        arguments.ShouldContain(argument => argument.Contains("/etc/strongroom", StringComparison.Ordinal));
        return Array.ConvertAll(arguments, argument => argument.Replace("/etc/strongroom", _folder.FullName, StringComparison.Ordinal));
    }

    private async Task ShouldServeAsync()
    {
        using var http = new HttpClient();
        (await http.GetAsync($"http://127.0.0.1:{_port}/v1/sys/health")).StatusCode.ShouldBe(HttpStatusCode.NotImplemented);
    }

    private void WriteConfig(string name) => File.WriteAllText(Path.Combine(_folder.FullName, name), $$"""
        listener "tcp" {
          address = "127.0.0.1:{{_port}}"
          tls_disable = 1
        }
        storage "file" {
          path = "{{_folder.FullName}}/data"
        }
        """);

    private static string Setting(string[] unit, string name) => unit.Single(line => line.StartsWith(name + "=", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string Instruction(string[] lines, string name) => lines.Single(line => line.StartsWith(name + " ", StringComparison.Ordinal))[(name.Length + 1)..];

    private static string PathOf(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Strongroom.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "packaging", name);
    }
}
