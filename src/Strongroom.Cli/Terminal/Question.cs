namespace Strongroom.Cli.Terminal;

/// <summary>Asks yes or no; no is the answer when in doubt.</summary>
internal static class Question
{
    public static bool CanAsk => SecretInput.CanPrompt;

    public static bool Ask(string question)
    {
        Console.Error.Write($"{question} [y/N] ");
        return Console.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }
}
