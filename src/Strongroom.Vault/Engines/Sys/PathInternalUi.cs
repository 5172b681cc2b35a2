using System.Text.Json;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/internal/ui/resultant-acl</c> and <c>feature-flags</c>: what the caller may do, by path.</summary>
internal static class PathInternalUi
{
    public static ValueTask<VaultResponse> ResultantAclAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var acl = call.Context.Caller.Acl;
        return new(VaultResponse.Ok(writer =>
        {
            WriteRules(writer, "exact_paths", acl, prefixes: false);
            WriteRules(writer, "glob_paths", acl, prefixes: true);
            writer.WriteBoolean("root"u8, acl.IsRoot);
        }));
    }

    public static ValueTask<VaultResponse> FeatureFlagsAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        var content = new Secrets.SecretBuffer(32);
        content.Write("{\"feature_flags\":null}"u8);
        return new(VaultResponse.Bare(content, "application/json"));
    }

    private static void WriteRules(Utf8JsonWriter writer, string name, Acl acl, bool prefixes)
    {
        writer.WriteStartObject(name);
        foreach (var rule in acl.Rules)
        {
            var pattern = rule.Pattern;
            if (pattern.IsPrefix != prefixes) continue;
            writer.WriteStartObject(prefixes ? pattern.Text[..^1] : pattern.Text);
            writer.WriteStrings("capabilities", CapabilityNames.Of(rule.Capabilities));
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }
}
