using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>
/// <c>sys/policies/lint</c>, <c>explain</c>, <c>test</c> and <c>presets</c>: tools for those who write policies. Ours; Vault has none.
/// </summary>
internal static class PathPolicyTools
{
    /// <summary><c>lint</c> <c>{policy}</c> examines a text that is not stored; without one, all stored policies together.</summary>
    public static async ValueTask<VaultResponse> LintAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite && call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var policies = fields.Text("policy") is { Length: > 0 } text ? [Parse(fields.Text("name") ?? "policy", text)] : await StoredAsync(call, names: null, cancellationToken);
        var mounts = new List<LintMount>();
        foreach (var mount in call.System.Mounts.Table.All)
            mounts.Add(new LintMount(mount.Path, mount.Entry is { Type: "kv" } entry && entry.Options.GetOption("version") == "2"));
        var findings = PolicyLint.Examine(policies, mounts);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteStartArray("findings"u8);
            foreach (var finding in findings)
            {
                writer.WriteStartObject();
                writer.WriteString("code"u8, finding.Code);
                writer.WriteString("policy"u8, finding.Policy);
                writer.WriteNumber("line"u8, finding.Line);
                writer.WriteNumber("column"u8, finding.Column);
                writer.WriteString("message"u8, finding.Message);
                writer.WriteString("suggestion"u8, finding.Suggestion);
                writer.WriteEndObject();
            }
            writer.WriteEndArray();
        });
    }

    /// <summary><c>explain</c> <c>{path, operation, policies}</c>: which rule decides, and why not the others.</summary>
    public static async ValueTask<VaultResponse> ExplainAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var path = fields.RequireText("path").TrimStart('/');
        if (!Operations.TryParse(fields.Text("operation") ?? "read", out var needed))
            throw RequestFields.Invalid($"operation is one of: {string.Join(", ", Operations.Names)}");
        // Without names it is about the caller.
        var acl = fields.Names("policies") is { } names ? Acl.Compile(await StoredAsync(call, names, cancellationToken), IdentityValues.None) : call.Context.Caller.Acl;
        var explanation = PolicyExplain.Explain(acl, path, needed);
        return VaultResponse.Ok(writer =>
        {
            writer.WriteBoolean("allowed"u8, explanation.Decision.IsAllowed);
            writer.WriteString("reason"u8, explanation.Reason);
            writer.WritePropertyName("rule"u8);
            WriteRule(writer, explanation.Decision.Rule, reason: null);
            writer.WriteStartArray("others"u8);
            foreach (var other in explanation.RunnersUp) WriteRule(writer, other.Rule, other.Reason);
            writer.WriteEndArray();
        });
    }

    /// <summary><c>test</c> <c>{cases, policies}</c>: runs a file of cases against the stored policies.</summary>
    public static async ValueTask<VaultResponse> TestAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (!call.IsWrite) throw call.Unsupported();
        using var fields = new RequestFields(call.Request);
        var reading = PolicyCases.Read(fields.RequireText("cases"));
        if (reading.Faults.Count > 0) throw RequestFields.Invalid(string.Join("; ", reading.Faults));
        var results = PolicyCases.Run(reading.Cases, await StoredAsync(call, fields.Names("policies"), cancellationToken));
        return VaultResponse.Ok(writer =>
        {
            writer.WriteBoolean("passed"u8, results.All(result => result.Passed));
            writer.WriteStrings("results", results.Select(result => result.ToString()));
        });
    }

    /// <summary><c>presets</c> lists the ready policies; <c>presets/:name?mount=&amp;folder=</c> gives the text of one.</summary>
    public static ValueTask<VaultResponse> PresetsAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation is not (VaultOperation.Read or VaultOperation.List)) throw call.Unsupported();
        var name = call.Argument.TrimEnd('/');
        if (name.Length == 0) return new(VaultResponse.Keys([.. PolicyPreset.All.Select(preset => preset.Name)]));
        var preset = PolicyPreset.Find(name) ?? throw call.NotFound();
        var policy = preset.Make(call.Request.Query.GetValueOrDefault("mount") ?? "secret", call.Request.Query.GetValueOrDefault("folder") ?? "");
        return new(VaultResponse.Ok(writer =>
        {
            writer.WriteString("name"u8, preset.Name);
            writer.WriteString("title"u8, preset.Title);
            writer.WriteString("policy"u8, PolicyWriter.Write(policy.Rules, preset.Title));
        }));
    }

    private static void WriteRule(Utf8JsonWriter writer, AclRule? rule, string? reason)
    {
        if (rule is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        writer.WriteString("path"u8, rule.Pattern.Text);
        writer.WriteStrings("capabilities", CapabilityNames.Of(rule.Capabilities));
        writer.WriteStartArray("sources"u8);
        foreach (var source in rule.Sources) writer.WriteStringValue($"{source.Policy}:{source.Rule.Line}");
        writer.WriteEndArray();
        if (reason is not null) writer.WriteString("reason"u8, reason);
        writer.WriteEndObject();
    }

    private static AccessPolicy Parse(string name, string text)
    {
        try
        {
            return AccessPolicy.Parse(name, text);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.InvalidInput)
        {
            throw RequestFields.Invalid($"failed to parse policy: {e.Reason}");
        }
    }

    /// <summary>Stored policies by name, or all of them but root.</summary>
    private static async ValueTask<List<AccessPolicy>> StoredAsync(SysCall call, string[]? names, CancellationToken cancellationToken)
    {
        var policies = new List<AccessPolicy>();
        foreach (var name in names ?? [.. await call.System.Policies.ListAsync(cancellationToken)])
        {
            if (string.Equals(name, PolicyStore.Root, StringComparison.Ordinal))
            {
                if (names is not null) policies.Add(AccessPolicy.Root);
                continue;
            }
            var text = await call.System.Policies.GetAsync(name, cancellationToken) ?? throw RequestFields.Invalid($"there is no policy \"{name}\"");
            policies.Add(AccessPolicy.Parse(name, text));
        }
        return policies;
    }
}
