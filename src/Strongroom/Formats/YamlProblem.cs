using YamlDotNet.Core;

namespace Strongroom.Formats;

/// <summary>Says what is wrong with text that is not YAML.</summary>
internal static class YamlProblem
{
    public static void Report(YamlException problem, string text, string file, TextFaults faults)
    {
        // The parser notices a tab late and elsewhere, if at all.
        if (FindTab(text) is { } tab)
        {
            faults.Add(new TextPlace(file, tab.Line, tab.Column), "not YAML: a tab in the indentation", "indent with spaces");
            return;
        }
        var message = Shorten(problem.Message);
        faults.Add(new TextPlace(file, (int)problem.Start.Line, (int)problem.Start.Column), $"not YAML: {message}", Advise(message));
    }

    /// <summary>"While scanning a quoted scalar, found unexpected end of stream." is said without its first half.</summary>
    private static string Shorten(string message)
    {
        var comma = message.IndexOf(", ", StringComparison.Ordinal);
        if (comma < 0 || !message.StartsWith("While", StringComparison.Ordinal)) return "it cannot be read from this place on";
        return message[(comma + 2)..].TrimStart().TrimEnd('.');
    }

    private static string? Advise(string message) => message switch
    {
        "found invalid mapping" => "quote a value that contains a colon and a space",
        "found unexpected end of stream" => "close the quotes that begin here",
        "did not find expected key" => "check the indentation of this line",
        _ => null,
    };

    private static (int Line, int Column)? FindTab(string text)
    {
        var line = 1;
        foreach (var range in text.AsSpan().Split('\n'))
        {
            var content = text.AsSpan(range);
            var indentation = content[..^content.TrimStart(" \t").Length];
            if (indentation.Length < content.Length && indentation.IndexOf('\t') is var tab and >= 0) return (line, tab + 1);
            line++;
        }
        return null;
    }
}
