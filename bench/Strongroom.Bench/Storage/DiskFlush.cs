using System.Diagnostics;

namespace Strongroom.Bench.Storage;

/// <summary>How often the disk makes 4 KiB appended to a file durable.</summary>
internal static class DiskFlush
{
    public static double Measure(string folder, TimeSpan duration)
    {
        using var file = File.OpenHandle(Path.Combine(folder, "flush"), FileMode.CreateNew, FileAccess.Write);
        var block = new byte[4096];
        var count = 0;
        var watch = Stopwatch.StartNew();
        for (; watch.Elapsed < duration; count++)
        {
            RandomAccess.Write(file, block, (long)count * block.Length);
            RandomAccess.FlushToDisk(file);
        }
        return count / watch.Elapsed.TotalSeconds;
    }
}
