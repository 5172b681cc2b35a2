using Strongroom.Secrets;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>
/// An API mounted in the vault: secrets, a way to log in, or the vault's own settings. Engines are made by
/// <see cref="Mounts.EngineCatalog"/>, live as long as the vault is unsealed, and are asked by <see cref="VaultCore"/> alone.
/// All failures are <see cref="Strongroom.Secrets.SecretException"/>; the reason of one with kind InvalidInput is shown to the client as it stands.
/// </summary>
internal abstract class Engine
{
    /// <summary>What the engine is for, in a sentence or two.</summary>
    public abstract string Help { get; }

    /// <summary>Its endpoints: what it answers elsewhere than here, it does not answer.</summary>
    public abstract IReadOnlyList<EngineRoute> Routes { get; }

    /// <summary>Whether the path may be used without a token: logins.</summary>
    public virtual bool IsOpen(VaultOperation operation, string path) => false;

    /// <summary>Whether the operation, though it reads, changes something, so that it is on record before it happens.</summary>
    public virtual bool ReadChanges(VaultOperation operation, string path) => false;

    /// <summary>Whether the path needs a good token but no rule of its own: it answers by what the caller may do elsewhere.</summary>
    public virtual bool AnswersByAccess(string path) => false;

    /// <summary>Whether the path needs the capability sudo besides the one of the operation.</summary>
    public virtual bool NeedsSudo(string path) => false;

    /// <summary>The path that policies know a thing by, where this one leads to it too: who may use this one needs the right to that one as well. Null for others.</summary>
    public virtual string? UsualPath(string path) => null;

    /// <summary>The failure of a request to the path whose token is not good.</summary>
    public virtual SecretException BadToken(string path) => TokenStore.Denied();

    /// <summary>
    /// Whether there is something at the path, so that a write asks for create or for update. Null where the engine makes no
    /// difference: then it is update.
    /// </summary>
    public virtual ValueTask<bool?> ExistsAsync(string path, CancellationToken cancellationToken) => new((bool?)null);

    /// <summary>Answers a request that may be made. The path is relative to the mount.</summary>
    public abstract ValueTask<VaultResponse> HandleAsync(VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken);

    /// <summary>Removes something that it noted to end, if it has ended: its time is over, unless it was moved.</summary>
    public virtual ValueTask SettleAsync(string name, CancellationToken cancellationToken) => default;

    /// <summary>Removes everything that the engine has stored; its mount is gone already. Interrupted, it may be asked again.</summary>
    public virtual ValueTask ClearAsync(CancellationToken cancellationToken) => default;
}
