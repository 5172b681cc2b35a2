using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>tidy</c>: ends what is over and removes what an interrupted revocation left. Answers when it is done.</summary>
internal static class PathTidy
{
    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        await call.System.Leases.SweepAsync(cancellationToken);
        await call.System.Tokens.TidyAsync(cancellationToken);
        var response = VaultResponse.Empty(0);
        response.StatusCode = 202;
        response.Warnings = ["Tidy operation successfully started. Any information from the operation will be printed to Vault's server logs."];
        return response;
    }
}
