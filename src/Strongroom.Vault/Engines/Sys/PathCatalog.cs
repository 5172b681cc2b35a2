using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/plugins/catalog</c> and <c>sys/version-history</c>: which engines there are, all built in, and which version this is.</summary>
internal static class PathCatalog
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation is not (VaultOperation.Read or VaultOperation.List))
            throw RequestFields.Invalid("all engines are built in: there are no plugins to register");
        var parts = call.Argument.Split('/', StringSplitOptions.RemoveEmptyEntries);
        return new(parts switch
        {
            [] => All(),
            ["auth"] => VaultResponse.Keys(EngineCatalog.AuthTypes),
            ["secret"] => VaultResponse.Keys(EngineCatalog.SecretTypes),
            ["auth", var name] when EngineCatalog.AuthTypes.Contains(name, StringComparer.Ordinal) => One(name),
            ["secret", var name] when EngineCatalog.SecretTypes.Contains(name, StringComparer.Ordinal) => One(name),
            _ => throw call.NotFound(),
        });
    }

    public static ValueTask<VaultResponse> VersionHistoryAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.List) throw call.Unsupported();
        return new(VaultResponse.Keys([ServedVaultOptions.ApiVersion], writer =>
        {
            writer.WriteStartObject("key_info"u8);
            writer.WriteStartObject(ServedVaultOptions.ApiVersion);
            writer.WriteString("build_date"u8, ""u8);
            writer.WriteNull("previous_version"u8);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }));
    }

    private static VaultResponse All() => VaultResponse.Ok(writer =>
    {
        writer.WriteStrings("auth", EngineCatalog.AuthTypes);
        writer.WriteStrings("database", []);
        writer.WriteStrings("secret", EngineCatalog.SecretTypes);
        writer.WriteStartArray("detailed"u8);
        foreach (var (type, names) in new[] { ("auth", EngineCatalog.AuthTypes), ("secret", EngineCatalog.SecretTypes) })
        {
            foreach (var name in names)
            {
                writer.WriteStartObject();
                writer.WriteBoolean("builtin"u8, value: true);
                writer.WriteString("deprecation_status"u8, "supported"u8);
                writer.WriteString("name"u8, name);
                writer.WriteString("type"u8, type);
                writer.WriteString("version"u8, $"v{ServedVaultOptions.ApiVersion}+builtin.vault");
                writer.WriteEndObject();
            }
        }
        writer.WriteEndArray();
    });

    private static VaultResponse One(string name) => VaultResponse.Ok(writer =>
    {
        writer.WriteStrings("args", []);
        writer.WriteBoolean("builtin"u8, value: true);
        writer.WriteString("command"u8, ""u8);
        writer.WriteString("deprecation_status"u8, "supported"u8);
        writer.WriteString("name"u8, name);
        writer.WriteString("sha256"u8, ""u8);
        writer.WriteString("version"u8, ""u8);
    });
}
