using System.Text;

namespace Strongroom.Cli.Terminal;

/// <summary>
/// Where the command line writes. Answers go to standard output, everything said to a person goes to standard error, so that
/// output can always be piped. Colours appear only on a terminal and respect <c>NO_COLOR</c> and <c>TERM=dumb</c>.
/// </summary>
internal sealed class Screen
{
    private readonly Stream _output;
    private readonly TextWriter _error;

    public Screen(Stream output, TextWriter error, bool colourOutput, bool colourError)
    {
        _output = output;
        _error = error;
        Out = new Ink(colourOutput);
        Err = new Ink(colourError);
    }

    /// <summary>Colours for standard output.</summary>
    public Ink Out { get; }

    /// <summary>Colours for standard error.</summary>
    public Ink Err { get; }

    /// <summary>True leaves out notes and progress; errors stay.</summary>
    public bool Quiet { get; set; }

    public static Screen OfProcess()
    {
        var plain = !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("NO_COLOR"))
            || string.Equals(Environment.GetEnvironmentVariable("TERM"), "dumb", StringComparison.Ordinal);
        var forced = Environment.GetEnvironmentVariable("CLICOLOR_FORCE") is { Length: > 0 } force && force != "0";
        return new Screen(
            Console.OpenStandardOutput(),
            new StreamWriter(Console.OpenStandardError(), new UTF8Encoding(false)) { AutoFlush = true },
            colourOutput: !plain && (forced || Processes.Libc.isatty(1) == 1),
            colourError: !plain && (forced || Processes.Libc.isatty(2) == 1));
    }

    /// <summary>Writes one line of the answer.</summary>
    public void Line(string text = "") => _output.Write(Encoding.UTF8.GetBytes(text + "\n"));

    /// <summary>Writes bytes of the answer as they are.</summary>
    public void Bytes(ReadOnlySpan<byte> bytes) => _output.Write(bytes);

    /// <summary>The answer as a stream, for writers of whole documents.</summary>
    public Stream Output => _output;

    /// <summary>Tells the person something that is not the answer.</summary>
    public void Note(string text)
    {
        if (!Quiet) _error.WriteLine(text);
    }

    /// <summary>Tells the person that a thing was done.</summary>
    public void Done(string text) => Note($"{Err.Green("✓")} {text}");

    /// <summary>Tells the person something to look at; also when quiet.</summary>
    public void Warn(string text) => _error.WriteLine($"{Err.Yellow("!")} {text}");

    /// <summary>Tells the person why the command failed.</summary>
    public void Fail(string text, string? help = null)
    {
        _error.WriteLine($"{Err.Red("✗")} {text}");
        if (help is not null) _error.WriteLine($"  {Err.Dim("→")} {help}");
    }
}
