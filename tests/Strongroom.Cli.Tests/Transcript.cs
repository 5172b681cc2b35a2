using System.Text;
using System.Text.RegularExpressions;

namespace Strongroom.Cli.Tests;

/// <summary>
/// A session as a person would see it. <c>$ command</c> runs in a shell; <c>1&gt; line</c> and <c>2&gt; line</c> are what must come
/// out and <c>exit n</c> the exit code when it is not 0. <c>&lt;*&gt;</c> stands for anything within a line and <c>1&gt; &lt;...&gt;</c> for
/// any number of lines. With STRONGROOM_TRANSCRIPTS=print the real session is shown on failure, ready to be looked at and pasted.
/// </summary>
internal static partial class Transcript
{
    public static string? Replay(string text, Workshop workshop)
    {
        var real = new StringBuilder();
        var faults = new StringBuilder();
        foreach (var step in Parse(text))
        {
            var outcome = workshop.Run(step.Command);
            real.Append("$ ").Append(step.Command.Replace("\n", "\n  ", StringComparison.Ordinal)).Append('\n');
            Append(real, "1> ", outcome.Output);
            Append(real, "2> ", outcome.Error);
            if (outcome.ExitCode != 0) real.Append("exit ").Append(outcome.ExitCode).Append('\n');
            real.Append('\n');

            if (outcome.ExitCode != step.ExitCode) faults.AppendLine($"$ {step.Command}\n  exit code {outcome.ExitCode}, expected {step.ExitCode}");
            if (!Matches(step.Output, outcome.Output)) faults.AppendLine($"$ {step.Command}\n  standard output differs:\n{outcome.Output}");
            if (!Matches(step.Error, outcome.Error)) faults.AppendLine($"$ {step.Command}\n  standard error differs:\n{outcome.Error}");
        }
        return faults.Length == 0 ? null : $"{faults}\n--- the whole session as it was ---\n{real}";
    }

    private static bool Matches(List<string> expected, string actual)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in expected)
        {
            pattern.Append(line == "<...>" ? "(?:.*\n)*?" : Regex.Escape(line).Replace("<\\*>", ".*?", StringComparison.Ordinal) + "\n");
        }
        if (actual.Length > 0 && !actual.EndsWith('\n')) actual += "\n";
        return Regex.IsMatch(actual, pattern.Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    private static void Append(StringBuilder target, string prefix, string text)
    {
        if (text.Length == 0) return;
        foreach (var line in text.TrimEnd('\n').Split('\n')) target.Append(prefix).Append(line).Append('\n');
    }

    private sealed record Step(string Command)
    {
        public List<string> Output { get; } = [];
        public List<string> Error { get; } = [];
        public int ExitCode { get; set; }
    }

    private static List<Step> Parse(string text)
    {
        var steps = new List<Step>();
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("$ ", StringComparison.Ordinal)) steps.Add(new Step(line[2..]));
            else if (line.StartsWith("  ", StringComparison.Ordinal)) steps[^1] = Continue(steps[^1], line[2..]);
            else if (line.StartsWith("1>", StringComparison.Ordinal)) steps[^1].Output.Add(line.Length > 3 ? line[3..] : "");
            else if (line.StartsWith("2>", StringComparison.Ordinal)) steps[^1].Error.Add(line.Length > 3 ? line[3..] : "");
            else if (line.StartsWith("exit ", StringComparison.Ordinal)) steps[^1].ExitCode = int.Parse(line[5..]);
            else if (line.Length > 0 && line[0] != '#') throw new FormatException($"not a line of a transcript: {line}");
        }
        return steps;
    }

    private static Step Continue(Step step, string line) => new(step.Command + "\n" + line);
}
