using System.Text.Json;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary><c>role/:name</c>: makes, changes, reads and removes roles. <c>LIST role</c>: their names.</summary>
internal static class PathRole
{
    private static readonly string[] LegacyNames = ["policies", "ttl", "max_ttl", "period", "num_uses", "bound_cidrs"];

    public static async ValueTask<VaultResponse> ListAsync(AuthCall call, RoleTable<KubernetesRole> roles, CancellationToken cancellationToken) =>
        call.IsList ? VaultResponse.Keys(await roles.ListAsync(cancellationToken)) : throw call.Unsupported();

    public static async ValueTask<VaultResponse> HandleAsync(AuthCall call, RoleTable<KubernetesRole> roles, string name, CancellationToken cancellationToken)
    {
        if (call.IsDelete) return VaultResponse.Done(await roles.DeleteAsync(name, call.Context, cancellationToken));
        if (call.IsRead)
        {
            var role = await roles.RequireAsync(name, cancellationToken);
            return VaultResponse.Ok(writer => Write(writer, role));
        }
        call.RequireWrite();
        using var fields = new RequestFields(call.Request);
        return VaultResponse.Done(await roles.ChangeAsync(name, before => Merge(before ?? new KubernetesRole(), fields), call.Context, cancellationToken));
    }

    private static KubernetesRole Merge(KubernetesRole role, RequestFields fields)
    {
        if (fields.Text("bound_service_account_namespace_selector") is { Length: > 0 })
            throw RequestFields.Invalid("\"bound_service_account_namespace_selector\" is not supported; name the namespaces");
        var merged = role with
        {
            Names = fields.Names("bound_service_account_names") ?? role.Names,
            Namespaces = fields.Names("bound_service_account_namespaces") ?? role.Namespaces,
            Audience = fields.Text("audience") ?? role.Audience,
            AliasNameSource = fields.Text("alias_name_source") is { Length: > 0 } source ? source : role.AliasNameSource,
            Token = role.Token.Merge(fields, LegacyNames),
        };
        if (merged.Names.Length == 0) throw RequestFields.Invalid("\"bound_service_account_names\" can not be empty");
        if (merged.Namespaces.Length == 0) throw RequestFields.Invalid("\"bound_service_account_namespaces\" can not be empty");
        if (merged.AliasNameSource is not (KubernetesEngine.AliasByUid or KubernetesEngine.AliasByName))
            throw RequestFields.Invalid($"invalid alias_name_source \"{merged.AliasNameSource}\", must be one of: serviceaccount_uid, serviceaccount_name");
        return merged;
    }

    private static void Write(Utf8JsonWriter writer, KubernetesRole role)
    {
        writer.WriteString("alias_name_source"u8, role.AliasNameSource);
        if (role.Audience.Length > 0) writer.WriteString("audience"u8, role.Audience);
        writer.WriteStrings("bound_service_account_names", role.Names);
        writer.WriteString("bound_service_account_namespace_selector"u8, ""u8);
        writer.WriteStrings("bound_service_account_namespaces", role.Namespaces);
        role.Token.Write(writer);
    }
}
