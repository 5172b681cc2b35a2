using System.Text;

namespace Strongroom.CrashWriter;

/// <summary>Whole lines to standard output, each with one write, so that a kill leaves no line of two halves.</summary>
public static class Acknowledgements
{
    private static readonly Lock Gate = new();
    private static readonly Stream Output = Console.OpenStandardOutput();

    public static void Write(string line)
    {
        var bytes = Encoding.ASCII.GetBytes(line + "\n");
        lock (Gate)
        {
            Output.Write(bytes);
        }
    }
}
