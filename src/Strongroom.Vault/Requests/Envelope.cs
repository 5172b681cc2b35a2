using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>
/// The usual form of an answer: <c>request_id, lease_id, renewable, lease_duration, data, wrap_info, warnings, auth</c>
/// (https://developer.hashicorp.com/vault/api-docs).
/// </summary>
public static class Envelope
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    [ThreadStatic]
    private static Utf8JsonWriter? _resting;

    /// <summary>Writes the answer to a request, which holds whatever secrets it gives out.</summary>
    public static void Write(IBufferWriter<byte> output, VaultRequest request, VaultResponse response)
    {
        // Writing never waits, so that a thread has one writer in use at most. It holds nothing of what went through it.
        var writer = _resting ?? new Utf8JsonWriter(output, Options);
        _resting = null;
        writer.Reset(output);
        writer.WriteStartObject();
        writer.WriteString("request_id"u8, response.Wrap is null ? request.Origin.RequestId : "");
        writer.WriteString("lease_id"u8, ""u8);
        writer.WriteBoolean("renewable"u8, false);
        writer.WriteNumber("lease_duration"u8, (long)response.LeaseDuration.TotalSeconds);
        writer.WritePropertyName("data"u8);
        if (response.Data.IsEmpty) writer.WriteNullValue();
        else writer.WriteRawValue(response.Data.Span, skipInputValidation: true);
        WriteWrap(writer, response.Wrap);
        WriteWarnings(writer, response.Warnings);
        WriteAuth(writer, response.Auth);
        // System endpoints repeat their data beside the envelope, for clients from before there was one.
        if (!response.Data.IsEmpty && request.Path.StartsWith("sys/", StringComparison.Ordinal) && !request.Path.StartsWith("sys/wrapping/", StringComparison.Ordinal))
            Repeat(writer, response.Data);
        writer.WriteEndObject();
        writer.Flush();
        writer.Reset(Stream.Null);
        _resting = writer;
    }

    private static void Repeat(Utf8JsonWriter writer, ReadOnlyMemory<byte> data)
    {
        using var document = JsonDocument.Parse(data);
        foreach (var member in document.RootElement.EnumerateObject())
        {
            if (member.Name is "request_id" or "lease_id" or "renewable" or "lease_duration" or "data" or "wrap_info" or "warnings" or "auth") continue;
            member.WriteTo(writer);
        }
    }

    private static void WriteWrap(Utf8JsonWriter writer, WrapInfo? wrap)
    {
        if (wrap is null)
        {
            writer.WriteNull("wrap_info"u8);
            return;
        }
        writer.WriteStartObject("wrap_info"u8);
        writer.WriteString("token"u8, wrap.Token.Reveal());
        writer.WriteString("accessor"u8, wrap.Accessor);
        writer.WriteNumber("ttl"u8, (long)wrap.Ttl.TotalSeconds);
        writer.WriteString("creation_time"u8, wrap.CreatedAt.UtcDateTime);
        writer.WriteString("creation_path"u8, wrap.CreationPath);
        if (wrap.WrappedAccessor is { } accessor) writer.WriteString("wrapped_accessor"u8, accessor);
        writer.WriteEndObject();
    }

    private static void WriteWarnings(Utf8JsonWriter writer, IReadOnlyList<string> warnings)
    {
        if (warnings.Count == 0)
        {
            writer.WriteNull("warnings"u8);
            return;
        }
        writer.WriteStartArray("warnings"u8);
        foreach (var warning in warnings) writer.WriteStringValue(warning);
        writer.WriteEndArray();
    }

    private static void WriteAuth(Utf8JsonWriter writer, IssuedAuth? auth)
    {
        if (auth is null)
        {
            writer.WriteNull("auth"u8);
            return;
        }
        writer.WriteStartObject("auth"u8);
        writer.WriteString("client_token"u8, auth.Token?.Reveal() ?? "");
        writer.WriteString("accessor"u8, auth.Accessor);
        WriteNames(writer, "policies"u8, auth.IdentityPolicies.Count == 0 ? auth.Policies : [.. new SortedSet<string>([.. auth.Policies, .. auth.IdentityPolicies], StringComparer.Ordinal)]);
        WriteNames(writer, "token_policies"u8, auth.Policies);
        if (auth.IdentityPolicies.Count > 0) WriteNames(writer, "identity_policies"u8, auth.IdentityPolicies);
        writer.WritePropertyName("metadata"u8);
        if (auth.Metadata is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteStartObject();
            foreach (var (name, value) in auth.Metadata) writer.WriteString(name, value);
            writer.WriteEndObject();
        }
        writer.WriteNumber("lease_duration"u8, (long)auth.LeaseDuration.TotalSeconds);
        writer.WriteBoolean("renewable"u8, auth.Renewable);
        writer.WriteString("entity_id"u8, auth.EntityId);
        writer.WriteString("token_type"u8, auth.Type);
        writer.WriteBoolean("orphan"u8, auth.Orphan);
        writer.WriteNull("mfa_requirement"u8);
        writer.WriteNumber("num_uses"u8, auth.UsesLeft);
        writer.WriteEndObject();
    }

    private static void WriteNames(Utf8JsonWriter writer, ReadOnlySpan<byte> name, IReadOnlyList<string> names)
    {
        writer.WriteStartArray(name);
        foreach (var text in names) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
