using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Served;

/// <summary>
/// The paths that need no token: what answers while the vault is sealed, and what is done by who has unseal keys
/// (https://developer.hashicorp.com/vault/api-docs/system). Their answers have no envelope. Each is a file named after its path.
/// </summary>
internal static class SealEndpoints
{
    private const string Json = "application/json";

    public delegate ValueTask<VaultResponse> Endpoint(ServedVault vault, VaultRequest request, CancellationToken cancellationToken);

    private static readonly (string Path, Endpoint Endpoint, Capability Operations, string Text)[] Table =
    [
        ("health", PathHealth.HandleAsync, Read, "The state of the server, as the status of the answer."),
        ("leader", PathLeader.HandleAsync, Read, "Which server is at work."),
        ("seal-status", PathSealStatus.HandleAsync, Read, "Whether the vault is sealed, and how many unseal keys were given."),
        ("init", PathInit.HandleAsync, Read | Update, "Whether there is a vault; makes one."),
        ("unseal", PathUnseal.HandleAsync, Update, "Takes one unseal key, or forgets those that were given."),
        ("rekey/init", PathRekey.HandleInitAsync, Read | Update | Delete, "Begins new unseal keys, tells how far that is, gives it up."),
        ("rekey/update", PathRekey.HandleUpdateAsync, Update, "Takes one of the present unseal keys; the last is answered with the new ones."),
        ("rekey/verify", PathRekey.HandleVerifyAsync, Read | Update | Delete, "Takes back the new unseal keys, before they count."),
        ("rekey-recovery-key/init", PathRekey.HandleRecoveryAsync, Read | Update | Delete, "Recovery keys: there are none here."),
        ("rekey-recovery-key/update", PathRekey.HandleRecoveryAsync, Update, "Recovery keys: there are none here."),
        ("rekey-recovery-key/verify", PathRekey.HandleRecoveryAsync, Read | Update | Delete, "Recovery keys: there are none here."),
        ("generate-root/attempt", PathGenerateRoot.HandleAttemptAsync, Read | Update | Delete, "Begins a new root token for unseal keys, tells how far that is, gives it up."),
        ("generate-root/update", PathGenerateRoot.HandleUpdateAsync, Update, "Takes one unseal key; the last is answered with the masked root token."),
    ];

    /// <summary>What they are, below <c>sys/</c>.</summary>
    public static IEnumerable<EngineRoute> Routes
    {
        get
        {
            foreach (var (path, _, operations, text) in Table) yield return new EngineRoute(path, operations, text);
        }
    }

    /// <summary>The endpoint of a request, or null when it goes to the engines.</summary>
    public static Endpoint? Find(VaultRequest request) =>
        request.Path.StartsWith("sys/", StringComparison.Ordinal) ? Find(request.Path.AsSpan("sys/".Length)) : null;

    /// <summary>Whether it is one of these paths, below <c>sys/</c>.</summary>
    public static bool Has(string path) => Find(path) is not null;

    private static Endpoint? Find(ReadOnlySpan<char> path)
    {
        foreach (var (own, endpoint, _, _) in Table)
        {
            if (path.SequenceEqual(own)) return endpoint;
        }
        return null;
    }

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
