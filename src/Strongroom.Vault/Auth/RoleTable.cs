using System.Text.Json.Serialization.Metadata;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth;

/// <summary>What an auth mount keeps under names: roles, users, certificates. Names are the same whatever their case.</summary>
internal sealed class RoleTable<T>(BarrierView view, string folder, JsonTypeInfo<T> type) where T : class
{
    /// <summary>The longest name, in characters.</summary>
    public const int NameLengthMax = 256;

    private const int AttemptsMax = 8;

    private readonly RecordView<T> _records = new(view, type);

    /// <summary>The name in the form that it is stored under. Throws NotFound for one that no role can have.</summary>
    public static string Canonical(string name)
    {
        var valid = name.Length is > 0 and <= NameLengthMax && IsWord(name[0]) && IsWord(name[^1]);
        foreach (var character in name) valid &= IsWord(character) || character is '-' or '.';
        return valid ? name.ToLowerInvariant() : throw new SecretException(SecretErrorKind.NotFound, "a name has letters, digits, '_', '-' and '.', and neither of the latter two at its ends");
    }

    public async ValueTask<T?> FindAsync(string name, CancellationToken cancellationToken) =>
        (await _records.GetAsync(Path(name), cancellationToken))?.Value;

    /// <summary>The role. Throws NotFound.</summary>
    public async ValueTask<T> RequireAsync(string name, CancellationToken cancellationToken) => await FindAsync(name, cancellationToken) ?? throw Missing();

    public ValueTask<List<string>> ListAsync(CancellationToken cancellationToken) => _records.ListAsync(folder, cancellationToken);

    /// <summary>
    /// Makes or changes a role in one commit, together with what <paramref name="more"/> adds to it (role before and after). Both functions
    /// are asked again when someone else changed it meanwhile.
    /// </summary>
    public async ValueTask<long> ChangeAsync(
        string name, Func<T?, T> change, RequestContext context, CancellationToken cancellationToken,
        Func<BarrierCommit, T?, T, ValueTask>? more = null)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var stored = await _records.GetAsync(Path(name), cancellationToken);
            var changed = change(stored?.Value);
            var commit = context.BeginCommit();
            _records.PutListed(commit, Path(name), changed, stored?.Revision ?? 0);
            if (more is not null) await more(commit, stored?.Value, changed);
            if (await commit.CommitAsync(cancellationToken) is { } sequence) return sequence;
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>Removes a role, together with what <paramref name="more"/> adds; one that is not there is removed already.</summary>
    public async ValueTask<long> DeleteAsync(string name, RequestContext context, CancellationToken cancellationToken, Action<BarrierCommit, T>? more = null)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _records.GetAsync(Path(name), cancellationToken) is not { } stored) return 0;
            var commit = context.BeginCommit();
            commit.DeleteListed(view, Path(name), stored.Revision);
            more?.Invoke(commit, stored.Value);
            if (await commit.CommitAsync(cancellationToken) is { } sequence) return sequence;
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>The failure for a role that is not there.</summary>
    public static SecretException Missing() => new(SecretErrorKind.NotFound, "there is no such role");

    private string Path(string name) => folder + Canonical(name);

    private static bool IsWord(char character) => char.IsAsciiLetterOrDigit(character) || character == '_';
}
