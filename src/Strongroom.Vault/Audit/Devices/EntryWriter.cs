using System.Globalization;
using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// Writes entries in the form that Vault gives them (https://developer.hashicorp.com/vault/docs/audit/schema): member names and order
/// as there, members without content left out.
/// </summary>
internal sealed class EntryWriter(AuditDevice device, Utf8JsonWriter json)
{
    /// <summary>A body or answer longer than this is told by one code for the whole of it: entries must not cost more than requests.</summary>
    private const int DataLengthMax = 1024 * 1024;

    /// <summary>The entry. <paramref name="wholeData"/> tells bodies by one code, for those that are no JSON after all.</summary>
    public void Write(in AuditedRequest audited, bool wholeData)
    {
        json.WriteStartObject();
        json.WriteString("time"u8, audited.Time.UtcDateTime);
        json.WriteString("type"u8, audited.IsResponse ? "response"u8 : "request"u8);
        WriteAuth(audited);
        WriteRequest(audited, wholeData);
        if (audited.IsResponse) WriteResponse(audited, wholeData);
        if (audited.Error is { } error)
            json.WriteString("error"u8, error.Kind == SecretErrorKind.Denied ? $"1 error occurred:\n\t* {error.Reason}\n\n" : error.Reason);
        json.WriteEndObject();
        json.Flush();
    }

    private void WriteAuth(in AuditedRequest audited)
    {
        json.WriteStartObject("auth"u8);
        if (audited.Caller.Token is { Entry: var entry })
        {
            var codes = device.CodesOf(audited.Caller.Token, audited.Request.Origin.Token);
            json.WriteString("client_token"u8, codes.Token);
            json.WriteString("accessor"u8, codes.Accessor);
            json.WriteString("display_name"u8, entry.DisplayName);
            json.WriteStrings("policies", entry.Policies);
            json.WriteStrings("token_policies", entry.Policies);
            json.WriteStartObject("policy_results"u8);
            var allowed = audited.Error?.Kind != SecretErrorKind.Denied;
            json.WriteBoolean("allowed"u8, allowed);
            if (allowed) WriteGranting(audited);
            json.WriteEndObject();
            if (entry.Metadata is { Count: > 0 } metadata) json.WritePairs("metadata", metadata);
            if (entry.UsesLeft > 0) json.WriteNumber("remaining_uses"u8, entry.UsesLeft);
            if (entry.EntityId.Length > 0) json.WriteString("entity_id"u8, entry.EntityId);
            json.WriteString("token_type"u8, entry.Batch ? "batch"u8 : "service"u8);
            if (entry.CreationTtl > 0) json.WriteNumber("token_ttl"u8, entry.CreationTtl);
            json.WriteUnixTime("token_issue_time", entry.CreatedAt);
        }
        else
        {
            json.WriteString("token_type"u8, "default"u8);
        }
        json.WriteEndObject();
    }

    /// <summary>The policies that grant what the request needs; all of them, though one would do.</summary>
    private void WriteGranting(in AuditedRequest audited)
    {
        var acl = audited.Caller.Acl;
        var needed = audited.Request.Needed;
        var rule = acl.Check(audited.Request.Path, needed, audited.Request.Body.Span).Rule;
        if (rule is null && !acl.IsRoot) return;
        json.WriteStartArray("granting_policies"u8);
        if (rule is null) WritePolicy("root");
        foreach (var source in rule?.Sources ?? [])
        {
            if ((source.Rule.Capabilities & needed) != Capability.None) WritePolicy(source.Policy);
        }
        json.WriteEndArray();
    }

    private void WritePolicy(string name)
    {
        json.WriteStartObject();
        json.WriteString("name"u8, name);
        json.WriteString("namespace_id"u8, "root"u8);
        json.WriteString("type"u8, "acl"u8);
        json.WriteEndObject();
    }

    private void WriteRequest(in AuditedRequest audited, bool wholeData)
    {
        var request = audited.Request;
        json.WriteStartObject("request"u8);
        if (request.Origin.RequestId.Length > 0) json.WriteString("id"u8, request.Origin.RequestId);
        json.WriteString("operation"u8, request.OperationName);
        WriteMount(audited.Mount);
        if (audited.Caller.Token is { } token)
        {
            var codes = device.CodesOf(token, request.Origin.Token);
            json.WriteString("client_token"u8, codes.Token);
            json.WriteString("client_token_accessor"u8, codes.Accessor);
        }
        json.WriteStartObject("namespace"u8);
        json.WriteString("id"u8, "root"u8);
        json.WriteEndObject();
        json.WriteString("path"u8, request.ToldPath);
        WriteRequestData(audited, wholeData);
        WriteAddress(request.Origin);
        if (request.Origin.WrapTtl > TimeSpan.Zero) json.WriteNumber("wrap_ttl"u8, (long)request.Origin.WrapTtl.TotalSeconds);
        if (request.Origin.AuditedHeaders is { } headers) WriteHeaders(headers);
        if (request.Origin.Certificate is { } certificate) json.WriteString("client_certificate_serial_number"u8, certificate.SerialNumber);
        json.WriteEndObject();
    }

    private void WriteRequestData(in AuditedRequest audited, bool wholeData)
    {
        var request = audited.Request;
        var clear = audited.Mount?.Entry?.AuditNonHmacRequestKeys ?? [];
        if (!request.Body.IsEmpty)
        {
            WriteData(request.Body.Span, clear, elide: false, wholeData);
        }
        else if (request.Query.Count > 0 || request.Version is not null)
        {
            json.WriteStartObject("data"u8);
            foreach (var (name, value) in request.Query) WriteText(name, value, clear);
            if (request.Version is { } version && !request.Query.ContainsKey("version"))
                WriteText("version", version.ToString(CultureInfo.InvariantCulture), clear);
            json.WriteEndObject();
        }
    }

    private void WriteResponse(in AuditedRequest audited, bool wholeData)
    {
        json.WriteStartObject("response"u8);
        if (audited.Response is { } response)
        {
            if (response.Auth is { } auth) WriteIssued(auth);
            WriteMount(audited.Mount);
            if (!response.Data.IsEmpty)
            {
                var elide = device.Options.ElideListResponses && audited.Request.Operation == VaultOperation.List;
                WriteData(response.Data.Span, audited.Mount?.Entry?.AuditNonHmacResponseKeys ?? [], elide, wholeData || response.BareContentType is not null);
            }
            if (response.Warnings.Count > 0) json.WriteStrings("warnings", response.Warnings);
            if (response.Wrap is { } wrap) WriteWrap(wrap);
        }
        else
        {
            WriteMount(audited.Mount);
        }
        json.WriteEndObject();
    }

    private void WriteIssued(IssuedAuth auth)
    {
        json.WriteStartObject("auth"u8);
        if (auth.Token is { } token) json.WriteString("client_token"u8, device.Code(token.Reveal()));
        json.WriteString("accessor"u8, device.AccessorCode(auth.Accessor));
        json.WriteStrings("policies", auth.Policies);
        json.WriteStrings("token_policies", auth.Policies);
        if (auth.Metadata is { Count: > 0 } metadata) json.WritePairs("metadata", metadata);
        if (auth.UsesLeft > 0) json.WriteNumber("num_uses"u8, auth.UsesLeft);
        if (auth.EntityId.Length > 0) json.WriteString("entity_id"u8, auth.EntityId);
        json.WriteString("token_type"u8, auth.Type);
        json.WriteNumber("token_ttl"u8, (long)auth.LeaseDuration.TotalSeconds);
        json.WriteEndObject();
    }

    private void WriteWrap(WrapInfo wrap)
    {
        json.WriteStartObject("wrap_info"u8);
        json.WriteNumber("ttl"u8, (long)wrap.Ttl.TotalSeconds);
        json.WriteString("token"u8, device.Code(wrap.Token.Reveal()));
        json.WriteString("accessor"u8, device.AccessorCode(wrap.Accessor));
        json.WriteString("creation_time"u8, wrap.CreatedAt.UtcDateTime);
        json.WriteString("creation_path"u8, wrap.CreationPath);
        if (wrap.WrappedAccessor is { } accessor) json.WriteString("wrapped_accessor"u8, device.AccessorCode(accessor));
        json.WriteEndObject();
    }

    private void WriteHeaders(IReadOnlyList<AuditedHeader> headers)
    {
        json.WriteStartObject("headers"u8);
        foreach (var header in headers)
        {
            json.WriteStartArray(header.Name);
            foreach (var value in header.Values)
            {
                if (header.Hmac) json.WriteStringValue(device.Code(value));
                else json.WriteStringValue(value);
            }
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private void WriteMount(Mount? mount)
    {
        if (mount?.Entry is not { } entry) return;
        json.WriteString("mount_point"u8, entry.Path);
        json.WriteString("mount_type"u8, entry.Type);
        json.WriteString("mount_accessor"u8, entry.Accessor);
        json.WriteString("mount_class"u8, entry.IsAuth ? "auth"u8 : "secret"u8);
    }

    private void WriteAddress(RequestOrigin origin)
    {
        if (origin.Address is not { } address) return;
        Span<byte> text = stackalloc byte[64];
        if ((address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address).TryFormat(text, out var length)) json.WriteString("remote_address"u8, text[..length]);
        if (origin.Port > 0) json.WriteNumber("remote_port"u8, origin.Port);
    }

    private void WriteText(string name, string value, string[] clear)
    {
        if (clear.Contains(name, StringComparer.Ordinal)) json.WriteString(name, value);
        else json.WriteString(name, device.Code(value));
    }

    private void WriteData(ReadOnlySpan<byte> data, string[] clear, bool elide, bool whole)
    {
        json.WritePropertyName("data"u8);
        if (!whole && data.Length <= DataLengthMax)
        {
            new CodedJson(device, json, clear, elide).Write(data);
            return;
        }
        json.WriteStartObject();
        json.WritePropertyName("http_raw_body"u8);
        device.WriteCode(json, data);
        json.WriteEndObject();
    }
}
