using System.CommandLine;
using System.Text.Json;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>Tells which store answers for a name and what the others say. Never a value.</summary>
internal sealed class ExplainVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("Name of the secret.");

    public ExplainVerb() : base(
        VerbGroup.Look, "explain", "Tell where a value comes from, and what every other store says.",
        ("strongroom explain OPENAI_API_KEY", "every store on its way, in order"),
        ("strongroom explain OPENAI_API_KEY -e production --json", "for a program"))
    {
        Add(_name);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        using var secrets = session.Secrets(invocation.Environment);
        var name = invocation.Get(_name);
        var explanation = await secrets.ExplainAsync(name, cancellationToken: invocation.CancellationToken);
        if (invocation.Json) WriteJson(invocation.Screen, explanation, secrets.Plan.Environment.Name);
        else WriteText(invocation.Screen, explanation, secrets);
        return explanation.Error is null ? ExitCode.Success : ExitCode.For(explanation.Error.Kind);
    }

    private static void WriteText(Screen screen, Explanation explanation, ProjectSecrets secrets)
    {
        var ink = screen.Out;
        var definition = secrets.Plan.Find(explanation.Name).Definition;
        screen.Line($"{ink.Bold(explanation.Name)} in {secrets.Plan.Environment.Name}{(definition.Description is { } text ? ink.Dim("  " + VisibleText.OnOneLine(text)) : "")}");
        WriteSteps(screen, explanation, "  ");
        if (definition.Template is { } template) screen.Line($"  {ink.Dim("composed of")} {template}");
        WriteParts(screen, explanation, "    ");
        if (explanation.UsesDefault) screen.Line($"  {ink.Green("✓")} the default in strongroom.yaml");
        if (explanation.Error is { } error) Failures.Tell(screen, error);
    }

    private static void WriteSteps(Screen screen, Explanation explanation, string indent)
    {
        for (var i = 0; i < explanation.Attempts.Count; i++)
        {
            var attempt = explanation.Attempts[i];
            var took = attempt.Elapsed > TimeSpan.FromMilliseconds(1) ? screen.Out.Dim($"  {attempt.Elapsed.TotalMilliseconds:0} ms") : "";
            screen.Line($"{indent}{i + 1}. {Mark(attempt.Verdict, screen.Out)} {attempt.Reference}  {Words(attempt)}{took}");
        }
    }

    private static void WriteParts(Screen screen, Explanation explanation, string indent)
    {
        foreach (var part in explanation.Parts)
        {
            screen.Line($"{indent}{(part.Error is null ? screen.Out.Green("✓") : screen.Out.Red("✗"))} {part.Name}{(part.UsesDefault ? "  the default in strongroom.yaml" : "")}");
            WriteSteps(screen, part, indent + "  ");
            WriteParts(screen, part, indent + "  ");
        }
    }

    private static string Mark(StepVerdict verdict, Ink ink) => verdict switch
    {
        StepVerdict.Answered => ink.Green("✓"),
        StepVerdict.Stopped => ink.Red("✗"),
        StepVerdict.FellThrough => ink.Yellow("↓"),
        _ => ink.Dim("·"),
    };

    private static string Words(ResolutionAttempt attempt) => attempt.Verdict switch
    {
        StepVerdict.Answered => $"answers{Version(attempt)}{(attempt.Source == AnswerSource.Store ? "" : " from the cache")}{(attempt.Error is { } stale ? $"; stale, because {stale.Reason}" : "")}",
        StepVerdict.FellThrough => attempt.Error!.Kind == SecretErrorKind.NotFound ? "has none" : $"{JsonOutput.KindName(attempt.Error.Kind)}: {attempt.Error.Reason}; the next is asked",
        StepVerdict.Stopped => $"{JsonOutput.KindName(attempt.Error!.Kind)}: {attempt.Error.Reason}; no other store is asked",
        StepVerdict.Skipped => $"is passed over: {attempt.Error?.Reason}",
        StepVerdict.Shadowed => $"has {(attempt.SameValue == true ? "the same value" : "another value")}{Version(attempt)}, which is not used",
        _ => attempt.Error is { } error && error.Kind != SecretErrorKind.NotFound ? $"is not needed; {error.Reason}" : "has none",
    };

    private static string Version(ResolutionAttempt attempt) => attempt.Version is { } version ? $" (version {version})" : "";

    private static void WriteJson(Screen screen, Explanation explanation, string environment) => JsonOutput.Write(screen, json =>
    {
        json.WriteStartObject();
        json.WriteString("environment", environment);
        WriteFields(json, explanation);
        json.WriteEndObject();
    });

    private static void WriteFields(Utf8JsonWriter json, Explanation explanation)
    {
        json.WriteString("name", explanation.Name);
        json.WriteString("from", explanation.Origin?.ToString());
        json.WriteBoolean("usesDefault", explanation.UsesDefault);
        json.WriteStartArray("steps");
        foreach (var attempt in explanation.Attempts)
        {
            json.WriteStartObject();
            json.WriteString("reference", attempt.Reference.ToString());
            json.WriteString("verdict", JsonOutput.Word(attempt.Verdict.ToString()));
            JsonOutput.WriteVersion(json, attempt.Version);
            if (attempt.SameValue is { } same) json.WriteBoolean("sameValue", same);
            json.WriteNumber("milliseconds", Math.Round(attempt.Elapsed.TotalMilliseconds, 3));
            if (attempt.Error is { } error)
            {
                json.WriteString("errorKind", JsonOutput.KindName(error.Kind));
                WriteError(json, error);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteStartArray("parts");
        foreach (var part in explanation.Parts)
        {
            json.WriteStartObject();
            WriteFields(json, part);
            json.WriteEndObject();
        }
        json.WriteEndArray();
        if (explanation.Error is { } failure) WriteError(json, failure);
    }

    private static void WriteError(Utf8JsonWriter json, SecretException error)
    {
        json.WriteString("error", error.Statement);
        if (error.Help is not null) json.WriteString("help", error.Help);
    }
}
