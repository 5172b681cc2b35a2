using System.Globalization;
using Xunit;

namespace Strongroom.Tests.Storage.Crash;

/// <summary>kill -9, again and again: 200 times, or as often as STRONGROOM_TEST_KILLS says.</summary>
internal static class Kills
{
    private const int PerFolder = 20;

    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("STRONGROOM_TEST_KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 200;

    /// <summary>Kills writers at random moments, a number of them on what the ones before have left.</summary>
    /// <param name="output">Gets the seed and the number of lines that were acknowledged.</param>
    /// <param name="linesMax">A writer lives at least until it has acknowledged fewer lines than this.</param>
    /// <param name="make">Makes what they write into.</param>
    /// <param name="start">Starts the writer of a run.</param>
    /// <param name="check">Compares what is there with the lines that the writer of a run acknowledged.</param>
    public static async Task RunAsync(
        ITestOutputHelper output, int linesMax, Func<TemporaryFolder, Task> make, Func<TemporaryFolder, string, ChildWriter> start,
        Func<TemporaryFolder, int, string[], Task> check)
    {
        var seed = Environment.TickCount;
        output.WriteLine($"seed {seed}, {Count} kills");
        var random = new Random(seed);
        var acknowledged = 0;
        for (var kill = 0; kill < Count;)
        {
            using var folder = new TemporaryFolder();
            await make(folder);
            for (var run = 0; run < PerFolder && kill < Count; run++, kill++)
            {
                await using var child = start(folder, run.ToString(CultureInfo.InvariantCulture));
                var lines = await child.KillAfterAsync(random.Next(1, linesMax), TimeSpan.FromMicroseconds(random.Next(600)));
                acknowledged += lines.Length;
                await check(folder, run, lines);
            }
        }
        output.WriteLine($"{acknowledged} acknowledged");
    }
}
