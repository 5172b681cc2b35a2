using System.ComponentModel;
using Strongroom.Cli.Processes;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>One program to start with secrets, as often as needed.</summary>
internal sealed class ProgramRun(RunOptions options, Screen screen)
{
    /// <summary>Becomes the program. Returns only when that failed.</summary>
    public int Replace(IReadOnlyList<KeyValuePair<string, SecretValue>> secrets)
    {
        var (path, failure) = Find();
        if (path is null) return Report(failure!);
        using var environment = ChildEnvironment.Build(secrets, options.Clean);
        using var arguments = Arguments();
        return Report(Exec.Replace(path, arguments, environment));
    }

    /// <summary>Starts the program beside us and stays until it ends; restarts it when <paramref name="changes"/> brings other secrets.</summary>
    public async Task<int> SuperviseAsync(
        IReadOnlyList<KeyValuePair<string, SecretValue>> secrets, SecretChanges? changes, CancellationToken cancellationToken)
    {
        var (path, failure) = Find();
        if (path is null) return Report(failure!);
        var ending = false;
        using var forwarding = new SignalForwarding(() => ending = true);
        while (true)
        {
            ChildProcess child;
            var pumps = Task.CompletedTask;
            using (var environment = ChildEnvironment.Build(secrets, options.Clean))
            using (var arguments = Arguments())
            {
                try
                {
                    child = ChildProcess.Start(path, arguments, environment, options.Mask);
                }
                catch (Win32Exception e)
                {
                    return Report(StartFailure.Of(path, e.NativeErrorCode));
                }
            }
            forwarding.Attach(child);
            if (options.Mask)
            {
                var mask = new OutputMask(secrets.Select(s => s.Value));
                pumps = Task.WhenAll(
                    Pump(child.Output!, new DescriptorStream(1), mask), Pump(child.Error!, new DescriptorStream(2), mask));
            }
            using var stopWatching = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            var changed = changes?.WaitAsync(secrets, stopWatching.Token);
            if (changed is null || await Task.WhenAny(child.Exit, changed) == child.Exit || ending)
            {
                var exitCode = await child.Exit;
                await stopWatching.CancelAsync();
                await pumps;
                return exitCode;
            }
            secrets = await changed;
            screen.Note($"{screen.Err.Yellow("↻")} secrets changed; restarting {options.Command[0]}");
            await StopAsync(child, changes!.Time);
            await pumps;
            if (ending) return await child.Exit;
        }
    }

    private (string? Path, StartFailure? Failure) Find() => ProgramFile.Find(options.Command[0], Environment.GetEnvironmentVariable("PATH"));

    private int Report(StartFailure failure)
    {
        screen.Fail($"{(options.Command[0].Length == 0 ? "''" : options.Command[0])}: {failure.Reason}", failure.Help);
        return failure.ExitCode;
    }

    private NativeStrings Arguments()
    {
        var arguments = new NativeStrings();
        foreach (var argument in options.Command) arguments.Add(argument);
        return arguments;
    }

    /// <summary>Asks the child to end, and after ten seconds no longer asks.</summary>
    private static async Task StopAsync(ChildProcess child, TimeProvider time)
    {
        child.Signal(Libc.SIGTERM);
        try
        {
            await child.Exit.WaitAsync(TimeSpan.FromSeconds(10), time);
        }
        catch (TimeoutException)
        {
            child.Signal(Libc.SIGKILL);
            await child.Exit;
        }
    }

    private static Task Pump(Stream from, Stream to, OutputMask mask) => Task.Factory.StartNew(
        () =>
        {
            var masked = new MaskedStream(to, mask);
            var buffer = new byte[16 * 1024];
            try
            {
                int read;
                while ((read = from.Read(buffer)) > 0) masked.Write(buffer.AsSpan(0, read));
                masked.Complete();
            }
            catch (IOException)
            {
                // Whoever read our output is gone. Closing the pipe tells the child so, as SIGPIPE would.
            }
            finally
            {
                from.Dispose();
                System.Security.Cryptography.CryptographicOperations.ZeroMemory(buffer);
            }
        },
        CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
}
