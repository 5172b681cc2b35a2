using System.Net;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>Networks that a token, role or secret id may be used from.</summary>
internal static class ClientNetworks
{
    /// <summary>Throws InvalidInput unless the text is an address or a network in CIDR form.</summary>
    public static void Require(string cidr)
    {
        if (!TryParse(cidr, out _)) throw RequestFields.Invalid($"'{cidr}' is not an address or network such as 10.0.0.0/8");
    }

    /// <summary>True when no network is named, or the client's address is in one of them. An unknown address is in none.</summary>
    public static bool Allow(string[] cidrs, IPAddress? client)
    {
        if (cidrs.Length == 0) return true;
        if (client is null) return false;
        var address = client.IsIPv4MappedToIPv6 ? client.MapToIPv4() : client;
        foreach (var cidr in cidrs)
        {
            if (TryParse(cidr, out var network) && network.Contains(address)) return true;
        }
        return false;
    }

    /// <summary>Whether each of the inner networks lies in one of the outer ones. No outer networks contain everything.</summary>
    public static bool Contain(string[] outer, string[] inner)
    {
        if (outer.Length == 0) return true;
        foreach (var cidr in inner)
        {
            if (!TryParse(cidr, out var small)) return false;
            var found = false;
            foreach (var candidate in outer)
                found |= TryParse(candidate, out var large) && large.PrefixLength <= small.PrefixLength && large.Contains(small.BaseAddress);
            if (!found) return false;
        }
        return true;
    }

    private static bool TryParse(string cidr, out IPNetwork network)
    {
        if (IPNetwork.TryParse(cidr, out network)) return true;
        if (!IPAddress.TryParse(cidr, out var single)) return false;
        network = new IPNetwork(single, single.GetAddressBytes().Length * 8);
        return true;
    }
}
