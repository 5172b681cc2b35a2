using System.Diagnostics;
using System.Text;

namespace Strongroom.Cli.Tests.Processes;

/// <summary>A running command and what it has said so far; with a terminal of its own when asked.</summary>
internal sealed class Conversation : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly StringBuilder _said = new();
    private readonly byte[] _buffer = new byte[4096];
    private int _heardUpTo;

    private Conversation(Process process) => Process = process;

    public Process Process { get; }

    /// <summary>Starts a command whose process id is that of <see cref="Process"/>.</summary>
    public static Conversation Start(Workshop workshop, string command) => new(workshop.Start("exec " + command + " 2>&1"));

    /// <summary>Starts a command on a pseudo terminal.</summary>
    public static Conversation OnTerminal(Workshop workshop, string command) =>
        new(workshop.Start($"exec script -qec '{command.Replace("'", "'\\''", StringComparison.Ordinal)}' /dev/null"));

    /// <summary>Everything that came out so far.</summary>
    public string Said => _said.ToString();

    /// <summary>Waits until the command says something that it has not said before.</summary>
    public async Task HearAsync(string text)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (true)
        {
            var at = Said.IndexOf(text, _heardUpTo, StringComparison.Ordinal);
            if (at >= 0)
            {
                _heardUpTo = at + text.Length;
                return;
            }
            var read = await Process.StandardOutput.BaseStream.ReadAsync(_buffer, patience.Token);
            if (read == 0) throw new InvalidOperationException($"ended without saying '{text}'; it said: {Said}");
            _said.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        }
    }

    public async Task SayAsync(string text)
    {
        await Process.StandardInput.WriteAsync(text);
        await Process.StandardInput.FlushAsync();
    }

    /// <summary>Reads to the end and gives the exit code.</summary>
    public async Task<int> EndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        int read;
        while ((read = await Process.StandardOutput.BaseStream.ReadAsync(_buffer, patience.Token)) > 0) _said.Append(Encoding.UTF8.GetString(_buffer, 0, read));
        await Process.WaitForExitAsync(patience.Token);
        return Process.ExitCode;
    }

    public void Dispose()
    {
        if (!Process.HasExited) Process.Kill(entireProcessTree: true);
        Process.Dispose();
    }
}
