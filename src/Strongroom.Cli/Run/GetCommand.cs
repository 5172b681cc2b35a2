using Strongroom.Caching;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Formats;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Reads one secret, by name or by reference.</summary>
internal static class GetCommand
{
    public static async Task<int> ExecuteAsync(GetOptions options, Screen screen, CancellationToken cancellationToken)
    {
        screen.Quiet = options.Quiet;
        await using var session = Session.Open(options.Project ?? CurrentFolder.Path);
        using var secrets = session.Secrets(options.Environment);
        using var secret = await ResolveAsync(options, secrets, cancellationToken);
        var output = OutputFile.PathOf(options.Output);
        if (output is not null) OutputFile.WritePrivate(output, secret.Value.Reveal());
        if (options.Json) WriteJson(options, secret, screen, session.Time.GetUtcNow());
        else if (output is not null) screen.Done($"wrote {secret.Name} to {output} {screen.Err.Dim("(readable by you only)")}");
        else if (Masked.MayShow(options.Reveal)) WriteValue(options, secret, screen);
        else
        {
            screen.Line($"{Masked.Show(secret.Value, screen.Out)}  {screen.Out.Dim($"from {secret.Origin?.ToString() ?? "the manifest"}")}");
            screen.Note(screen.Err.Dim("--reveal shows the value; a pipe gets it as it is."));
        }
        return ExitCode.Success;
    }

    private static async Task<ResolvedSecret> ResolveAsync(GetOptions options, ProjectSecrets secrets, CancellationToken cancellationToken)
    {
        var mode = options.NoCache ? CacheMode.Bypass : CacheMode.Use;
        if (options.Name.Contains("://", StringComparison.Ordinal))
        {
            var reference = SecretReference.Parse(options.Name);
            if (options.Version is { } asked) reference = reference with { Address = reference.Address with { Version = asked } };
            return await secrets.ResolveAsync(reference, mode, cancellationToken);
        }
        var hash = options.Name.IndexOf('#');
        if (options.Version is null && hash < 0) return await ResolveAsync(options.Name, secrets, mode, cancellationToken);

        // Versions and fields belong to one store: the first on the way of the name that keeps them.
        var (name, field) = hash < 0 ? (options.Name, null) : (options.Name[..hash], options.Name[(hash + 1)..]);
        var steps = secrets.Plan.Find(name).Steps;
        if (steps.Count == 0) throw new SecretException(SecretErrorKind.Unsupported, "is composed of others and has no versions or fields", name: name);
        SecretException? unsupported = null;
        foreach (var step in steps)
        {
            try
            {
                var address = step.Address with { Version = options.Version ?? step.Address.Version, Field = field ?? step.Address.Field };
                return await secrets.ResolveAsync(step with { Address = address }, mode, cancellationToken);
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Unsupported)
            {
                unsupported = e;
            }
        }
        throw unsupported!;
    }

    private static async Task<ResolvedSecret> ResolveAsync(string name, ProjectSecrets secrets, CacheMode mode, CancellationToken cancellationToken)
    {
        try
        {
            return await secrets.ResolveAsync(name, mode, cancellationToken);
        }
        catch (SecretException e) when (e is { Kind: SecretErrorKind.NotFound, Help: null, Store: null })
        {
            var manifest = secrets.Plan.Manifest;
            var help = manifest.FindSecret(name) is not null ? $"strongroom set {name} -e {secrets.Plan.Environment.Name}"
                : NearestWord.Find(name, [.. manifest.Secrets.Select(s => s.Name)]) is { } near ? $"did you mean {near}?"
                : "strongroom list shows what there is";
            throw new SecretException(e.Kind, e.Reason, name: e.Name, help: help, inner: e);
        }
    }

    private static void WriteValue(GetOptions options, ResolvedSecret secret, Screen screen)
    {
        screen.Bytes(secret.Value.Reveal());
        if (!options.NoNewline) screen.Bytes("\n"u8);
    }

    private static void WriteJson(GetOptions options, ResolvedSecret secret, Screen screen, DateTimeOffset now)
    {
        JsonOutput.WriteObject(screen, json =>
        {
            json.WriteString("name", secret.Name);
            if (OutputFile.PathOf(options.Output) is { } file) json.WriteString("file", Path.GetFullPath(file));
            else if (!Masked.MayShow(options.Reveal)) json.WriteNull("value");
            else if (TryText(secret.Value) is { } text) json.WriteString("value", text);
            else json.WriteBase64String("valueBase64", secret.Value.Reveal());
            json.WriteString("from", secret.Origin?.ToString());
            json.WriteString("source", JsonOutput.Word(secret.Source.ToString()));
            JsonOutput.WriteVersion(json, secret.Version);
            if (secret.CreatedAt is { } created) json.WriteString("createdAt", created);
            json.WriteNumber("ageSeconds", Math.Round(secret.AgeAt(now).TotalSeconds, 3));
            json.WriteBoolean("stale", secret.IsStale);
        });
    }

    private static string? TryText(SecretValue value)
    {
        try
        {
            return value.RevealText();
        }
        catch (SecretException)
        {
            return null;
        }
    }
}
