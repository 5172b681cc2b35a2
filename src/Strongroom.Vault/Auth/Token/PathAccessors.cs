using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>LIST accessors</c>: the accessors of all tokens.</summary>
internal static class PathAccessors
{
    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.List) throw TokenEngine.Unsupported(call.Request);
        return VaultResponse.Keys(await call.System.Tokens.ListAccessorsAsync(cancellationToken));
    }
}
