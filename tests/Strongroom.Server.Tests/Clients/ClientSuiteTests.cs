using System.Diagnostics;
using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Clients;

/// <summary>Real clients of other languages, unchanged, against a real server. Their suites are in <c>tests/clients</c>.</summary>
public sealed class ClientSuiteTests
{
    [Fact]
    public async Task Hvac_works_unchanged()
    {
        // Debian's python3 is the one that has Debian's python3-hvac.
        const string Python = "/usr/bin/python3";
        if (!await SucceedsAsync(Python, "-c", "import hvac")) Assert.Skip("python3-hvac is not installed: apt-get install python3-hvac");
        await RunAsync(Python, "hvac", "-W", "ignore", "-m", "unittest", "suite");
    }

    [Theory]
    [InlineData("node-vault.test.js")]
    [InlineData("others.test.js")]
    [InlineData("openapi.test.js")]
    [InlineData("openid.test.js")]
    public async Task Node_clients_work_unchanged(string suite)
    {
        if (!Directory.Exists(Path.Combine(Folder("node"), "node_modules"))) Assert.Skip("the clients are not installed: npm ci in tests/clients/node");
        await RunAsync("node", "node", "--test", suite);
    }

    private static async Task RunAsync(string program, string folder, params string[] arguments)
    {
        await using var server = await RunningServer.StartAsync();
        var (code, output) = await StartAsync(program, Folder(folder), server.Address, arguments);
        code.ShouldBe(0, output);
    }

    private static async Task<bool> SucceedsAsync(string program, params string[] arguments)
    {
        try
        {
            return (await StartAsync(program, Path.GetTempPath(), "", arguments)).Code == 0;
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return false;
        }
    }

    private static async Task<(int Code, string Output)> StartAsync(string program, string folder, string address, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = folder, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["VAULT_ADDR"] = address;
        start.Environment["VAULT_TOKEN"] = RunningServer.RootToken;
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        await process.WaitForExitAsync();
        return (process.ExitCode, await output + await error);
    }

    private static string Folder(string name)
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Strongroom.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return Path.Combine(folder, "tests", "clients", name);
    }
}
