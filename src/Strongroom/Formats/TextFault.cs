namespace Strongroom.Formats;

/// <summary>One thing wrong in a file that a person wrote. Holds no value of a secret.</summary>
/// <param name="File">Name of the file as the person knows it; empty for a stream.</param>
/// <param name="Line">Line, from 1.</param>
/// <param name="Column">Column, from 1.</param>
/// <param name="Message">What is wrong.</param>
/// <param name="Suggestion">What to write instead.</param>
public sealed record TextFault(string File, int Line, int Column, string Message, string? Suggestion = null)
{
    /// <summary><c>strongroom.yaml:4:3: unknown key 'storse'; did you mean 'stores'?</c></summary>
    public override string ToString() =>
        $"{(File.Length == 0 ? "" : File + ":")}{Line}:{Column}: {Message}{(Suggestion is null ? "" : "; " + Suggestion)}";
}
