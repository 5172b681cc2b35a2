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

    /// <param name="question">The question without its choices.</param>
    /// <param name="otherwise">What an empty line means. A terminal that is gone means no.</param>
    public static bool Ask(string question, bool otherwise = false)
    {
        Console.Error.Write($"{question} {(otherwise ? "[Y/n]" : "[y/N]")} ");
        using var terminal = new StreamReader(Terminal);
        var answer = terminal.ReadLine()?.Trim();
        return answer is "y" or "Y" or "yes" || (otherwise && answer is "");
    }
}
