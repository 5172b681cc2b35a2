using Strongroom.Cli.Processes;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary><c>strongroom server …</c> becomes the server, which is a program of its own beside this one: a vault at hand must not carry a web server.</summary>
internal static unsafe class ServerCommand
{
    /// <summary>The word that it is asked for by.</summary>
    public const string Name = "server";

    private const string ProgramName = "strongroom-server";

    /// <summary>Becomes the server. Throws NotFound when it is not installed.</summary>
    /// <param name="arguments">What follows the word.</param>
    public static int Execute(ReadOnlySpan<string> arguments)
    {
        var path = Path.Combine(Path.GetDirectoryName(Environment.ProcessPath) ?? ".", ProgramName);
        if (!File.Exists(path))
        {
            throw new SecretException(
                SecretErrorKind.NotFound, $"{ProgramName} is not beside this program", operation: Name, name: path,
                help: "install both programs into one folder");
        }
        using var words = new NativeStrings();
        words.Add(ProgramName);
        foreach (var argument in arguments) words.Add(argument);
        using var environment = new NativeStrings();
        for (var entry = Libc.Environ; *entry is not null; entry++) environment.AddBorrowed(*entry);
        var (_, reason) = Exec.Replace(path, words, environment);
        throw new SecretException(SecretErrorKind.Unsupported, reason, operation: Name, name: path);
    }
}
