using System.Diagnostics;
using System.Text;
using Strongroom.CrashWriter;

namespace Strongroom.Tests.Storage.Crash;

/// <summary>A Strongroom.CrashWriter process, and the lines it has acknowledged.</summary>
internal sealed class ChildWriter : IAsyncDisposable
{
    private readonly Process _process;

    private ChildWriter(Process process) => _process = process;

    public static ChildWriter Start(params string[] arguments)
    {
        var start = new ProcessStartInfo(Environment.GetEnvironmentVariable("DOTNET_HOST_PATH") ?? "dotnet")
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["DOTNET_TieredPGO"] = "0";
        start.ArgumentList.Add(typeof(StorageWriter).Assembly.Location);
        foreach (var argument in arguments)
        {
            start.ArgumentList.Add(argument);
        }
        return new ChildWriter(Process.Start(start)!);
    }

    /// <summary>Sends SIGKILL once so many lines have come and so much more time has passed; returns every whole line.</summary>
    public async Task<string[]> KillAfterAsync(int lines, TimeSpan more)
    {
        var errors = _process.StandardError.ReadToEndAsync();
        var output = new MemoryStream();
        var buffer = new byte[64 * 1024];
        var seen = 0;
        var killed = false;
        for (int read; (read = await _process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0;)
        {
            output.Write(buffer, 0, read);
            seen += buffer.AsSpan(0, read).Count((byte)'\n');
            if (seen >= lines && !killed)
            {
                for (var watch = Stopwatch.StartNew(); watch.Elapsed < more;)
                {
                    Thread.SpinWait(50);
                }
                _process.Kill();
                killed = true;
            }
        }
        await _process.WaitForExitAsync();
        if (!killed)
        {
            throw new InvalidOperationException($"the child ended by itself: {await errors}");
        }
        // What stands after the last line feed is half a line and acknowledges nothing.
        return Encoding.ASCII.GetString(output.ToArray()).Split('\n')[..^1];
    }

    /// <summary>Waits for the end; returns the lines, or throws with what the child said on standard error.</summary>
    public async Task<string[]> FinishAsync()
    {
        var errors = _process.StandardError.ReadToEndAsync();
        var output = await _process.StandardOutput.ReadToEndAsync();
        await _process.WaitForExitAsync();
        return _process.ExitCode == 0
            ? output.Split('\n', StringSplitOptions.RemoveEmptyEntries)
            : throw new InvalidOperationException($"the child failed: {await errors}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync();
        }
        _process.Dispose();
    }
}
