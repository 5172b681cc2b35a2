namespace Strongroom.Cli.Terminal;

/// <summary>The few colours that the command line uses, or none of them.</summary>
internal readonly struct Ink(bool on)
{
    public string Bold(string text) => Wrap(text, "1");
    public string Dim(string text) => Wrap(text, "2");
    public string Red(string text) => Wrap(text, "31");
    public string Green(string text) => Wrap(text, "32");
    public string Yellow(string text) => Wrap(text, "33");
    public string Cyan(string text) => Wrap(text, "36");

    private string Wrap(string text, string code) => on && text.Length > 0 ? $"\x1b[{code}m{text}\x1b[0m" : text;
}
