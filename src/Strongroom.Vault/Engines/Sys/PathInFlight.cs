using System.Text.Json;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/in-flight-req</c>: the requests that are being answered, by their ids.</summary>
internal static class PathInFlight
{
    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        var now = call.System.Time.GetUtcNow();
        var content = new SecretBuffer(1024);
        using (var writer = new Utf8JsonWriter(content))
        {
            writer.WriteStartObject();
            foreach (var (request, elapsed) in call.Served.Running)
            {
                writer.WriteStartObject(request.Origin.RequestId);
                writer.WriteString("start_time"u8, (now - elapsed).UtcDateTime);
                writer.WriteString("client_remote_address"u8, request.Origin.Address is { } address ? $"{address}:{request.Origin.Port}" : "");
                writer.WriteString("request_path"u8, "/v1/" + request.ToldPath);
                writer.WriteString("request_method"u8, MethodOf(request.Operation));
                writer.WriteString("client_id"u8, ""u8);
                writer.WriteEndObject();
            }
            writer.WriteEndObject();
        }
        return new(VaultResponse.Bare(content, "application/json"));
    }

    private static string MethodOf(VaultOperation operation) => operation switch
    {
        VaultOperation.Read or VaultOperation.Help => "GET",
        VaultOperation.List => "LIST",
        VaultOperation.Patch => "PATCH",
        VaultOperation.Delete => "DELETE",
        _ => "PUT",
    };
}
