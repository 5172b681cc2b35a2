using Strongroom.Vault.Edge;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/config/cors</c>: pages of which origins may talk to the server.</summary>
internal static class PathCors
{
    private const int CountMax = 128;

    public static async ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Argument.Length > 0) throw call.NotFound();
        switch (call.Request.Operation)
        {
            case VaultOperation.Read:
                return Describe(call.System.Edge.Now.Cors);
            case VaultOperation.Create or VaultOperation.Update:
                var cors = Read(call);
                return VaultResponse.Done(await call.System.Edge.ChangeAsync(settings => settings with { Cors = cors }, call.Context, cancellationToken));
            case VaultOperation.Delete:
                return VaultResponse.Done(await call.System.Edge.ChangeAsync(settings => settings with { Cors = null }, call.Context, cancellationToken));
            default:
                throw call.Unsupported();
        }
    }

    private static CorsSettings Read(SysCall call)
    {
        using var fields = new RequestFields(call.Request);
        var origins = fields.Names("allowed_origins") ?? [];
        var headers = fields.Names("allowed_headers") ?? [];
        if (origins.Length is 0 or > CountMax) throw RequestFields.Invalid("at least one origin or the wildcard must be provided");
        if (origins.Length > 1 && origins.Contains("*", StringComparer.Ordinal))
            throw RequestFields.Invalid("to allow all origins the '*' must be the only value for allowed_origins");
        if (headers.Length > CountMax || !Array.TrueForAll(headers, HeaderName.IsOne)) throw RequestFields.Invalid("'allowed_headers' has an item that is not the name of a header");
        return new CorsSettings { Origins = origins, MoreHeaders = headers };
    }

    private static VaultResponse Describe(CorsSettings? cors) => VaultResponse.Ok(writer =>
    {
        writer.WriteBoolean("enabled"u8, cors is not null);
        if (cors is null) return;
        writer.WriteStrings("allowed_headers", cors.Headers);
        writer.WriteStrings("allowed_origins", cors.Origins);
    });
}
