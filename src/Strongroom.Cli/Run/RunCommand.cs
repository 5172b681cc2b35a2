using Strongroom.Caching;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Resolves the secrets of a project and starts a program with them.</summary>
internal static class RunCommand
{
    public static async Task<int> ExecuteAsync(RunOptions options, Screen screen, CancellationToken cancellationToken)
    {
        screen.Quiet = options.Quiet;
        await using var session = Session.Open(options.Project ?? CurrentFolder.Path);
        if (options.Only.Count == 0 && options.Except.Count == 0) session.OpenVaultAhead(options.Environments.Count > 0 ? options.Environments[0] : null);
        var secrets = await ResolveAsync(options, session, screen, options.Offline ? CacheMode.Offline : CacheMode.Use, cancellationToken);
        var program = new ProgramRun(options, screen);
        if (!options.Mask && !options.Watch) return program.Replace(secrets);

        SecretChanges? changes = options.Watch
            ? new SecretChanges((mode, token) => TryResolveAgainAsync(options, screen, mode, token), token => StoreNews.WaitAsync(options, session, token), session.Time)
            : null;
        return await program.SuperviseAsync(secrets, changes, cancellationToken);
    }

    private static async Task<IReadOnlyList<KeyValuePair<string, SecretValue>>> ResolveAsync(
        RunOptions options, Session session, Screen screen, CacheMode mode, CancellationToken cancellationToken)
    {
        var found = new List<KeyValuePair<string, SecretValue>>();
        foreach (var secret in await Overlay.ResolveAsync(session, options.Environments, options.Only, options.Except, mode, cancellationToken))
        {
            if (secret.IsStale) screen.Warn($"{secret.Name} is {secret.AgeAt(session.Time.GetUtcNow()).TotalMinutes:0} minutes old: {secret.StaleBecause!.Message}");
            found.Add(new(secret.Name, secret.Value));
        }
        return found;
    }

    /// <summary>Looks again with a manifest and stores opened anew; null when that fails, so that the program keeps what it has.</summary>
    private static async Task<IReadOnlyList<KeyValuePair<string, SecretValue>>?> TryResolveAgainAsync(
        RunOptions options, Screen screen, CacheMode mode, CancellationToken cancellationToken)
    {
        try
        {
            await using var session = Session.Open(options.Project ?? CurrentFolder.Path);
            return await ResolveAsync(options, session, screen, options.Offline ? CacheMode.Offline : mode, cancellationToken);
        }
        catch (SecretException)
        {
            return null;
        }
    }
}
