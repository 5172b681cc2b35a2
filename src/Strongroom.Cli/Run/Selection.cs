using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Cli.Run;

/// <summary>Which of a project's secrets are meant, and what to say when some have no value.</summary>
internal static class Selection
{
    private static readonly string?[] DefaultOnly = [null];

    /// <summary>The environments asked for, or the default one (null).</summary>
    public static IReadOnlyList<string?> Environments(IReadOnlyList<string> asked) => asked.Count == 0 ? DefaultOnly : [.. asked];

    /// <summary>The names of the manifest, or those of <paramref name="only"/>, without those of <paramref name="except"/>.</summary>
    public static IReadOnlyList<string> Of(ManifestPlan plan, IReadOnlyList<string> only, IReadOnlyList<string> except)
    {
        var names = new List<string>();
        if (only.Count > 0) names.AddRange(only);
        else foreach (var secret in plan.Secrets) names.Add(secret.Name);
        foreach (var name in except)
        {
            if (!names.Remove(name) && plan.Manifest.FindSecret(name) is null)
                throw new SecretException(SecretErrorKind.InvalidInput, "is not in the manifest", operation: "leave out", name: name);
        }
        if (names.Count == 0 && only.Count == 0 && except.Count == 0)
        {
            throw new SecretException(
                SecretErrorKind.NotFound, "the manifest declares no secrets yet", help: "add some with strongroom set NAME or strongroom import .env");
        }
        return names;
    }

    /// <summary>Throws one error that names every secret without a value; does nothing when all have one.</summary>
    /// <param name="blocking">What failed.</param>
    /// <param name="environments">Where the secrets were looked for, the one that wins last.</param>
    public static void RequireComplete(IReadOnlyList<ResolutionFailure> blocking, IReadOnlyList<string> environments)
    {
        if (blocking.Count == 0) return;
        var where = string.Join(", ", environments);
        var kind = blocking[0].Error.Kind;
        if (blocking.Count == 1)
        {
            var error = blocking[0].Error;
            throw error.Kind == SecretErrorKind.NotFound
                ? new SecretException(kind, $"{blocking[0].Name} has no value in {where}: {Why(blocking[0])}",
                    help: $"strongroom set {blocking[0].Name} -e {environments[^1]}, or see strongroom explain {blocking[0].Name}", inner: error)
                : error;
        }
        // A store that failed as a whole failed for every name alike: told once is enough.
        if (blocking.All(f => f.Error.Kind == kind && f.Error.Reason == blocking[0].Error.Reason) && kind != SecretErrorKind.NotFound)
            throw blocking[0].Error;
        var lines = "";
        foreach (var failure in blocking) lines += $"\n    {failure.Name}: {Why(failure)}";
        throw new SecretException(
            kind, $"{blocking.Count} secrets have no value in {where}:{lines}", help: "set them with strongroom set NAME, or see strongroom explain NAME");
    }

    /// <summary>What went wrong, without the name once more and without the help, which would be the same for all.</summary>
    private static string Why(ResolutionFailure failure) =>
        failure.Error is { Store: null, Operation: null } error && error.Name == failure.Name ? "it " + error.Reason : failure.Error.Statement;
}
