using System.Net;
using Strongroom.Server.Configuration;

namespace Strongroom.Server.Http;

/// <summary>The address of the client behind proxies that are believed, with the rules of Vault's <c>x_forwarded_for_*</c>.</summary>
internal static class ForwardedAddress
{
    /// <summary>The address. Throws a bad request where the configuration says so.</summary>
    public static IPAddress? Of(HttpContext context, ForwardedForConfiguration? trusted)
    {
        var address = context.Connection.RemoteIpAddress;
        if (trusted is null || address is null) return address;
        if (address.IsIPv4MappedToIPv6) address = address.MapToIPv4();
        var hops = context.Request.Headers["X-Forwarded-For"];
        if (!Array.Exists(trusted.Proxies, proxy => proxy.Contains(address)))
        {
            if (hops.Count == 0 || !trusted.RejectNotAuthorized) return address;
            throw Bad("client address not authorized for x-forwarded-for and configured to reject connection");
        }
        if (hops.Count == 0)
        {
            if (!trusted.RejectNotPresent) return address;
            throw Bad("missing x-forwarded-for header and configured to reject when not present");
        }
        var all = string.Join(',', hops.ToArray()).Split(',', StringSplitOptions.TrimEntries);
        var index = all.Length - 1 - trusted.HopSkips;
        if (index < 0) throw Bad($"malformed x-forwarded-for configuration or request, hops to skip ({trusted.HopSkips}) would skip before earliest chain link (chain length {all.Length})");
        return IPAddress.TryParse(all[index], out var client) ? client : throw Bad("error splitting x-forwarded-for into an address");
    }

    private static BadHttpRequestException Bad(string reason) => new(reason, StatusCodes.Status400BadRequest);
}
