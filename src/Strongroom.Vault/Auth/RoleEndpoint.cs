using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth;

/// <summary>The paths of roles that are plain records: makes, changes, reads, removes and lists them.</summary>
internal static class RoleEndpoint
{
    public static async ValueTask<VaultResponse> ListAsync<T>(AuthCall call, RoleTable<T> roles, CancellationToken cancellationToken) where T : class =>
        call.IsList ? VaultResponse.Keys(await roles.ListAsync(cancellationToken)) : throw call.Unsupported();

    /// <param name="call">The request.</param>
    /// <param name="roles">Where the roles are.</param>
    /// <param name="name">Which one.</param>
    /// <param name="merge">The role, or none yet, with what a write says changed. Throws InvalidInput.</param>
    /// <param name="write">Writes the members that a read answers.</param>
    /// <param name="written">The answer to a write, from the sequence of its commit.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public static async ValueTask<VaultResponse> HandleAsync<T>(
        AuthCall call, RoleTable<T> roles, string name, Func<T?, RequestFields, T> merge, Action<Utf8JsonWriter, T> write,
        Func<long, VaultResponse> written, CancellationToken cancellationToken) where T : class
    {
        if (call.IsDelete) return VaultResponse.Done(await roles.DeleteAsync(name, call.Context, cancellationToken));
        if (call.IsRead)
        {
            var role = await roles.RequireAsync(name, cancellationToken);
            return VaultResponse.Ok(writer => write(writer, role));
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        return written(await roles.ChangeAsync(name, before => merge(before, fields), call.Context, cancellationToken));
    }
}
