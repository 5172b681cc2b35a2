using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>revoke</c>, <c>revoke-self</c>, <c>revoke-accessor</c>, <c>revoke-orphan</c>: ends tokens. Ending one that is not there is done already.</summary>
internal static class PathRevoke
{
    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, bool orphanChildren, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        var text = fields.Text("token") is { Length: > 0 } named ? named : call.Argument;
        if (text.Length == 0) throw RequestFields.Invalid("missing token ID");
        RequireService(BatchTokens.IsBatch(text));
        return call.Told(await RevokeAsync(call, TokenHash.Of(text), orphanChildren, cancellationToken));
    }

    public static ValueTask<VaultResponse> HandleSelfAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        RequireService(call.Own.Entry.Batch);
        return RevokeAsync(call, call.Own.Hash, orphanChildren: false, cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAccessorAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        var state = await call.RequireByAccessorAsync(fields, cancellationToken);
        return await RevokeAsync(call, state.Hash, orphanChildren: false, cancellationToken);
    }

    private static void RequireService(bool isBatch)
    {
        if (isBatch) throw RequestFields.Invalid("batch tokens cannot be revoked");
    }

    private static async ValueTask<VaultResponse> RevokeAsync(TokenCall call, TokenHash hash, bool orphanChildren, CancellationToken cancellationToken) =>
        VaultResponse.Done(await call.System.Tokens.RevokeAsync(hash, orphanChildren, cancellationToken));
}
