using System.Security.Cryptography;
using System.Text;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Leases;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.AppRole;

/// <summary>
/// The roles and secret ids of one mount. Roles lie under their name and are found by role id; secret ids lie under the role and a keyed
/// hash, and are found by accessor below that same role alone.
/// </summary>
internal sealed class AppRoleStore(BarrierView view, DueIndex due, string mountId)
{
    /// <summary>The longest secret id and role id, in characters.</summary>
    public const int IdLengthMax = 4096;

    private const int AttemptsMax = 64;

    private readonly RecordView<SecretIdEntry> _secretIds = new(view, AppRoleJson.Default.SecretIdEntry);

    public RoleTable<AppRoleEntry> Roles { get; } = new(view, "role/", AppRoleJson.Default.AppRoleEntry);

    /// <summary>The role with this role id, or null, for the same work.</summary>
    public async ValueTask<(string Name, AppRoleEntry? Role)> FindByRoleIdAsync(string roleId, CancellationToken cancellationToken)
    {
        using var index = await view.GetAsync(RoleIdPath(roleId), cancellationToken);
        var name = index is null ? "nobody" : Encoding.UTF8.GetString(index.Value.Span);
        var role = await Roles.FindAsync(name, cancellationToken);
        return (name, string.Equals(role?.RoleId, roleId, StringComparison.Ordinal) ? role : null);
    }

    /// <summary>Makes or changes a role. Throws InvalidInput when its role id is another role's.</summary>
    public ValueTask<long> ChangeAsync(
        string name, Func<AppRoleEntry?, AppRoleEntry> change, RequestContext context, CancellationToken cancellationToken) =>
        Roles.ChangeAsync(
            name, role => change(role).Validated(), context, cancellationToken,
            async (commit, before, after) =>
            {
                if (string.Equals(before?.RoleId, after.RoleId, StringComparison.Ordinal)) return;
                if (before is not null) commit.DeleteListed(view, RoleIdPath(before.RoleId));
                using var taken = await view.GetAsync(RoleIdPath(after.RoleId), cancellationToken);
                if (taken is not null) throw RequestFields.Invalid("role_id already in use");
                commit.PutListed(view, RoleIdPath(after.RoleId), Encoding.UTF8.GetBytes(RoleTable<AppRoleEntry>.Canonical(name)), expectedRevision: 0);
            });

    /// <summary>Removes a role. Its secret ids are dead with it, and are removed after it.</summary>
    public async ValueTask<long> DeleteAsync(string name, RequestContext context, CancellationToken cancellationToken)
    {
        if (await Roles.FindAsync(name, cancellationToken) is not { } role) return 0;
        var sequence = await Roles.DeleteAsync(
            name, context, cancellationToken, (commit, current) => commit.DeleteListed(view, RoleIdPath(current.RoleId)));
        await ClearAsync(role.Uid, context, cancellationToken);
        return sequence;
    }

    /// <summary>The keyed hash that a secret id is stored under.</summary>
    public static string Hash(AppRoleEntry role, string secretId) => Hash(role.HashKey, secretId);

    public static string Hash(byte[] key, string secretId) => Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(secretId)));

    public ValueTask<StoredRecord<SecretIdEntry>?> FindSecretIdAsync(string uid, string hash, CancellationToken cancellationToken) =>
        _secretIds.GetAsync(SecretIdPath(uid, hash), cancellationToken);

    /// <summary>The hash of the secret id with this accessor, if it is this role's; else null.</summary>
    public async ValueTask<string?> FindHashAsync(AppRoleEntry role, string accessor, CancellationToken cancellationToken)
    {
        if (accessor.Length is 0 or > 64 || accessor.Contains('/', StringComparison.Ordinal)) return null;
        using var index = await view.GetAsync(AccessorPath(role.Uid, accessor), cancellationToken);
        return index is null ? null : Encoding.ASCII.GetString(index.Value.Span);
    }

    public ValueTask<List<string>> ListAccessorsAsync(AppRoleEntry role, CancellationToken cancellationToken) =>
        view.ListAsync($"accessor/{role.Uid}/", cancellationToken);

    /// <summary>Adds a secret id. Throws InvalidInput when the role has it already.</summary>
    public async ValueTask<long> AddAsync(AppRoleEntry role, string hash, SecretIdEntry entry, RequestContext context, CancellationToken cancellationToken)
    {
        var commit = context.BeginCommit();
        _secretIds.PutListed(commit, SecretIdPath(role.Uid, hash), entry, expectedRevision: 0);
        commit.PutListed(view, AccessorPath(role.Uid, entry.Accessor), Encoding.ASCII.GetBytes(hash));
        if (entry.ExpiresAt != 0) due.Put(commit, entry.ExpiresAt, mountId, $"{role.Uid}/{hash}");
        return await commit.CommitAsync(cancellationToken) ?? throw RequestFields.Invalid("failed to store secret_id: SecretID is already registered");
    }

    /// <summary>
    /// Takes one use off a secret id, durably, before anything is given for it; the last use removes it. False when it is no longer there.
    /// Two logins at once never share a use: the second finds the revision changed and looks again.
    /// </summary>
    public async ValueTask<bool> SpendAsync(
        AppRoleEntry role, string hash, StoredRecord<SecretIdEntry> known, long now, RequestContext context, CancellationToken cancellationToken)
    {
        var stored = known;
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var commit = context.BeginCommit();
            if (stored.Value.UsesLeft == 1) Remove(commit, role.Uid, hash, stored);
            else _secretIds.PutListed(commit, SecretIdPath(role.Uid, hash), stored.Value with { UsesLeft = stored.Value.UsesLeft - 1, UpdatedAt = now }, stored.Revision);
            if (await commit.CommitAsync(cancellationToken) is not null) return true;
            if (await FindSecretIdAsync(role.Uid, hash, cancellationToken) is not { } again) return false;
            stored = again;
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>Removes a secret id; one that is not there is removed already.</summary>
    public async ValueTask<long> DestroyAsync(string uid, string hash, RequestContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await FindSecretIdAsync(uid, hash, cancellationToken) is not { } stored) return 0;
            var commit = context.BeginCommit();
            Remove(commit, uid, hash, stored);
            if (await commit.CommitAsync(cancellationToken) is { } sequence) return sequence;
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>Removes a secret id that has ended, by the name under which its end was noted.</summary>
    public async ValueTask RemoveEndedAsync(string name, long now, CancellationToken cancellationToken)
    {
        var slash = name.IndexOf('/', StringComparison.Ordinal);
        if (slash < 0) return;
        var (uid, hash) = (name[..slash], name[(slash + 1)..]);
        if (await FindSecretIdAsync(uid, hash, cancellationToken) is not { } stored || !stored.Value.IsExpired(now)) return;
        var commit = new BarrierCommit(view.Barrier);
        Remove(commit, uid, hash, stored);
        // Whoever changes it at this very moment has removed it, or leaves it to tidy.
        await commit.CommitAsync(cancellationToken);
    }

    /// <summary>Removes secret ids that have ended, and those whose role is gone. Returns the sequence of the last commit.</summary>
    public async ValueTask<long> TidyAsync(long now, RequestContext context, CancellationToken cancellationToken)
    {
        var sequence = 0L;
        var living = new HashSet<string>(StringComparer.Ordinal);
        // Secret ids first: a role made meanwhile is then among the living.
        var owners = await view.ListAsync("secret-id/", cancellationToken);
        foreach (var name in await Roles.ListAsync(cancellationToken))
        {
            if (await Roles.FindAsync(name, cancellationToken) is { } role) living.Add(role.Uid + "/");
        }
        foreach (var owner in owners)
        {
            foreach (var hash in await view.ListAsync($"secret-id/{owner}", cancellationToken))
            {
                var uid = owner.TrimEnd('/');
                if (await FindSecretIdAsync(uid, hash, cancellationToken) is { } stored && (!living.Contains(owner) || stored.Value.IsExpired(now)))
                    sequence = Math.Max(sequence, await DestroyAsync(uid, hash, context, cancellationToken));
            }
        }
        return sequence;
    }

    private async ValueTask ClearAsync(string uid, RequestContext context, CancellationToken cancellationToken)
    {
        foreach (var hash in await view.ListAsync($"secret-id/{uid}/", cancellationToken))
            await DestroyAsync(uid, hash, context, cancellationToken);
    }

    private void Remove(BarrierCommit commit, string uid, string hash, StoredRecord<SecretIdEntry> stored)
    {
        commit.DeleteListed(view, SecretIdPath(uid, hash), stored.Revision);
        commit.DeleteListed(view, AccessorPath(uid, stored.Value.Accessor));
    }

    // A role id is any text: its hash is a name that fits a path.
    private static string RoleIdPath(string roleId) => "role-id/" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(roleId)));

    private static string SecretIdPath(string uid, string hash) => $"secret-id/{uid}/{hash}";

    private static string AccessorPath(string uid, string accessor) => $"accessor/{uid}/{accessor}";
}
