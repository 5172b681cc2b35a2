using System.Security.Cryptography;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Identity;

/// <summary>
/// Who is behind the logins. An entity lies under its id with its aliases, and is found by name, by mount and alias, and by alias id; all of
/// it changes in one commit. This process is the only one that changes them: every change raises <see cref="Generation"/>.
/// </summary>
internal sealed class IdentityStore(VaultBarrier barrier, TimeProvider time)
{
    private const int AttemptsMax = 16;

    private readonly BarrierView _view = barrier.View("identity/");
    private readonly RecordView<EntityRecord> _entities = new(barrier.View("identity/"), IdentityJson.Default.EntityRecord);
    private long _generation;

    /// <summary>Counts the changes that may change what a token may do.</summary>
    public long Generation => Interlocked.Read(ref _generation);

    public GroupStore Groups { get; } = new(barrier.View("identity/"));

    public long Now => time.GetUtcNow().ToUnixTimeSeconds();

    /// <summary>
    /// What the identity of a token brings; null when the token has none. That of an entity that became part of another is the other one's. An entity
    /// that is gone or disabled brings nothing good: Denied.
    /// </summary>
    public async ValueTask<IdentityHolding?> HoldingAsync(string entityId, CancellationToken cancellationToken)
    {
        if (entityId.Length == 0) return null;
        var found = await FindAsync(entityId, cancellationToken);
        if (found is null && await ReadIndexAsync(MergedPath(entityId), cancellationToken) is { } owner) found = await FindAsync(owner, cancellationToken);
        return found is { Disabled: false } entity
            ? await HoldingAsync(entity, cancellationToken)
            : throw TokenStore.Denied();
    }

    /// <summary>
    /// The identity of a login, with the memberships that the login tells; made at the first one. Throws Denied when it is disabled.
    /// </summary>
    public async ValueTask<IdentityHolding> LoginAsync(MountEntry mount, AuthGrant grant, RequestContext context, CancellationToken cancellationToken)
    {
        var entity = await ResolveAsync(mount, grant.Alias!, grant.AliasMetadata ?? [], context, cancellationToken);
        if (GroupMembers.AfterLogin(await Groups.TableAsync(cancellationToken), entity.Id, mount.Accessor, grant.Groups).Count > 0)
        {
            await Groups.ChangeAllAsync(table => GroupMembers.AfterLogin(table, entity.Id, mount.Accessor, grant.Groups), context, cancellationToken);
            Touch();
        }
        return await HoldingAsync(entity, cancellationToken);
    }

    /// <summary>The entity that a mount knows by this name; made if there is none. Throws Denied when it is disabled.</summary>
    public async ValueTask<EntityRecord> ResolveAsync(
        MountEntry mount, string alias, Dictionary<string, string> metadata, RequestContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await FindByAliasAsync(mount.Accessor, alias, cancellationToken) is not { } id)
            {
                var made = New("entity_" + TokenText.Base62(8, barrier.Random).ToLowerInvariant()) with { Aliases = [NewAlias(mount.Accessor, alias) with { Metadata = metadata }] };
                if (await TryPutAsync(null, made, context, cancellationToken) is null) continue;
                return made;
            }
            if (await _entities.GetAsync("entity/" + id, cancellationToken) is not { } stored) continue;
            if (stored.Value.Disabled) throw TokenStore.Denied();
            // What this login says of the alias; when another login says something at the same time, one of the two is kept.
            var known = Array.Find(stored.Value.Aliases, candidate => IsAt(candidate, mount.Accessor));
            if (known is null || Same(known.Metadata, metadata)) return stored.Value;
            var aliases = Array.ConvertAll(stored.Value.Aliases, candidate => ReferenceEquals(candidate, known) ? known with { Metadata = metadata, UpdatedAt = Now } : candidate);
            var changed = stored.Value with { Aliases = aliases };
            await TryPutAsync(stored, changed, context, cancellationToken);
            return changed;
        }
        throw BarrierCommit.Raced();
    }

    public async ValueTask<EntityRecord?> FindAsync(string id, CancellationToken cancellationToken) =>
        id.Length is 0 or > 64 || id.Contains('/', StringComparison.Ordinal) ? null : (await _entities.GetAsync("entity/" + id, cancellationToken))?.Value;

    public async ValueTask<EntityRecord?> FindByNameAsync(string name, CancellationToken cancellationToken) =>
        await ReadIndexAsync(NamePath(name), cancellationToken) is { } id ? await FindAsync(id, cancellationToken) : null;

    /// <summary>The id of the entity that a mount knows by this name, or null.</summary>
    public ValueTask<string?> FindByAliasAsync(string accessor, string alias, CancellationToken cancellationToken) =>
        ReadIndexAsync(AliasPath(accessor, alias), cancellationToken);

    /// <summary>The id of the entity with this alias, or null.</summary>
    public ValueTask<string?> FindByAliasIdAsync(string aliasId, CancellationToken cancellationToken) =>
        aliasId.Length is 0 or > 64 || aliasId.Contains('/', StringComparison.Ordinal) ? new((string?)null) : ReadIndexAsync("alias-id/" + aliasId, cancellationToken);

    public ValueTask<List<string>> ListAsync(CancellationToken cancellationToken) => _view.ListAsync("entity/", cancellationToken);

    public ValueTask<List<string>> ListAliasesAsync(CancellationToken cancellationToken) => _view.ListAsync("alias-id/", cancellationToken);

    /// <summary>A new entity with this name, not stored yet.</summary>
    public EntityRecord New(string name) => new() { Id = TokenText.NewUuid(barrier.Random), Name = name, CreatedAt = Now, UpdatedAt = Now };

    /// <summary>A new alias, not stored yet.</summary>
    public AliasRecord NewAlias(string accessor, string name) =>
        new() { Id = TokenText.NewUuid(barrier.Random), MountAccessor = accessor, Name = name, CreatedAt = Now, UpdatedAt = Now };

    /// <summary>Stores a new entity. Throws InvalidInput when its name or one of its aliases is taken.</summary>
    public async ValueTask<long> AddAsync(EntityRecord entity, RequestContext context, CancellationToken cancellationToken) =>
        await TryPutAsync(null, entity, context, cancellationToken) ?? throw RequestFields.Invalid("entity name or alias is already in use");

    /// <summary>Changes an entity. Throws NotFound, and InvalidInput when its new name or alias is taken.</summary>
    public async ValueTask<long> ChangeAsync(string id, Func<EntityRecord, EntityRecord> change, RequestContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            var stored = await _entities.GetAsync("entity/" + id, cancellationToken) ?? throw Missing();
            if (await TryPutAsync(stored, change(stored.Value) with { UpdatedAt = Now }, context, cancellationToken) is { } sequence) return sequence;
        }
        throw RequestFields.Invalid("entity name or alias is already in use");
    }

    /// <summary>Removes entities; their tokens are good for nothing from then on. One that is not there is removed already.</summary>
    public async ValueTask<long> DeleteAsync(IReadOnlyCollection<string> ids, RequestContext context, CancellationToken cancellationToken)
    {
        var sequence = 0L;
        foreach (var id in ids) sequence = Math.Max(sequence, await DeleteAsync(id, context, cancellationToken));
        // An id is never given again: what groups still say of it until here means nothing.
        return Math.Max(sequence, await Groups.ChangeAllAsync(table => GroupMembers.Without(table, ids), context, cancellationToken));
    }

    /// <summary>
    /// Makes entities part of another, with its groups, in one commit. Null when one of them was changed meanwhile. Throws as
    /// <see cref="EntityMerge.Of"/> does, and InvalidInput for an entity that is not there.
    /// </summary>
    public async ValueTask<long?> MergeAsync(EntityMerge merge, RequestContext context, CancellationToken cancellationToken)
    {
        var to = await _entities.GetAsync("entity/" + merge.To, cancellationToken) ?? throw RequestFields.Invalid("entity id to merge to is invalid");
        var from = new List<StoredRecord<EntityRecord>>();
        foreach (var id in merge.From) from.Add(await _entities.GetAsync("entity/" + id, cancellationToken) ?? throw RequestFields.Invalid("entity id to merge from is invalid"));
        var merged = merge.Of(to.Value, from.ConvertAll(stored => stored.Value)) with { UpdatedAt = Now };
        var sequence = await Groups.ChangeAsync(
            table => GroupMembers.Replaced(table, merge.From, merge.To), context, cancellationToken,
            commit =>
            {
                foreach (var stored in from) commit.DeleteListed(_view, "entity/" + stored.Value.Id, stored.Revision);
                Put(commit, [to, .. from], merged);
            });
        if (sequence is not null) Touch();
        return sequence;
    }

    private async ValueTask<long> DeleteAsync(string id, RequestContext context, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await _entities.GetAsync("entity/" + id, cancellationToken) is not { } stored) return 0;
            var commit = context.BeginCommit();
            commit.DeleteListed(_view, "entity/" + id, stored.Revision);
            foreach (var path in IndexOf(stored.Value)) commit.DeleteListed(_view, path);
            if (await commit.CommitAsync(cancellationToken) is not { } sequence) continue;
            Interlocked.Increment(ref _generation);
            return sequence;
        }
        throw BarrierCommit.Raced();
    }

    /// <summary>Tells that what tokens may do has changed.</summary>
    public void Touch() => Interlocked.Increment(ref _generation);

    public static bool IsAt(AliasRecord alias, string accessor) => string.Equals(alias.MountAccessor, accessor, StringComparison.Ordinal);

    public static SecretException Missing() => new(SecretErrorKind.NotFound, "there is no such entity");

    /// <summary>Writes an entity and what it is found by. Null when something of it was changed or taken meanwhile.</summary>
    private async ValueTask<long?> TryPutAsync(
        StoredRecord<EntityRecord>? before, EntityRecord after, RequestContext context, CancellationToken cancellationToken)
    {
        var commit = context.BeginCommit();
        Put(commit, before is { } stored ? [stored] : [], after);
        var sequence = await commit.CommitAsync(cancellationToken);
        if (sequence is not null && before is not null) Interlocked.Increment(ref _generation);
        return sequence;
    }

    /// <summary>Writes an entity, what it is found by, and the end of what those that it comes from were found by.</summary>
    private void Put(BarrierCommit commit, IReadOnlyList<StoredRecord<EntityRecord>> before, EntityRecord after)
    {
        _entities.PutListed(commit, "entity/" + after.Id, after, before.Count > 0 ? before[0].Revision : 0);
        var old = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var stored in before)
        {
            foreach (var path in IndexOf(stored.Value)) old[path] = stored.Value.Id;
        }
        foreach (var path in IndexOf(after))
        {
            // What is new must be free. What led to one that ends leads to it from here on: that one's revision says that it is as it was read.
            if (!old.Remove(path, out var owner)) commit.PutListed(_view, path, Encoding.ASCII.GetBytes(after.Id), expectedRevision: 0);
            else if (owner != after.Id) commit.PutListed(_view, path, Encoding.ASCII.GetBytes(after.Id));
        }
        foreach (var path in old.Keys) commit.DeleteListed(_view, path);
    }

    private async ValueTask<IdentityHolding> HoldingAsync(EntityRecord entity, CancellationToken cancellationToken) =>
        IdentityHolding.Of(entity, (await Groups.TableAsync(cancellationToken)).Of(entity.Id));

    private static List<string> IndexOf(EntityRecord entity)
    {
        var paths = new List<string> { NamePath(entity.Name) };
        foreach (var alias in entity.Aliases)
        {
            paths.Add(AliasPath(alias.MountAccessor, alias.Name));
            paths.Add("alias-id/" + alias.Id);
        }
        foreach (var merged in entity.MergedEntityIds) paths.Add(MergedPath(merged));
        return paths;
    }

    private async ValueTask<string?> ReadIndexAsync(string path, CancellationToken cancellationToken)
    {
        using var entry = await _view.GetAsync(path, cancellationToken);
        return entry is null ? null : Encoding.ASCII.GetString(entry.Value.Span);
    }

    private static bool Same(Dictionary<string, string>? a, Dictionary<string, string> b)
    {
        if ((a?.Count ?? 0) != b.Count) return false;
        foreach (var (key, value) in b)
        {
            if (!string.Equals(a!.GetValueOrDefault(key), value, StringComparison.Ordinal)) return false;
        }
        return true;
    }

    private static string NamePath(string name) => "entity-name/" + NameHash(NameCase.Lower(name));

    private static string MergedPath(string id) => "merged/" + id;

    private static string AliasPath(string accessor, string name) => $"alias/{accessor}/{NameHash(name)}";

    /// <summary>A name is any text; its hash is a name that fits a path.</summary>
    public static string NameHash(string name) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(name)));
}
