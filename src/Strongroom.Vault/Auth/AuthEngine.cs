using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth;

/// <summary>A way to log in. Its paths are short, so they are given in segments.</summary>
internal abstract class AuthEngine(MountEntry entry, VaultSystem system) : Engine
{
    protected VaultSystem System { get; } = system;

    public sealed override bool IsOpen(VaultOperation operation, string path) =>
        operation == VaultOperation.Update ? IsLogin(Segments(path)) : ReadChanges(operation, path);

    public sealed override bool ReadChanges(VaultOperation operation, string path) => operation == VaultOperation.Read && IsLoginByRead(Segments(path));

    public sealed override async ValueTask<bool?> ExistsAsync(string path, CancellationToken cancellationToken) =>
        Segments(path) is [var folder, var name] ? await ExistsAsync(folder, name, cancellationToken) : null;

    public sealed override ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken) =>
        HandleAsync(new AuthCall(System, Current(), request, Segments(path), context), cancellationToken);

    public sealed override async ValueTask ClearAsync(CancellationToken cancellationToken)
    {
        var view = System.View(entry);
        await foreach (var path in view.WalkAsync(cancellationToken))
        {
            var commit = new BarrierCommit(System.Barrier);
            commit.DeleteListed(view, path);
            await commit.CommitAsync(cancellationToken);
        }
    }

    /// <summary>Whether the role, user or certificate of a login is still there: else its tokens are not renewed.</summary>
    public abstract ValueTask<bool> HasRoleAsync(string role, CancellationToken cancellationToken);

    /// <summary>The role, user or certificate that a login names, for quotas; null when it names none that there is. Proves nothing.</summary>
    public async ValueTask<string?> RoleOfAsync(VaultRequest request, string path, CancellationToken cancellationToken)
    {
        try
        {
            using var fields = new RequestFields(request);
            return await RoleOfAsync(fields, Segments(path), cancellationToken);
        }
        catch (SecretException)
        {
            // What is wrong with the request is told by the login itself.
            return null;
        }
        finally
        {
            request.Fields = null;
        }
    }

    /// <summary>The role, user or certificate that a login names, or null.</summary>
    protected virtual ValueTask<string?> RoleOfAsync(RequestFields fields, string[] path, CancellationToken cancellationToken) => default;

    /// <summary>Whether a write to this path is a login, for which no token is needed.</summary>
    protected abstract bool IsLogin(string[] path);

    /// <summary>Whether a read of this path is a login: a browser cannot write.</summary>
    protected virtual bool IsLoginByRead(string[] path) => false;

    /// <summary>Whether there is such a role; null when a write there needs no telling apart of create and update.</summary>
    protected abstract ValueTask<bool?> ExistsAsync(string folder, string name, CancellationToken cancellationToken);

    protected abstract ValueTask<VaultResponse> HandleAsync(AuthCall call, CancellationToken cancellationToken);

    /// <summary>The mount's entry with its present settings: the engine outlives a change of them.</summary>
    private MountEntry Current()
    {
        foreach (var mount in System.Mounts.Table.All)
        {
            if (string.Equals(mount.Entry?.Id, entry.Id, StringComparison.Ordinal)) return mount.Entry!;
        }
        return entry;
    }

    private static string[] Segments(string path) => path.TrimEnd('/').Split('/');
}
