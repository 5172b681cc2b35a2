using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/rotate</c>, <c>sys/rotate/config</c> and <c>sys/key-status</c>: the terms of the data key.</summary>
internal static class PathRotate
{
    /// <summary>Begins a new term.</summary>
    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite || call.Argument.Length > 0) throw call.Unsupported();
        var (_, sequence) = await call.System.Barrier.RotateAsync(cancellationToken);
        await call.System.KeyTerms.NoteAsync(cancellationToken);
        return VaultResponse.Done(sequence);
    }

    /// <summary>When a term ends by itself. The limit follows from the cipher and stands fast.</summary>
    public static ValueTask<VaultResponse> HandleConfigAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.IsWrite)
        {
            throw RequestFields.Invalid(
                $"the automatic rotation cannot be configured: a new data key begins after {VaultBarrier.TermCommitsMax} commits, or with sys/rotate");
        }
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteBoolean("enabled"u8, value: true);
            writer.WriteNumber("interval"u8, 0);
            writer.WriteNumber("max_operations"u8, VaultBarrier.TermCommitsMax);
        }));
    }

    public static async ValueTask<VaultResponse> HandleKeyStatusAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var key = call.System.Barrier.Keyring.Current;
        var installed = await call.System.KeyTerms.ReadAsync(cancellationToken);
        var sequence = await call.System.Barrier.Storage.GetSequenceAsync(cancellationToken);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteNumber("term"u8, key.Term);
            writer.WriteUnixTime("install_time", installed);
            writer.WriteNumber("encryptions"u8, Math.Max(0, sequence - key.BeganAtSequence));
        });
    }
}
