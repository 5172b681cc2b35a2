using Strongroom.Cli.Processes;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.VaultApi;

/// <summary><c>server</c>: this program becomes <c>strongroom-server</c>, which lies beside it or in a folder of PATH.</summary>
internal static unsafe class ServerStart
{
    private const string Program = "strongroom-server";

    /// <summary>Returns only when it could not be started, with the exit code.</summary>
    /// <param name="name">What this program was called as: who looks for <c>vault</c> in a list of processes finds the server.</param>
    public static int Become(string name, ReadOnlySpan<string> arguments, Screen screen)
    {
        var beside = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? "", Program);
        var (path, failure) = ProgramFile.Find(beside, searchPath: null);
        if (path is null) (path, failure) = ProgramFile.Find(Program, Environment.GetEnvironmentVariable("PATH"));
        if (path is not null)
        {
            using var words = new NativeStrings();
            words.Add(name + "-server");
            foreach (var argument in arguments) words.Add(argument);
            using var environment = new NativeStrings();
            for (var entry = Libc.Environ; *entry is not null; entry++) environment.AddBorrowed(*entry);
            failure = Exec.Replace(path, words, environment);
        }
        screen.Note($"Error: {Program}: {failure!.Reason}");
        screen.Note($"  → it is installed beside {Environment.ProcessPath}, or somewhere in PATH");
        return failure.ExitCode;
    }
}
