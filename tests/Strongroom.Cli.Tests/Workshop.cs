using System.Diagnostics;

namespace Strongroom.Cli.Tests;

/// <summary>A home and an empty project folder of its own, and the published binary on the PATH.</summary>
internal sealed class Workshop : IDisposable
{
    private readonly string _root = Directory.CreateTempSubdirectory("strongroom-").FullName;

    public Workshop()
    {
        Folder = Directory.CreateDirectory(Path.Combine(_root, "project")).FullName;
        Home = Directory.CreateDirectory(Path.Combine(_root, "home")).FullName;
    }

    /// <summary>The project folder, where commands run.</summary>
    public string Folder { get; }

    /// <summary>The person's home.</summary>
    public string Home { get; }

    /// <summary>The root of the repository.</summary>
    public static string Repository { get; } = FindRepository();

    /// <summary>The published binary.</summary>
    public static string Binary
    {
        get
        {
            var path = Path.Combine(Repository, "dist", "strongroom");
            return File.Exists(path) ? path : throw new InvalidOperationException("dist/strongroom is missing: run ./build first");
        }
    }

    public sealed record Outcome(int ExitCode, string Output, string Error);

    /// <summary>Starts a shell command with a fixed, small environment.</summary>
    public Process Start(string command)
    {
        // Whoever runs the tests in the background of a shell has these ignored, and children would inherit that.
        var start = new ProcessStartInfo("/usr/bin/env")
        {
            WorkingDirectory = Folder,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var argument in (string[])["--default-signal=INT,QUIT", "/bin/sh", "-c"]) start.ArgumentList.Add(argument);
        start.ArgumentList.Add(command);
        start.Environment.Clear();
        start.Environment["PATH"] = $"{Path.GetDirectoryName(Binary)}:/usr/local/bin:/usr/bin:/bin";
        start.Environment["HOME"] = Home;
        start.Environment["USER"] = "alice";
        start.Environment["LANG"] = "C.UTF-8";
        start.Environment["REPOSITORY"] = Repository;
        return Process.Start(start)!;
    }

    /// <summary>Runs a shell command to its end, for a minute at most unless a longer limit is given.</summary>
    public Outcome Run(string command, TimeSpan? limit = null)
    {
        using var process = Start(command);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        if (!process.WaitForExit(limit ?? TimeSpan.FromMinutes(1)))
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"still running after {limit ?? TimeSpan.FromMinutes(1)}: {command}");
        }
        return new Outcome(process.ExitCode, output.GetAwaiter().GetResult(), error.GetAwaiter().GetResult());
    }

    public void Dispose() => Directory.Delete(_root, recursive: true);

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Strongroom.slnx"))) folder = Path.GetDirectoryName(folder)!;
        return folder;
    }
}
