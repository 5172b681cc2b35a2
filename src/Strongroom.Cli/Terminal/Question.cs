namespace Strongroom.Cli.Terminal;

/// <summary>Asks yes or no on the terminal, also when a value comes through a pipe; no is the answer when in doubt.</summary>
internal static class Question
{
    private const string Terminal = "/dev/tty";

    /// <summary>True when somebody sees the question and can answer it.</summary>
    public static bool CanAsk
    {
        get
        {
            if (Processes.Libc.isatty(2) != 1) return false;
            try
            {
                using var terminal = File.OpenRead(Terminal);
                return true;
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                return false;
            }
        }
    }

    public static bool Ask(string question)
    {
        Console.Error.Write($"{question} [y/N] ");
        using var terminal = new StreamReader(Terminal);
        return terminal.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
