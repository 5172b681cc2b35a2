using Strongroom.Secrets;
using Strongroom.Vault.Served;

namespace Strongroom.Server;

/// <summary>
/// A way back for who lost every token of a vault that opens by itself: whoever has its key file and its folder, on a server that is stopped,
/// may do everything anyway. The audit log tells of it.
/// </summary>
internal static class RootTokenCommand
{
    /// <summary>Long enough to make the tokens and logins that are wanted.</summary>
    public static readonly TimeSpan Ttl = TimeSpan.FromHours(1);

    /// <summary>Makes the token and tells it. Throws Sealed when the vault has no seal of its own, or is not there yet.</summary>
    public static async Task RunAsync(ServedVault vault, TextWriter output, CancellationToken cancellationToken)
    {
        if (vault.IsSealed)
        {
            throw await vault.IsInitializedAsync(cancellationToken)
                ? new SecretException(
                    SecretErrorKind.Sealed, "this vault is opened by people, and they make a root token", operation: "root token",
                    help: "start the server, unseal it, and run strongroom operator generate-root -init")
                : new SecretException(SecretErrorKind.NotFound, "there is no vault yet", operation: "root token", help: "start the server and run strongroom operator init");
        }
        var token = await vault.CreateRootTokenAsync(Ttl, cancellationToken);
        await output.WriteLineAsync($"""
            Root token: {token.Reveal()}

            It ends in {Ttl.TotalHours:0} hour. Start the server, make what you need with it, then: strongroom token revoke -self
            """);
    }
}
