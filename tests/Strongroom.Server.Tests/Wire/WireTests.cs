using Shouldly;
using Xunit;

namespace Strongroom.Server.Tests.Wire;

/// <summary>
/// Every endpoint as it looks on the wire. A golden is a text of requests and the answers to them, in order, against one server; what differs
/// from run to run stands as <c>&lt;time&gt;</c>, <c>&lt;token&gt;</c> and the like. STRONGROOM_GOLDENS=update writes them anew.
/// </summary>
public sealed class WireTests
{
    public static TheoryData<string> Names => [.. Directory.GetFiles(Folder, "*.txt").Select(file => Path.GetFileNameWithoutExtension(file)!).Order(StringComparer.Ordinal)];

    private static string Folder
    {
        get
        {
            var folder = AppContext.BaseDirectory;
            while (!File.Exists(Path.Combine(folder, "Strongroom.slnx"))) folder = Path.GetDirectoryName(folder)!;
            return Path.Combine(folder, "tests", "Strongroom.Server.Tests", "Wire", "Goldens");
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Answers_are_those_of_the_golden(string name)
    {
        var path = Path.Combine(Folder, name + ".txt");
        var expected = await File.ReadAllTextAsync(path);
        await using var server = await RunningServer.StartAsync();
        var actual = await WireGolden.ReplayAsync(server, expected);
        if (Environment.GetEnvironmentVariable("STRONGROOM_GOLDENS") == "update") await File.WriteAllTextAsync(path, actual);
        else RequireEqual(actual.Split('\n'), expected.Split('\n'));
    }

    /// <summary>Tells the first line that differs, with the request before it.</summary>
    private static void RequireEqual(string[] actual, string[] expected)
    {
        for (var i = 0; i < Math.Max(actual.Length, expected.Length); i++)
        {
            var request = Array.FindLast(expected[..Math.Min(i, expected.Length)], line => line.StartsWith("> ", StringComparison.Ordinal));
            (i < actual.Length ? actual[i] : "(end)").ShouldBe(i < expected.Length ? expected[i] : "(end)", $"line {i + 1}, after {request}");
        }
    }
}
