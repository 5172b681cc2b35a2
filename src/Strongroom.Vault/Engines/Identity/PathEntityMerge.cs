using Strongroom.Vault.Barrier;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Identity;

/// <summary><c>entity/merge</c>: makes entities that turned out to be the same into one.</summary>
internal static class PathEntityMerge
{
    private const int AttemptsMax = 8;
    private const int MergedMax = 100;

    public static async ValueTask<VaultResponse> HandleAsync(IdentityCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        // Says what becomes of second factors, which entities here do not have.
        fields.Know("force");
        var to = fields.Text("to_entity_id") is { Length: > 0 } named ? named : throw RequestFields.Invalid("missing entity id to merge to");
        var from = (fields.Names("from_entity_ids") ?? []).Distinct(StringComparer.Ordinal).ToArray();
        var kept = fields.Names("conflicting_alias_ids_to_keep") ?? [];
        if (from.Length == 0) throw RequestFields.Invalid("missing entity ids to merge from");
        if (from.Length > MergedMax) throw RequestFields.Invalid($"from_entity_ids has up to {MergedMax} ids");
        if (from.Length > 1 && kept.Length > 1) throw RequestFields.Invalid("aliases conflicts cannot be resolved with multiple from entity ids - merge one entity at a time");
        if (await call.Store.FindAsync(to, cancellationToken) is null) throw RequestFields.Invalid("entity id to merge to is invalid");
        if (from.Contains(to, StringComparer.Ordinal)) throw RequestFields.Invalid("to_entity_id should not be present in from_entity_ids");
        foreach (var id in from)
        {
            if (await call.Store.FindAsync(id, cancellationToken) is null) throw RequestFields.Invalid("entity id to merge from is invalid");
        }
        for (var attempt = 0; attempt < AttemptsMax; attempt++)
        {
            if (await call.Store.MergeAsync(new EntityMerge(to, from, kept), call.Context, cancellationToken) is { } sequence) return VaultResponse.Done(sequence);
        }
        throw BarrierCommit.Raced();
    }
}
