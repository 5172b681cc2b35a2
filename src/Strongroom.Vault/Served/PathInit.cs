using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;

namespace Strongroom.Vault.Served;

/// <summary><c>sys/init</c>: whether there is a vault, and making one.</summary>
internal static class PathInit
{
    public static async ValueTask<VaultResponse> HandleAsync(ServedVault vault, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation == VaultOperation.Read)
        {
            var initialized = await vault.IsInitializedAsync(cancellationToken);
            return SealEndpoints.Bare(writer => writer.WriteBoolean("initialized"u8, initialized));
        }
        if (request.Operation != VaultOperation.Update) throw SealEndpoints.Unsupported(request);
        using var fields = new RequestFields(request);
        RefusePgp(fields, "pgp_keys", "recovery_pgp_keys", "root_token_pgp_key");
        var split = vault.Options.Seal is null ? new ShareSplit(fields.Count("secret_shares") ?? 0, fields.Count("secret_threshold") ?? 0) : default;
        var made = await vault.Initialization.MakeAsync(split, cancellationToken);
        var response = SealEndpoints.Bare(writer =>
        {
            KeyInput.WriteAndZero(writer, made.Shares);
            writer.WriteString("root_token"u8, made.Root.Reveal());
        });
        response.HandOver = vault.Initialization.HandOverAsync;
        return response;
    }

    /// <summary>Keys that were to be encrypted must not be answered in the clear.</summary>
    public static void RefusePgp(RequestFields fields, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (fields.Names(name) is { Length: > 0 })
                throw RequestFields.Invalid($"{name} is not supported: this server does not encrypt with PGP; leave it out and encrypt what it answers");
        }
    }
}
