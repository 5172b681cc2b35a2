using System.Text.Json.Nodes;
using Shouldly;

namespace Strongroom.Cli.Tests.Samples;

/// <summary>The sample web application takes a rotated key while it runs.</summary>
public sealed class WebSampleTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Rotated_key_is_used_without_a_restart_and_never_logged()
    {
        File.Copy(Path.Combine(Workshop.Repository, "samples/web/strongroom.yaml"), Path.Combine(_workshop.Folder, "strongroom.yaml"));
        Succeed("strongroom init -q && echo sk-the-first-key | strongroom set OPENAI_API_KEY -q && echo a-password | strongroom set DATABASE_PASSWORD -q");
        using var process = _workshop.Start($"exec dotnet {Program()} --urls http://127.0.0.1:0 --Logging:LogLevel:Default=Information 2>&1");
        try
        {
            var (address, lines) = await ListeningAsync(process);
            using var http = new HttpClient { BaseAddress = new Uri(address) };
            var before = (string)JsonNode.Parse(await http.GetStringAsync("settings"))!["openAiKey"]!;
            await http.GetAsync("careless");

            Succeed("echo sk-the-second-key | strongroom set OPENAI_API_KEY -q");

            ((string)JsonNode.Parse(await http.GetStringAsync("now"))!["version"]!).ShouldBe("2", "code that asks at the time of use has it at once");
            await UntilAsync(async () => (string)JsonNode.Parse(await http.GetStringAsync("settings"))!["openAiKey"]! != before);
            await http.GetAsync("careless");
            (await http.GetStringAsync("health")).ShouldBe("Healthy");

            process.Kill();
            var log = string.Join('\n', lines) + await process.StandardOutput.ReadToEndAsync();
            log.ShouldContain("calling the model with [secret OPENAI_API_KEY]");
            log.ShouldNotContain("sk-the-");
        }
        finally
        {
            if (!process.HasExited) process.Kill();
        }
    }

    [Fact]
    public void Start_without_its_secrets_tells_all_that_is_missing()
    {
        File.Copy(Path.Combine(Workshop.Repository, "samples/web/strongroom.yaml"), Path.Combine(_workshop.Folder, "strongroom.yaml"));
        Succeed("strongroom init -q");

        var outcome = _workshop.Run($"exec dotnet {Program()} --urls http://127.0.0.1:0 2>&1");

        outcome.ExitCode.ShouldNotBe(0);
        outcome.Output.ShouldContain("2 secrets have no value");
        outcome.Output.ShouldContain("OPENAI_API_KEY: ");
        outcome.Output.ShouldContain("DATABASE_PASSWORD: ");
    }

    private void Succeed(string command)
    {
        var outcome = _workshop.Run(command);
        outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Error);
    }

    private static string Program()
    {
        string[] places = ["Release", "Debug"];
        return places.Select(p => Path.Combine(Workshop.Repository, $"samples/web/bin/{p}/net10.0/web.dll")).Where(File.Exists).MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new InvalidOperationException("build samples/web first");
    }

    private static async Task<(string Address, List<string> Lines)> ListeningAsync(System.Diagnostics.Process process)
    {
        var lines = new List<string>();
        while (await process.StandardOutput.ReadLineAsync() is { } line)
        {
            lines.Add(line);
            var at = line.IndexOf("Now listening on: ", StringComparison.Ordinal);
            if (at >= 0) return (line[(at + 18)..].Trim(), lines);
        }
        throw new InvalidOperationException("the sample ended: " + string.Join('\n', lines));
    }

    /// <summary>Asks again until it is so; the runner's own limit ends a test for which it never is.</summary>
    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        while (!await isSo()) await Task.Delay(50, TestContext.Current.CancellationToken);
    }
}
