using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/internal/counters/…</c>: how many tokens and entities there are. Requests are counted by <c>sys/metrics</c>, as in Vault since 1.9.</summary>
internal static class PathCounters
{
    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read) throw call.Unsupported();
        switch (call.Argument)
        {
            case "tokens":
                var tokens = (await call.System.Tokens.ListAccessorsAsync(cancellationToken)).Count;
                return Total("service_tokens", tokens);
            case "entities":
                return Total("entities", await CountEntitiesAsync(call, cancellationToken));
            case "requests":
                return VaultResponse.Ok(writer => writer.WriteNull("counters"u8));
            // There are no clients to bill, so nothing counts them: the answers of a Vault whose activity log is off.
            case "activity" or "activity/monthly":
                return VaultResponse.Done(0);
            case "config":
                return VaultResponse.Ok(writer =>
                {
                    writer.WriteNumber("default_report_months"u8, 12);
                    writer.WriteString("enabled"u8, "default-disabled"u8);
                    writer.WriteBoolean("queries_available"u8, value: false);
                    writer.WriteNumber("retention_months"u8, 24);
                });
            default:
                throw call.NotFound();
        }
    }

    private static VaultResponse Total(string name, int count) => VaultResponse.Ok(writer =>
    {
        writer.WriteStartObject("counters"u8);
        writer.WriteStartObject(name);
        writer.WriteNumber("total"u8, count);
        writer.WriteEndObject();
        writer.WriteEndObject();
    });

    private static async ValueTask<int> CountEntitiesAsync(SysCall call, CancellationToken cancellationToken) =>
        (await call.System.Identity.ListAsync(cancellationToken)).Count;
}
