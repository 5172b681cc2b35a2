using System.ComponentModel;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Strongroom.Cli.Processes;

/// <summary>
/// A child that we stay with, to mask its output or to restart it. Started by posix_spawn, because .NET's own Process hands
/// down an ignored SIGPIPE. One waiter thread reaps every child, so orphans do not pile up when we are process 1.
/// </summary>
internal sealed unsafe class ChildProcess
{
    private readonly TaskCompletionSource<int> _exit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private ChildProcess(int id) => Id = id;

    /// <summary>Process id.</summary>
    public int Id { get; }

    /// <summary>Completes with the exit code, or 128 + n after signal n.</summary>
    public Task<int> Exit => _exit.Task;

    /// <summary>Read ends of the child's standard output and error, when they were asked for.</summary>
    public Stream? Output { get; private init; }

    /// <inheritdoc cref="Output"/>
    public Stream? Error { get; private init; }

    /// <summary>Starts the program; its output comes to us when <paramref name="captureOutput"/> is set and goes where ours goes otherwise.</summary>
    /// <exception cref="Win32Exception">The program could not be started; NativeErrorCode is the errno.</exception>
    public static ChildProcess Start(string path, NativeStrings arguments, NativeStrings environment, bool captureOutput)
    {
        const int OpaqueSize = 1024; // glibc needs 80 and 336 bytes, musl less
        var actions = stackalloc byte[OpaqueSize];
        var attributes = stackalloc byte[OpaqueSize];
        var signals = stackalloc byte[128];
        var outPipe = stackalloc int[2];
        var errPipe = stackalloc int[2];

        Libc.posix_spawn_file_actions_init(actions);
        Libc.posix_spawnattr_init(attributes);
        try
        {
            Libc.sigemptyset(signals);
            Libc.sigaddset(signals, Libc.SIGPIPE);
            Libc.posix_spawnattr_setsigdefault(attributes, signals);
            Libc.posix_spawnattr_setflags(attributes, Libc.POSIX_SPAWN_SETSIGDEF);
            if (captureOutput)
            {
                OpenPipe(outPipe);
                OpenPipe(errPipe);
                Libc.posix_spawn_file_actions_adddup2(actions, outPipe[1], 1);
                Libc.posix_spawn_file_actions_adddup2(actions, errPipe[1], 2);
            }
            int error, pid;
            fixed (byte* file = Encoding.UTF8.GetBytes(path + "\0"))
            {
                error = Libc.posix_spawn(out pid, file, actions, attributes, arguments.Pointer, environment.Pointer);
            }
            if (captureOutput)
            {
                new SafeFileHandle(outPipe[1], ownsHandle: true).Dispose();
                new SafeFileHandle(errPipe[1], ownsHandle: true).Dispose();
            }
            var child = new ChildProcess(pid)
            {
                Output = captureOutput ? ReadEnd(outPipe) : null,
                Error = captureOutput ? ReadEnd(errPipe) : null,
            };
            if (error != 0)
            {
                child.Output?.Dispose();
                child.Error?.Dispose();
                throw new Win32Exception(error);
            }
            new Thread(child.Wait) { IsBackground = true, Name = "wait for child" }.Start();
            return child;
        }
        finally
        {
            Libc.posix_spawn_file_actions_destroy(actions);
            Libc.posix_spawnattr_destroy(attributes);
        }
    }

    /// <summary>Sends a signal; a child that has ended takes no notice.</summary>
    public void Signal(int signal)
    {
        if (!Exit.IsCompleted) Libc.kill(Id, signal);
    }

    private void Wait()
    {
        while (true)
        {
            var pid = Libc.waitpid(-1, out var status, 0);
            if (pid == Id)
            {
                var signal = status & 0x7f;
                _exit.SetResult(signal == 0 ? (status >> 8) & 0xff : 128 + signal);
                return;
            }
            if (pid < 0 && Marshal.GetLastPInvokeError() != Libc.EINTR)
            {
                _exit.TrySetException(new Win32Exception(Marshal.GetLastPInvokeError()));
                return;
            }
        }
    }

    private static void OpenPipe(int* ends)
    {
        if (Libc.pipe2(ends, Libc.O_CLOEXEC) != 0) throw new Win32Exception(Marshal.GetLastPInvokeError());
    }

    private static FileStream ReadEnd(int* ends) =>
        new(new SafeFileHandle(ends[0], ownsHandle: true), FileAccess.Read, bufferSize: 0, isAsync: false);
}
