using System.Text;

namespace Strongroom.Cli.Terminal;

/// <summary>
/// Where the command line writes. Answers go to standard output, everything said to a person goes to standard error, so that
/// output can always be piped. Colours appear only on a terminal and respect <c>NO_COLOR</c> and <c>TERM=dumb</c>.
/// </summary>
internal sealed class Screen
{
    private readonly Lazy<Stream> _output;
    private readonly Lazy<TextWriter> _error;

    /// <summary>Opens nothing yet: `run` usually writes nothing at all.</summary>
    private Screen(Lazy<Stream> output, Lazy<TextWriter> error) => (_output, _error) = (output, error);

    /// <summary>Colours for standard output.</summary>
    public Ink Out => new(HasColours(1));

    /// <summary>Colours for standard error.</summary>
    public Ink Err => new(HasColours(2));

    /// <summary>True leaves out notes and progress; errors stay.</summary>
    public bool Quiet { get; set; }

    /// <summary>Where long texts are broken: the terminal's width, or 80 columns when nobody knows better.</summary>
    public int Width => Math.Clamp(Processes.Libc.WidthOf(1) ?? 80, 40, 100);

    /// <summary>Columns of the terminal that standard output is; null where it is none, and lines may be as long as they are.</summary>
    public int? TerminalWidth => Processes.Libc.WidthOf(1);

    public static Screen OfProcess() => new(
        new Lazy<Stream>(() => Console.OpenStandardOutput()),
        new Lazy<TextWriter>(() => new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true }));

    /// <summary>Writes one line of the answer, without what would steer the terminal.</summary>
    public void Line(string text = "") => _output.Value.Write(Encoding.UTF8.GetBytes(VisibleText.Of(text) + "\n"));

    /// <summary>Writes bytes of the answer as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => _output.Value.Write(bytes);

    /// <summary>The answer as a stream, for writers of whole documents.</summary>
    public Stream Output => _output.Value;

    /// <summary>Tells the person something that is not the answer.</summary>
    public void Note(string text)
    {
        if (!Quiet) Tell(text);
    }

    /// <summary>Tells the person that a thing was done.</summary>
    public void Done(string text) => Note($"{Err.Green("✓")} {text}");

    /// <summary>Tells the person something to look at; also when quiet.</summary>
    public void Warn(string text) => Tell($"{Err.Yellow("!")} {text}");

    /// <summary>Tells the person why the command failed.</summary>
    public void Fail(string text, string? help = null)
    {
        Tell($"{Err.Red("✗")} {text}");
        if (help is not null) Tip(help);
    }

    /// <summary>Tells the person what to do next; also when quiet, since it follows an error.</summary>
    public void Tip(string text) => Tell($"  {Err.Dim("→")} {text}");

    private void Tell(string text) => _error.Value.WriteLine(VisibleText.Of(text));

    private static bool HasColours(int descriptor)
    {
        if (Environment.GetEnvironmentVariable("NO_COLOR") is { Length: > 0 }) return false;
        if (Environment.GetEnvironmentVariable("CLICOLOR_FORCE") is { Length: > 0 } forced && forced != "0") return true;
        return Environment.GetEnvironmentVariable("TERM") != "dumb" && Processes.Libc.isatty(descriptor) == 1;
    }
}
