using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.UserPass;

/// <summary><c>users/:name</c> and below it <c>password</c> and <c>policies</c>: makes, changes, reads and removes users. <c>LIST users</c>: their names.</summary>
internal static class PathUsers
{
    /// <summary>The longest password, in bytes.</summary>
    public const int PasswordLengthMax = 4096;

    private static readonly string[] LegacyNames = ["policies", "ttl", "max_ttl", "bound_cidrs"];

    public static async ValueTask<VaultResponse> ListAsync(AuthCall call, RoleTable<UserEntry> users, CancellationToken cancellationToken) =>
        call.IsList ? VaultResponse.Keys(await users.ListAsync(cancellationToken)) : throw call.Unsupported();

    public static async ValueTask<VaultResponse> HandleAsync(
        AuthCall call, RoleTable<UserEntry> users, PasswordCheck check, string name, CancellationToken cancellationToken)
    {
        if (call.IsDelete) return VaultResponse.Done(await users.DeleteAsync(name, call.Context, cancellationToken));
        if (call.IsRead)
        {
            var user = await users.RequireAsync(name, cancellationToken);
            return VaultResponse.Ok(user.Token.Write);
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var hash = fields.Has("password") ? await HashAsync(call, check, fields, cancellationToken) : null;
        return VaultResponse.Done(await users.ChangeAsync(
            name,
            user => new UserEntry
            {
                Password = hash ?? user?.Password ?? throw RequestFields.Invalid("missing password"),
                Token = (user?.Token ?? new()).Merge(fields, LegacyNames),
            },
            call.Context, cancellationToken));
    }

    public static async ValueTask<VaultResponse> SetPasswordAsync(
        AuthCall call, RoleTable<UserEntry> users, PasswordCheck check, string name, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        var hash = await HashAsync(call, check, fields, cancellationToken);
        return VaultResponse.Done(await users.ChangeAsync(name, user => Existing(user) with { Password = hash }, call.Context, cancellationToken));
    }

    public static async ValueTask<VaultResponse> SetPoliciesAsync(AuthCall call, RoleTable<UserEntry> users, string name, CancellationToken cancellationToken)
    {
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        if (!fields.Has("policies") && !fields.Has("token_policies")) throw RequestFields.Invalid("missing token_policies");
        return VaultResponse.Done(await users.ChangeAsync(
            name, user => Existing(user) with { Token = user!.Token.MergePolicies(fields) }, call.Context, cancellationToken));
    }

    /// <summary>The password of a body. Throws InvalidInput when there is none.</summary>
    public static SecretValue RequirePassword(RequestFields fields) =>
        fields.Secret("password", PasswordLengthMax) is { Length: > 0 } password ? password : throw RequestFields.Invalid("missing password");

    private static async ValueTask<PasswordHash> HashAsync(AuthCall call, PasswordCheck check, RequestFields fields, CancellationToken cancellationToken)
    {
        using var password = RequirePassword(fields);
        return await check.WorkAsync(() => PasswordHash.Of(password, call.System.PasswordIterations, call.System.Barrier.Random), cancellationToken);
    }

    private static UserEntry Existing(UserEntry? user) => user ?? throw RequestFields.Invalid("username does not exist");
}
