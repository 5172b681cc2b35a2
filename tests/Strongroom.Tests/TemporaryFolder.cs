namespace Strongroom.Tests;

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private int _count;

    public string Path { get; } = Directory.CreateTempSubdirectory("strongroom-test-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string NewPath() => File($"path{Interlocked.Increment(ref _count)}");

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
