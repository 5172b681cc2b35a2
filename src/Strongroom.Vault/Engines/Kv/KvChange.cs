using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary>What a change wants done.</summary>
/// <param name="Save">The metadata to store; null leaves everything as it is.</param>
/// <param name="Answer">The answer, when there is one.</param>
/// <param name="Value">The value of the newest version, when the change made one; owned by the change.</param>
/// <param name="Remove">True to remove the secret as a whole.</param>
internal readonly record struct KvChange(KvMetadata? Save, SecretBuffer? Answer = null, SecretBuffer? Value = null, bool Remove = false)
{
    public static KvChange Nothing => default;

    /// <summary>
    /// Reads the metadata, lets <paramref name="decide"/> say what to do, and commits it if nobody changed the secret meanwhile; else
    /// begins again. Bounded, so that a caller is told rather than kept.
    /// </summary>
    public static async ValueTask<VaultResponse> RunAsync(
        KvCall call, Func<KvMetadata?, BarrierCommit, CancellationToken, ValueTask<KvChange>> decide, CancellationToken cancellationToken)
    {
        KvPath.RequireSecret(call.Path);
        var turn = call.Engine.Turn(call.Path);
        await turn.WaitAsync(cancellationToken);
        try
        {
            for (var attempt = 0; attempt < KvLimits.ChangeAttemptsMax; attempt++)
            {
                var found = await call.Engine.GetMetadataToChangeAsync(call.Path, cancellationToken);
                var commit = call.Context.BeginCommit();
                var change = await decide(found, commit, cancellationToken);
                if (change.Save is null && !change.Remove) return VaultResponse.Done(0);
                if (await CommitAsync(call, found, change, commit, cancellationToken) is { } sequence)
                    return change.Answer is { } answer ? VaultResponse.Ok(answer, sequence) : VaultResponse.Done(sequence);
                change.Answer?.Dispose();
            }
        }
        finally
        {
            turn.Release();
        }
        throw new SecretException(
            SecretErrorKind.Conflict, "other processes keep changing it", operation: call.Request.OperationName, name: call.Path, help: "try again");
    }

    /// <summary>Adds a version to a secret: the common part of writing, patching and appending.</summary>
    public static async ValueTask<KvChange> AddVersionAsync(
        KvCall call, KvMetadata? found, BarrierCommit commit, ReadOnlyMemory<byte> data, int? cas, SecretBuffer? owned,
        CancellationToken cancellationToken)
    {
        KvConfig config;
        try
        {
            if (data.Length > KvLimits.DataLengthMax)
                throw new SecretException(SecretErrorKind.InvalidInput, $"is larger than {KvLimits.DataLengthMax} bytes", operation: call.Request.OperationName, name: call.Path);
            config = await call.Engine.GetConfigAsync(cancellationToken);
            RequireCas(call, found, config, cas);
        }
        catch
        {
            owned?.Dispose();
            throw;
        }
        var now = call.Engine.Now;
        var metadata = found ?? new KvMetadata { CreatedAt = now };
        var (added, dropped) = metadata.Add(now, config);
        commit.Put(call.Engine.Versions, KvEngine.VersionPath(call.Path, added.Number), data);
        foreach (var number in dropped) commit.Delete(call.Engine.Versions, KvEngine.VersionPath(call.Path, number));
        return new KvChange(metadata, KvAnswer.Version(metadata, added), owned);
    }

    private static void RequireCas(KvCall call, KvMetadata? found, KvConfig config, int? cas)
    {
        if (cas is null && (config.CasRequired || found?.CasRequired == true))
            throw new SecretException(
                SecretErrorKind.InvalidInput, "check-and-set parameter required for this call", operation: call.Request.OperationName, name: call.Path);
        if (cas is null || cas == (found?.CurrentVersion ?? 0)) return;
        throw new SecretException(
            SecretErrorKind.Conflict, "check-and-set parameter did not match the current version", operation: call.Request.OperationName, name: call.Path);
    }

    private static async ValueTask<long?> CommitAsync(
        KvCall call, KvMetadata? found, KvChange change, BarrierCommit commit, CancellationToken cancellationToken)
    {
        using var value = change.Value;
        if (change.Remove)
        {
            commit.DeleteListed(call.Engine.Metadata, call.Path, found!.Revision);
            return await commit.CommitAsync(cancellationToken);
        }
        using var encoded = new SecretBuffer();
        KvMetadataFormat.Encode(change.Save!, encoded);
        commit.PutListed(call.Engine.Metadata, call.Path, encoded.WrittenMemory, found?.Revision ?? 0);
        var sequence = await commit.CommitAsync(cancellationToken);
        if (sequence is { } made) call.Engine.Remember(call.Path, change.Save!, commit, made);
        return sequence;
    }
}
