using Strongroom.Caching;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Reads one secret, by name or by reference.</summary>
internal static class GetCommand
{
    public static async Task<int> ExecuteAsync(GetOptions options, Screen screen, CancellationToken cancellationToken)
    {
        screen.Quiet = options.Quiet;
        await using var session = Session.Open(options.Project ?? Directory.GetCurrentDirectory());
        using var secrets = session.Secrets(options.Environment);
        using var secret = await ResolveAsync(options, secrets, cancellationToken);
        if (options.Output is not null) OutputFile.WritePrivate(options.Output, secret.Value.Reveal());
        if (options.Json) WriteJson(options, secret, screen, session.Time.GetUtcNow());
        else if (options.Output is not null) screen.Done($"wrote {secret.Name} to {options.Output} {screen.Err.Dim("(readable by you only)")}");
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
        if (options.Version is not { } version) return await secrets.ResolveAsync(options.Name, mode, cancellationToken);

        // Versions belong to one store: the first on the way of the name that keeps them.
        var steps = secrets.Plan.Find(options.Name).Steps;
        if (steps.Count == 0) throw new SecretException(SecretErrorKind.Unsupported, "is composed of others and has no versions", name: options.Name);
        SecretException? unsupported = null;
        foreach (var step in steps)
        {
            try
            {
                return await secrets.ResolveAsync(step with { Address = step.Address with { Version = version } }, mode, cancellationToken);
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.Unsupported)
            {
                unsupported = e;
            }
        }
        throw unsupported!;
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
            if (options.Output is { } file) json.WriteString("file", Path.GetFullPath(file));
            else if (!Masked.MayShow(options.Reveal)) json.WriteNull("value");
            else if (TryText(secret.Value) is { } text) json.WriteString("value", text);
            else json.WriteBase64String("valueBase64", secret.Value.Reveal());
            json.WriteString("from", secret.Origin?.ToString());
            json.WriteString("source", secret.Source.ToString().ToLowerInvariant());
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
