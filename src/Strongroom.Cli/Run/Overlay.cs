using Strongroom.Caching;
using Strongroom.Cli.Project;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Secrets of several environments, each laid over those before it. Together they must be complete, not each by itself.</summary>
internal static class Overlay
{
    /// <summary>Resolves the names of all environments; the last environment that has a secret wins.</summary>
    /// <exception cref="SecretException">A required secret has no value in any of them, or a store refused one.</exception>
    public static async Task<IReadOnlyList<ResolvedSecret>> ResolveAsync(
        Session session, IReadOnlyList<string> environments, IReadOnlyList<string> only, IReadOnlyList<string> except, CacheMode mode, CancellationToken cancellationToken)
    {
        var found = new List<ResolvedSecret>();
        var failures = new List<ResolutionFailure>();
        var asked = new List<string>();
        foreach (var environment in Selection.Environments(environments))
        {
            using var secrets = session.Secrets(environment);
            var report = await secrets.ResolveAllAsync(Selection.Of(secrets.Plan, only, except), mode, cancellationToken);
            asked.Add(secrets.Plan.Environment.Name);
            foreach (var secret in report.Secrets) Lay(found, secret);
            // Told once, for the last environment that lacks it.
            failures.RemoveAll(before => Lacks(report, before.Name));
            failures.AddRange(report.Failures);
        }
        failures.RemoveAll(f => !f.IsBlocking || (f.Error.Kind == SecretErrorKind.NotFound && found.Exists(s => s.Name == f.Name)));
        Selection.RequireComplete(failures, asked);
        return found;
    }

    private static void Lay(List<ResolvedSecret> found, ResolvedSecret secret)
    {
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i].Name != secret.Name) continue;
            // A default is for where nobody has a value, and an environment below has one.
            if (secret.Source == AnswerSource.Default) return;
            found.RemoveAt(i);
            break;
        }
        found.Add(secret);
    }

    private static bool Lacks(ResolutionReport report, string name)
    {
        foreach (var failure in report.Failures)
            if (failure.Name == name) return true;
        return false;
    }
}
