using System.Globalization;

namespace Strongroom.Tests.Storage.Crash;

/// <summary>How often crash tests kill: 200 times, or what STRONGROOM_TEST_KILLS says.</summary>
internal static class Kills
{
    public static int Count { get; } =
        int.TryParse(Environment.GetEnvironmentVariable("STRONGROOM_TEST_KILLS"), CultureInfo.InvariantCulture, out var count) ? count : 200;
}
