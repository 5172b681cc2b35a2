using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth;

/// <summary>One request to an auth mount.</summary>
/// <param name="System">The vault.</param>
/// <param name="Mount">The mount as it is now.</param>
/// <param name="Request">The request.</param>
/// <param name="Path">The path inside the mount, in its segments.</param>
/// <param name="Context">Who asks, and the way to change something.</param>
internal sealed record AuthCall(VaultSystem System, MountEntry Mount, VaultRequest Request, string[] Path, RequestContext Context)
{
    public bool IsRead => Request.Operation == VaultOperation.Read;

    public bool IsList => Request.Operation == VaultOperation.List;

    public bool IsWrite => Request.Operation is VaultOperation.Create or VaultOperation.Update;

    public bool IsDelete => Request.Operation == VaultOperation.Delete;

    public long Now => System.Tokens.Now;

    /// <summary>The longest life that anything of this mount has, in seconds.</summary>
    public long MaxLeaseTtl => TokenLifetime.Shorter(Mount.MaxLeaseTtl, System.MaxLeaseTtl);

    public SecretException Unsupported() =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: Request.OperationName, name: Request.Path);

    public SecretException NoPath() =>
        new(SecretErrorKind.NotFound, "unsupported path", operation: Request.OperationName, name: Request.Path);

    /// <summary>Throws unless the request writes.</summary>
    public void RequireWrite()
    {
        if (!IsWrite) throw Unsupported();
    }
}
