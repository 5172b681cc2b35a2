using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/wrapping/wrap</c>, <c>unwrap</c>, <c>lookup</c>, <c>rewrap</c>: answers kept for one reader.</summary>
internal static class PathWrapping
{
    /// <summary>Gives the body back: the pipeline wraps it.</summary>
    public static ValueTask<VaultResponse> WrapAsync(SysCall call, CancellationToken cancellationToken)
    {
        Require(call);
        if (call.Request.Origin.WrapTtl <= TimeSpan.Zero) throw RequestFields.Invalid("endpoint requires response wrapping to be used");
        using var fields = new RequestFields(call.Request);
        fields.TakeAll();
        var data = new SecretBuffer(Math.Max(call.Request.Body.Length, 2));
        data.Write(call.Request.Body.IsEmpty ? "{}"u8 : call.Request.Body.Span);
        return new(VaultResponse.Ok(data));
    }

    public static async ValueTask<VaultResponse> UnwrapAsync(SysCall call, CancellationToken cancellationToken)
    {
        Require(call);
        var (hash, spent) = Named(call);
        var envelope = await call.System.Wrapping.TakeAsync(hash, spent, cancellationToken);
        return VaultResponse.Bare(envelope, "application/json");
    }

    public static async ValueTask<VaultResponse> LookupAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite && call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var hash = fields.Text("token") is { Length: > 0 } text ? TokenHash.Of(text)
            : call.Request.Origin.Token?.Hash ?? throw RequestFields.Invalid("missing \"token\" value in input");
        var (entry, path) = await call.System.Wrapping.LookupAsync(hash, cancellationToken);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteString("creation_path"u8, path);
            writer.WriteUnixTime("creation_time", entry.CreatedAt);
            writer.WriteNumber("creation_ttl"u8, entry.CreationTtl);
        });
    }

    public static async ValueTask<VaultResponse> RewrapAsync(SysCall call, CancellationToken cancellationToken)
    {
        Require(call);
        var (hash, spent) = Named(call);
        // One that was made with the wrapping token has spent it; the policy of such a token allows no rewrapping either.
        return spent ? throw ResponseWrapping.NotValid() : await call.System.Wrapping.MoveAsync(hash, call.Context, cancellationToken);
    }

    /// <summary>The wrapping token of a request: the one in the body, or the one it was made with, which is spent by that.</summary>
    private static (TokenHash Hash, bool Spent) Named(SysCall call)
    {
        using var fields = new RequestFields(call.Request);
        var own = call.Context.Caller.Token;
        if (fields.Text("token") is { Length: > 0 } text && TokenHash.Of(text) is var named && named != own?.Hash) return (named, false);
        return own is not null && ResponseWrapping.IsWrapping(own.Entry) ? (own.Hash, true) : throw ResponseWrapping.NotValid();
    }

    private static void Require(SysCall call)
    {
        if (!call.IsWrite) throw call.Unsupported();
    }
}
