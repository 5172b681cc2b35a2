using System.Net;
using System.Security.Authentication;
using Strongroom.Server.Hcp;
using Strongroom.Vault.Audit;

namespace Strongroom.Server.Configuration;

/// <summary>What the files of <c>-config</c> say.</summary>
internal sealed record ServerConfiguration
{
    public IReadOnlyList<ListenerConfiguration> Listeners { get; init; } = [];

    public required StorageConfiguration Storage { get; init; }

    /// <summary>What opens the vault when the server starts; null leaves it to people with unseal keys.</summary>
    public SealConfiguration? Seal { get; init; }

    /// <summary>The address that clients are told.</summary>
    public string ApiAddress { get; init; } = "";

    /// <summary>The address between servers; told and not used.</summary>
    public string ClusterAddress { get; init; } = "";

    public string ClusterName { get; init; } = "strongroom";

    public TimeSpan DefaultLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    public TimeSpan MaxLeaseTtl { get; init; } = TimeSpan.FromHours(768);

    public LogLevel LogLevel { get; init; } = LogLevel.Information;

    /// <summary>When the vault's own audit log is flushed to the disk.</summary>
    public AuditFlush AuditFlush { get; init; }

    /// <summary>Where the number of the process is written, or null.</summary>
    public string? PidFile { get; init; }

    /// <summary>The façade of HCP Vault Secrets; null leaves it off.</summary>
    public HcpFacadeConfiguration? HcpFacade { get; init; }

    /// <summary>What is told and does not stop the server.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}

/// <summary>Where the vault lies.</summary>
/// <param name="Kind"><c>file</c>, <c>sqlite</c> or <c>inmem</c>, as the file has it.</param>
/// <param name="Folder">The folder of the vault and its audit log; empty for <c>inmem</c>.</param>
internal sealed record StorageConfiguration(string Kind, string Folder);

/// <summary>A seal that needs no people.</summary>
/// <param name="Kind"><c>static</c> or <c>keyfile</c>.</param>
/// <param name="Path">File of the key; null takes the static key from the environment.</param>
internal sealed record SealConfiguration(string Kind, string? Path);

/// <summary>One <c>listener "tcp"</c>.</summary>
internal sealed record ListenerConfiguration
{
    public required IPEndPoint Address { get; init; }

    /// <summary>Null speaks plain HTTP.</summary>
    public TlsConfiguration? Tls { get; init; }

    /// <summary>Largest body in bytes: 32 MiB, as Vault has it.</summary>
    public long RequestSizeMax { get; init; } = 32 * 1024 * 1024;

    /// <summary>How long a request may take: 90 seconds, as Vault has it.</summary>
    public TimeSpan RequestDurationMax { get; init; } = TimeSpan.FromSeconds(90);

    public TimeSpan ReadHeaderTimeout { get; init; } = TimeSpan.FromSeconds(10);

    public TimeSpan ReadTimeout { get; init; } = TimeSpan.FromSeconds(30);

    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Null takes the address of the connection for the client's.</summary>
    public ForwardedForConfiguration? ForwardedFor { get; init; }

    /// <summary>The names by which it may be asked besides those of this machine; null lets any name pass.</summary>
    public IReadOnlyList<string>? HostNames { get; init; }
}

/// <summary>How a listener speaks TLS.</summary>
/// <param name="CertificateFile">PEM: the certificate and what leads to its root.</param>
/// <param name="KeyFile">PEM: its key.</param>
/// <param name="ClientAuthorityFile">PEM: whose certificates clients must have, when they must; null takes those of the system.</param>
/// <param name="Protocols">The versions that are spoken.</param>
/// <param name="RequiresClientCertificate">Whether a connection without a good client certificate ends.</param>
/// <param name="AsksForClientCertificate">Whether clients may show one, to log in with.</param>
internal sealed record TlsConfiguration(
    string CertificateFile, string KeyFile, string? ClientAuthorityFile, SslProtocols Protocols, bool RequiresClientCertificate, bool AsksForClientCertificate);

/// <summary>When and how <c>X-Forwarded-For</c> is believed.</summary>
/// <param name="Proxies">The proxies that are believed.</param>
/// <param name="HopSkips">How many of the last addresses are proxies too.</param>
/// <param name="RejectNotPresent">Refuse a proxy's request without the header.</param>
/// <param name="RejectNotAuthorized">Refuse connections from elsewhere.</param>
internal sealed record ForwardedForConfiguration(IPNetwork[] Proxies, int HopSkips, bool RejectNotPresent, bool RejectNotAuthorized);
