using System.Text;
using Strongroom.Formats;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/policies/acl/:name</c>, and <c>sys/policy/:name</c> as older clients have it: read, write, delete, list policies.</summary>
internal static class PathPolicies
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken) => HandleAsync(call, "policy", cancellationToken);

    public static ValueTask<VaultResponse> HandleLegacyAsync(SysCall call, CancellationToken cancellationToken) => HandleAsync(call, "rules", cancellationToken);

    private static async ValueTask<VaultResponse> HandleAsync(SysCall call, string textMember, CancellationToken cancellationToken)
    {
        var name = NameCase.Lower(call.Argument.TrimEnd('/'));
        var policies = call.System.Policies;
        switch (call.Request.Operation)
        {
            case VaultOperation.List or VaultOperation.Read when name.Length == 0:
                var names = await policies.ListAsync(cancellationToken);
                return VaultResponse.Keys(names, writer =>
                {
                    if (string.Equals(textMember, "rules", StringComparison.Ordinal)) writer.WriteStrings("policies", names);
                });
            case VaultOperation.Read:
                var text = await policies.GetAsync(name, cancellationToken) ?? throw call.NotFound();
                return VaultResponse.Ok(writer =>
                {
                    writer.WriteString("name"u8, name);
                    writer.WriteString(textMember, text);
                });
            case VaultOperation.Create or VaultOperation.Update when name.Length > 0:
                return VaultResponse.Done(await WriteAsync(call, name, cancellationToken));
            case VaultOperation.Delete when name.Length > 0:
                return VaultResponse.Done(await policies.DeleteAsync(name, call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static async ValueTask<long> WriteAsync(SysCall call, string name, CancellationToken cancellationToken)
    {
        using var fields = new RequestFields(call.Request);
        var text = fields.Text("policy") is { Length: > 0 } policyText ? policyText : fields.Text("rules") is { Length: > 0 } rules ? rules : throw RequestFields.Invalid("'policy' parameter not supplied or empty");
        if (Encoding.UTF8.GetByteCount(text) > PolicyStore.TextLengthMax) throw RequestFields.Invalid($"a policy is at most {PolicyStore.TextLengthMax} bytes long");
        // Some clients send the text as base64, as Vault allows.
        if (!text.Contains('{', StringComparison.Ordinal) && TryDecode(text) is { } decoded) text = decoded;
        // A file with several policies may be written as it is, once for each name: what is kept are the rules of that name.
        var reading = PolicyFile.ReadOne(text, name);
        if (reading.Policy is not { } policy) throw RequestFields.Invalid($"failed to parse policy: {FormatFaults.ToException(reading.Faults, "the policy").Reason}");
        return await call.System.Policies.PutAsync(policy, policy.Text, call.Context, cancellationToken);
    }

    private static string? TryDecode(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) ? Encoding.UTF8.GetString(bytes, 0, length) : null;
    }
}
