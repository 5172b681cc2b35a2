using System.Text;
using System.Text.RegularExpressions;

namespace Strongroom.Cli.Tests;

/// <summary>
/// A session as a person would see it. <c>$ command</c> runs in a shell; <c>1&gt; line</c> and <c>2&gt; line</c> are what must come
/// out and <c>exit n</c> the exit code when it is not 0. <c>&lt;*&gt;</c> stands for anything within a line. The folders of the
/// workshop are written as <c>/project</c>, <c>/home/alice</c> and <c>/repository</c>.
/// </summary>
internal static partial class Transcript
{
    /// <summary>Plays the session; null when it goes as written, else the differences. <paramref name="real"/> is the session as it was.</summary>
    public static string? Replay(string text, Workshop workshop, out string real)
    {
        var session = new StringBuilder();
        var faults = new StringBuilder();
        foreach (var step in Parse(text))
        {
            session.Append(step.Comment);
            var outcome = workshop.Run(step.Command);
            var (output, error) = (Portable(outcome.Output, workshop), Portable(outcome.Error, workshop));
            session.Append("$ ").Append(step.Command.Replace("\n", "\n  ", StringComparison.Ordinal)).Append('\n');
            Append(session, "1> ", output);
            Append(session, "2> ", error);
            if (outcome.ExitCode != 0) session.Append("exit ").Append(outcome.ExitCode).Append('\n');
            session.Append('\n');

            if (outcome.ExitCode != step.ExitCode) faults.AppendLine($"$ {step.Command}\n  exit code {outcome.ExitCode}, expected {step.ExitCode}");
            if (!Matches(step.Output, output)) faults.AppendLine($"$ {step.Command}\n  standard output differs:\n{output}");
            if (!Matches(step.Error, error)) faults.AppendLine($"$ {step.Command}\n  standard error differs:\n{error}");
        }
        real = session.ToString().TrimEnd('\n') + "\n";
        return faults.Length == 0 ? null : faults.ToString();
    }

    /// <summary>Puts <c>&lt;*&gt;</c> where every run differs: times, identities, durations, the name of the user.</summary>
    public static string Generalise(string session) => Varying().Replace(session, "<*>");

    private static string Portable(string text, Workshop workshop) => text
        .Replace(workshop.Folder, "/project", StringComparison.Ordinal)
        .Replace(workshop.Home, "/home/alice", StringComparison.Ordinal)
        .Replace(Workshop.Repository, "/repository", StringComparison.Ordinal);

    private static bool Matches(List<string> expected, string actual)
    {
        var pattern = new StringBuilder("^");
        foreach (var line in expected) pattern.Append(Regex.Escape(line).Replace("<\\*>", ".*?", StringComparison.Ordinal)).Append('\n');
        if (actual.Length > 0 && !actual.EndsWith('\n')) actual += "\n";
        return Regex.IsMatch(actual, pattern.Append('$').ToString(), RegexOptions.CultureInvariant, TimeSpan.FromSeconds(5));
    }

    private static void Append(StringBuilder target, string prefix, string text)
    {
        if (text.Length == 0) return;
        if (text.EndsWith('\n')) text = text[..^1];
        foreach (var line in text.Split('\n')) target.Append(line.Length == 0 ? prefix.TrimEnd() : prefix + line).Append('\n');
    }

    private sealed record Step(string Command, string Comment)
    {
        public List<string> Output { get; } = [];
        public List<string> Error { get; } = [];
        public int ExitCode { get; set; }
    }

    private static List<Step> Parse(string text)
    {
        var steps = new List<Step>();
        var comment = "";
        foreach (var line in text.Split('\n'))
        {
            if (line.StartsWith("$ ", StringComparison.Ordinal))
            {
                steps.Add(new Step(line[2..], comment));
                comment = "";
            }
            else if (line.StartsWith("  ", StringComparison.Ordinal)) steps[^1] = steps[^1] with { Command = steps[^1].Command + "\n" + line[2..] };
            else if (line.StartsWith("1>", StringComparison.Ordinal)) steps[^1].Output.Add(line.Length > 3 ? line[3..] : "");
            else if (line.StartsWith("2>", StringComparison.Ordinal)) steps[^1].Error.Add(line.Length > 3 ? line[3..] : "");
            else if (line.StartsWith("exit ", StringComparison.Ordinal)) steps[^1].ExitCode = int.Parse(line[5..]);
            else if (line.StartsWith('#')) comment += line + "\n";
            else if (line.Length > 0) throw new FormatException($"not a line of a transcript: {line}");
        }
        return steps;
    }

    [GeneratedRegex(@"\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d(\.\d+)?(\+00:00|Z)?)?|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}|(?<=strongroom_)[0-9a-f]{32}|  \d+ ms|(?<=owner:)\w+|(?<=""ageSeconds"": )[0-9.]+|(?<= )\d+(?= variables)", RegexOptions.CultureInvariant)]
    private static partial Regex Varying();
}
