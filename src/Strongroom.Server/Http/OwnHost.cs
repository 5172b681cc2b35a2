using System.Net;

namespace Strongroom.Server.Http;

/// <summary>
/// Whether a request names this machine as its host. A page in a browser can have its own name lead to 127.0.0.1 (DNS rebinding) and then
/// talk to what listens there; its requests still carry that name. Listeners for programs of this machine answer to its own names alone.
/// </summary>
internal static class OwnHost
{
    public const string Refusal =
        "the Host header does not name this server: with -dev and -project it answers to localhost, to 127.0.0.1, [::1] and the address it is reached at, and to names given with -allow-host=NAME";

    /// <summary>True for localhost, an address of loopback, the address the connection came to, and the names.</summary>
    public static bool IsNamed(HttpContext context, IReadOnlyList<string> names)
    {
        var host = context.Request.Host.Host;
        if (host.Equals("localhost", StringComparison.OrdinalIgnoreCase)) return true;
        if (IPAddress.TryParse(host.AsSpan().Trim("[]"), out var address))
            return IPAddress.IsLoopback(address) || Equals(Plain(address), Plain(context.Connection.LocalIpAddress));
        foreach (var name in names)
        {
            if (host.Equals(name, StringComparison.OrdinalIgnoreCase)) return true;
        }
        return false;
    }

    private static IPAddress? Plain(IPAddress? address) => address?.IsIPv4MappedToIPv6 == true ? address.MapToIPv4() : address;
}
