using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Kv;

/// <summary><c>config</c>: what holds for all secrets of the mount.</summary>
internal static class PathConfig
{
    public static ValueTask<VaultResponse> HandleAsync(KvCall call, CancellationToken cancellationToken) => call.Request.Operation switch
    {
        _ when call.Path.Length > 0 => throw KvEngine.NotSupported(call),
        VaultOperation.Read => ReadAsync(call, cancellationToken),
        VaultOperation.Create or VaultOperation.Update => WriteAsync(call, cancellationToken),
        _ => throw KvEngine.NotSupported(call),
    };

    private static async ValueTask<VaultResponse> ReadAsync(KvCall call, CancellationToken cancellationToken)
    {
        var buffer = new SecretBuffer();
        (await call.Engine.GetConfigAsync(cancellationToken)).Encode(buffer);
        return VaultResponse.Ok(buffer);
    }

    private static async ValueTask<VaultResponse> WriteAsync(KvCall call, CancellationToken cancellationToken)
    {
        using var body = KvBody.Parse(call.Request.Body);
        using var buffer = new SecretBuffer();
        KvBody.ReadConfig(body.RootElement, await call.Engine.GetConfigAsync(cancellationToken)).Encode(buffer);
        var commit = call.Context.BeginCommit();
        call.Engine.PutConfig(commit, buffer);
        return VaultResponse.Done((await commit.CommitAsync(cancellationToken)).GetValueOrDefault());
    }
}
