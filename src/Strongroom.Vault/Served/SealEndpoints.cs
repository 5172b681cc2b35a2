using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>
/// The paths that need no token: what answers while the vault is sealed, and what is done by who has unseal keys
/// (https://developer.hashicorp.com/vault/api-docs/system). Their answers have no envelope. Each is a file named after its path.
/// </summary>
internal static class SealEndpoints
{
    private const string Json = "application/json";

    public delegate ValueTask<VaultResponse> Endpoint(ServedVault vault, VaultRequest request, CancellationToken cancellationToken);

    /// <summary>The endpoint of a request, or null when it goes to the engines.</summary>
    public static Endpoint? Find(VaultRequest request) => !request.Path.StartsWith("sys/", StringComparison.Ordinal) ? null : request.Path switch
    {
        "sys/health" => PathHealth.HandleAsync,
        "sys/leader" => PathLeader.HandleAsync,
        "sys/seal-status" => PathSealStatus.HandleAsync,
        "sys/init" => PathInit.HandleAsync,
        "sys/unseal" => PathUnseal.HandleAsync,
        "sys/rekey/init" => PathRekey.HandleInitAsync,
        "sys/rekey/update" => PathRekey.HandleUpdateAsync,
        "sys/rekey/verify" => PathRekey.HandleVerifyAsync,
        "sys/rekey-recovery-key/init" or "sys/rekey-recovery-key/update" or "sys/rekey-recovery-key/verify" => PathRekey.HandleRecoveryAsync,
        "sys/generate-root/attempt" => PathGenerateRoot.HandleAttemptAsync,
        "sys/generate-root/update" => PathGenerateRoot.HandleUpdateAsync,
        _ => null,
    };

    /// <summary>An answer that is the whole body.</summary>
    public static VaultResponse Bare(Action<Utf8JsonWriter> write, int status = 200)
    {
        var response = VaultResponse.Ok(write);
        response.BareContentType = Json;
        response.StatusCode = status;
        return response;
    }

    public static SecretException Unsupported(VaultRequest request) =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: request.OperationName, name: request.Path);
}
