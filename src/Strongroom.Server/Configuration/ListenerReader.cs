using System.Net;
using System.Security.Authentication;
using Strongroom.Formats;
using Strongroom.Secrets;
using Strongroom.Vault.Hcl;
using Strongroom.Vault.Requests;

namespace Strongroom.Server.Configuration;

/// <summary>Reads one <c>listener "tcp"</c>.</summary>
internal static class ListenerReader
{
    /// <summary>The largest body, for listeners that do not say it.</summary>
    public const string SizeVariable = "VAULT_MAX_REQUEST_SIZE";

    /// <summary>How long a request may take, for listeners that do not say it.</summary>
    public const string DurationVariable = "VAULT_MAX_REQUEST_DURATION";

    private static readonly string[] Known =
    [
        "address", "cluster_address", "tls_disable", "tls_cert_file", "tls_key_file", "tls_min_version", "tls_max_version", "tls_client_ca_file",
        "tls_require_and_verify_client_cert", "tls_disable_client_certs", "max_request_size", "max_request_duration", "http_read_header_timeout",
        "http_read_timeout", "http_idle_timeout", "x_forwarded_for_authorized_addrs", "x_forwarded_for_hop_skips",
        "x_forwarded_for_reject_not_present", "x_forwarded_for_reject_not_authorized",
    ];

    private static readonly string[] Versions = ["tls12", "tls13"];

    public static ListenerConfiguration? Read(HclBlock block, string file, Func<string, string?> variable, TextFaults faults, List<string> warnings)
    {
        var section = new ConfigurationSection(block.Body, file, Known, faults, warnings);
        if (ReadAddress(section) is not { } address) return null;
        var usual = new ListenerConfiguration { Address = address };
        return usual with
        {
            Tls = ReadTls(section, new TextPlace(file, block.Label.Line, block.Label.Column), faults),
            RequestSizeMax = section.Size("max_request_size") ?? SizeOf(variable(SizeVariable)) ?? usual.RequestSizeMax,
            RequestDurationMax = section.Duration("max_request_duration") ?? DurationOf(variable(DurationVariable)) ?? usual.RequestDurationMax,
            ReadHeaderTimeout = section.Duration("http_read_header_timeout") ?? usual.ReadHeaderTimeout,
            ReadTimeout = section.Duration("http_read_timeout") ?? usual.ReadTimeout,
            IdleTimeout = section.Duration("http_idle_timeout") ?? usual.IdleTimeout,
            ForwardedFor = ReadForwardedFor(section),
        };
    }

    private static IPEndPoint? ReadAddress(ConfigurationSection section)
    {
        var text = section.Text("address") ?? "127.0.0.1:8200";
        var colon = text.LastIndexOf(':');
        var (host, port) = colon < 0 ? (text, "8200") : (text[..colon], text[(colon + 1)..]);
        var ip = host switch
        {
            "localhost" => IPAddress.Loopback,
            "" => IPAddress.IPv6Any,
            _ => IPAddress.TryParse(host, out var parsed) ? parsed : null,
        };
        if (ip is not null && ushort.TryParse(port, out var number)) return new IPEndPoint(ip, number);
        section.Fault("address", $"'{TextFaults.Shorten(text)}' is not an address and port", "write \"127.0.0.1:8200\", \"0.0.0.0:8200\" or \"[::]:8200\"");
        return null;
    }

    private static TlsConfiguration? ReadTls(ConfigurationSection section, TextPlace place, TextFaults faults)
    {
        var (certificate, key) = (section.Text("tls_cert_file"), section.Text("tls_key_file"));
        if (section.Flag("tls_disable") == true) return null;
        if (certificate is null || key is null)
        {
            faults.Add(place, "'tls_cert_file' and 'tls_key_file' are needed", "or write tls_disable = true where nobody else can listen");
            return null;
        }
        var require = section.Flag("tls_require_and_verify_client_cert") == true;
        var without = section.Flag("tls_disable_client_certs") == true;
        if (require && without) section.Fault("tls_disable_client_certs", "contradicts tls_require_and_verify_client_cert");
        return new TlsConfiguration(
            Path.GetFullPath(certificate), Path.GetFullPath(key), section.Text("tls_client_ca_file") is { } authority ? Path.GetFullPath(authority) : null,
            ReadVersions(section), require, AsksForClientCertificate: !without);
    }

    private static SslProtocols ReadVersions(ConfigurationSection section)
    {
        var (min, max) = (Version(section, "tls_min_version", 0), Version(section, "tls_max_version", 1));
        if (min > max) section.Fault("tls_max_version", "is below tls_min_version");
        return (min == 0 ? SslProtocols.Tls12 : SslProtocols.None) | (max == 1 ? SslProtocols.Tls13 : SslProtocols.None);
    }

    private static int Version(ConfigurationSection section, string key, int usual)
    {
        if (section.Text(key) is not { } text) return usual;
        var index = Array.IndexOf(Versions, text);
        if (index < 0) section.Fault(key, $"unknown version '{TextFaults.Shorten(text)}'", "known: tls12, tls13; older ones are not spoken");
        return index < 0 ? usual : index;
    }

    private static ForwardedForConfiguration? ReadForwardedFor(ConfigurationSection section)
    {
        if (section.Names("x_forwarded_for_authorized_addrs") is not { Length: > 0 } texts) return null;
        var networks = new List<IPNetwork>();
        foreach (var text in texts)
        {
            if (IPNetwork.TryParse(text, out var network)) networks.Add(network);
            else if (IPAddress.TryParse(text, out var single)) networks.Add(new IPNetwork(single, single.GetAddressBytes().Length * 8));
            else section.Fault("x_forwarded_for_authorized_addrs", $"'{TextFaults.Shorten(text)}' is not an address or network such as 10.0.0.0/8");
        }
        return new ForwardedForConfiguration(
            [.. networks], section.Count("x_forwarded_for_hop_skips") ?? 0,
            section.Flag("x_forwarded_for_reject_not_present") ?? true, section.Flag("x_forwarded_for_reject_not_authorized") ?? true);
    }

    private static long? SizeOf(string? text) => text is not { Length: > 0 } ? null
        : DataSize.TryParse(text, out var bytes) ? bytes
        : throw new SecretException(SecretErrorKind.InvalidInput, "is not a size", name: SizeVariable, help: "write 128MB");

    private static TimeSpan? DurationOf(string? text)
    {
        if (text is not { Length: > 0 }) return null;
        try
        {
            return GoDuration.Parse(text);
        }
        catch (SecretException e)
        {
            throw new SecretException(SecretErrorKind.InvalidInput, "is not a duration", name: DurationVariable, help: "write 30s", inner: e);
        }
    }
}
