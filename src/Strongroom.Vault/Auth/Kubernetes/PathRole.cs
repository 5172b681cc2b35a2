using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Kubernetes;

/// <summary><c>role/:name</c>: makes, changes, reads and removes roles. <c>LIST role</c>: their names.</summary>
internal static class PathRole
{
    public static ValueTask<VaultResponse> HandleAsync(AuthCall call, RoleTable<KubernetesRole> roles, string name, CancellationToken cancellationToken) =>
        RoleEndpoint.HandleAsync(
            call, roles, name, static (before, fields) => Merge(before ?? new KubernetesRole(), fields), Write, VaultResponse.Done, cancellationToken);

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
            Token = role.Token.Merge(fields, TokenParameters.OlderNames),
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
