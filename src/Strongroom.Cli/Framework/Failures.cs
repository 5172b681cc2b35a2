using Strongroom.Cli.Terminal;
using Strongroom.Files;
using Strongroom.Secrets;

namespace Strongroom.Cli.Framework;

/// <summary>Turns what went wrong into words and an exit code, in one place.</summary>
internal static class Failures
{
    public static async Task<int> ReportAsync(Func<Task<int>> job, Screen screen, bool json, Func<SecretErrorKind, int> exitCode)
    {
        try
        {
            return await job();
        }
        catch (SecretException e)
        {
            return Report(e, screen, json, exitCode);
        }
        catch (OperationCanceledException)
        {
            return ExitCode.Interrupted;
        }
        catch (IOException e) when (e.HResult == 32) // EPIPE: whoever read our output has seen enough.
        {
            return ExitCode.Success;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Report(Explain(e), screen, json, exitCode);
        }
    }

    /// <summary>The text of these is not in the trimmed binary. What can be expected is told where it happens; this is the rest.</summary>
    private static SecretException Explain(Exception e) => e switch
    {
        IOException io when Errno.KindOf(io) == SecretErrorKind.StorageFull => new(SecretErrorKind.StorageFull, "the disk is full", operation: "write the answer", help: "free some space"),
        IOException => new(SecretErrorKind.ReadOnly, $"reading or writing failed (error {e.HResult & 0xffff})", help: "strongroom doctor checks the files of the project"),
        _ => new(SecretErrorKind.ReadOnly, "the file system denies access", help: "strongroom doctor checks the files of the project"),
    };

    private static int Report(SecretException e, Screen screen, bool json, Func<SecretErrorKind, int> exitCode)
    {
        try
        {
            if (json) JsonOutput.WriteError(screen, e);
            else Tell(screen, e);
        }
        catch (Exception second) when (second is IOException or UnauthorizedAccessException)
        {
            // Where the answer goes cannot be written, so a person is told, if that can be done.
            TryTell(screen, e);
        }
        return exitCode(e.Kind);
    }

    private static void TryTell(Screen screen, SecretException e)
    {
        try
        {
            Tell(screen, e);
        }
        catch (Exception gone) when (gone is IOException or UnauthorizedAccessException)
        {
            // Nobody reads it; the exit code says it.
        }
    }

    /// <summary>The message without its help, and the help on a line of its own.</summary>
    public static void Tell(Screen screen, SecretException e) => screen.Fail(e.Headline, e.Help);
}
