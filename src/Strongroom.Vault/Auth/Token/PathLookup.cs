using System.Text.Json;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Auth.Token;

/// <summary><c>lookup</c>, <c>lookup-self</c>, <c>lookup-accessor</c>: what is known of a token.</summary>
internal static class PathLookup
{
    public static async ValueTask<VaultResponse> HandleAsync(TokenCall call, CancellationToken cancellationToken)
    {
        RequireLookup(call);
        using var fields = new RequestFields(call.Request);
        if (call.Argument.Length == 0 && fields.Text("token") is null) return await HandleSelfAsync(call, cancellationToken);
        try
        {
            var (text, state) = await call.RequireAsync(fields, cancellationToken);
            return call.Told(await AnswerAsync(call, text.Reveal(), state.Entry, cancellationToken));
        }
        catch (Secrets.SecretException e) when (e.Kind == Secrets.SecretErrorKind.Denied)
        {
            throw new Secrets.SecretException(Secrets.SecretErrorKind.Denied, "bad token", operation: call.Request.OperationName);
        }
    }

    public static ValueTask<VaultResponse> HandleSelfAsync(TokenCall call, CancellationToken cancellationToken)
    {
        RequireLookup(call);
        return AnswerAsync(call, call.Request.Origin.Token!.Reveal(), call.Own.Entry, cancellationToken);
    }

    public static async ValueTask<VaultResponse> HandleAccessorAsync(TokenCall call, CancellationToken cancellationToken)
    {
        TokenEngine.RequireWrite(call.Request);
        using var fields = new RequestFields(call.Request);
        return await AnswerAsync(call, "", (await call.RequireByAccessorAsync(fields, cancellationToken)).Entry, cancellationToken);
    }

    private static void RequireLookup(TokenCall call)
    {
        if (call.Request.Operation != VaultOperation.Read) TokenEngine.RequireWrite(call.Request);
    }

    private static async ValueTask<VaultResponse> AnswerAsync(TokenCall call, string text, TokenEntry entry, CancellationToken cancellationToken)
    {
        var now = call.System.Tokens.Now;
        var identityPolicies = (await call.System.Identity.HoldingAsync(entry.EntityId, cancellationToken))?.Policies ?? [];
        return VaultResponse.Ok(writer =>
        {
            writer.WriteString("accessor"u8, entry.Accessor);
            if (entry.BoundCidrs.Length > 0) writer.WriteStrings("bound_cidrs", entry.BoundCidrs);
            writer.WriteNumber("creation_time"u8, entry.CreatedAt);
            writer.WriteNumber("creation_ttl"u8, entry.CreationTtl);
            writer.WriteString("display_name"u8, entry.DisplayName);
            writer.WriteString("entity_id"u8, entry.EntityId);
            WriteTime(writer, "expire_time", entry.ExpiresAt);
            writer.WriteNumber("explicit_max_ttl"u8, entry.ExplicitMaxTtl);
            writer.WriteString("id"u8, text);
            if (identityPolicies.Length > 0) writer.WriteStrings("identity_policies", identityPolicies);
            if (entry.ExpiresAt != 0) writer.WriteUnixTime("issue_time", entry.CreatedAt);
            if (entry.RenewedAt != 0)
            {
                writer.WriteUnixTime("last_renewal", entry.RenewedAt);
                writer.WriteNumber("last_renewal_time"u8, entry.RenewedAt);
            }
            writer.WritePairs("meta", entry.Metadata);
            writer.WriteNumber("num_uses"u8, entry.UsesLeft);
            writer.WriteBoolean("orphan"u8, entry.Parent is null);
            writer.WriteString("path"u8, entry.Path);
            if (entry.Period != 0) writer.WriteNumber("period"u8, entry.Period);
            writer.WriteStrings("policies", entry.Policies);
            if (entry.ExpiresAt != 0) writer.WriteBoolean("renewable"u8, entry.Renewable);
            if (entry.Role is { } role) writer.WriteString("role"u8, role);
            writer.WriteNumber("ttl"u8, entry.ExpiresAt == 0 ? 0 : Math.Max(0, entry.ExpiresAt - now));
            writer.WriteString("type"u8, entry.Batch ? "batch"u8 : "service"u8);
        });
    }

    private static void WriteTime(Utf8JsonWriter writer, string name, long unixSeconds)
    {
        if (unixSeconds == 0) writer.WriteNull(name);
        else writer.WriteUnixTime(name, unixSeconds);
    }
}
