using System.Runtime.InteropServices;

namespace Strongroom.Cli.Processes;

/// <summary>
/// While it lives, signals sent to us reach the child instead of ending us. What the terminal sends (Ctrl-C, Ctrl-\) has already
/// reached the child when we are in the foreground, so it is not sent twice.
/// </summary>
internal sealed class SignalForwarding : IDisposable
{
    private static readonly (PosixSignal Signal, int Number, bool FromTerminal)[] Forwarded =
    [
        (PosixSignal.SIGHUP, 1, false), (PosixSignal.SIGINT, 2, true), (PosixSignal.SIGQUIT, 3, true), (PosixSignal.SIGTERM, 15, false),
        ((PosixSignal)10, 10, false), ((PosixSignal)12, 12, false), // SIGUSR1, SIGUSR2
    ];

    private readonly List<PosixSignalRegistration> _registrations = [];
    private readonly List<int> _early = [];
    private readonly Lock _lock = new();
    private ChildProcess? _child;

    /// <param name="onTerminate">Called when a signal asks the whole run to end, so that a restart does not follow.</param>
    public SignalForwarding(Action onTerminate)
    {
        foreach (var (signal, number, fromTerminal) in Forwarded)
        {
            _registrations.Add(PosixSignalRegistration.Create(signal, context =>
            {
                context.Cancel = true;
                if (number is 1 or 2 or 3 or 15) onTerminate();
                if (!(fromTerminal && InForeground())) Forward(number);
            }));
        }
    }

    /// <summary>Names the child that gets the signals from now on; those that came while there was none reach it at once.</summary>
    public void Attach(ChildProcess child)
    {
        lock (_lock)
        {
            _child = child;
            foreach (var number in _early) child.Signal(number);
            _early.Clear();
        }
    }

    private void Forward(int number)
    {
        lock (_lock)
        {
            if (_child is { Exit.IsCompleted: false } child) child.Signal(number);
            else _early.Add(number);
        }
    }

    public void Dispose()
    {
        foreach (var registration in _registrations) registration.Dispose();
    }

    private static bool InForeground() => Libc.isatty(0) == 1 && Libc.tcgetpgrp(0) == Libc.getpgrp();
}
