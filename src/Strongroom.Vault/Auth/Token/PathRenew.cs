using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>renew</c>, <c>renew-self</c>, <c>renew-accessor</c>: gives a token more time, within its limits.</summary>
internal static class PathRenew
{
    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        var (text, state) = await call.RequireAsync(fields, cancellationToken);
        return call.Told(await RenewAsync(call, text, state, fields, cancellationToken));
    }

    public static async ValueTask<VaultResponse> HandleSelfAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        return await RenewAsync(call, call.Request.Origin.Token, call.Own, fields, cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAccessorAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        return await RenewAsync(call, null, await call.RequireByAccessorAsync(fields, cancellationToken), fields, cancellationToken);
    }

    private static async ValueTask<VaultResponse> RenewAsync(
        TokenCall call, ClientToken? text, TokenState state, RequestFields fields, CancellationToken cancellationToken)
    {
        if (state.Entry.Batch) throw RequestFields.Invalid("batch tokens cannot be renewed");
        await Logins.RequireRoleAsync(call.System, state.Entry, cancellationToken);
        var increment = fields.Seconds("increment") ?? 0;
        var now = call.System.Tokens.Now;
        var (entry, sequence) = await call.System.Tokens.ChangeAsync(
            state.Hash, entry => TokenLifetime.Renew(entry, increment, now, call.System.DefaultLeaseTtl), call.Context.BeginCommit, cancellationToken);
        return VaultResponse.Issued(TokenStore.Issue(text, entry), sequence);
    }
}
