using System.Net;
using System.Security.Cryptography.X509Certificates;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>Where a request came from and what it brought besides its content.</summary>
public sealed record RequestOrigin
{
    /// <summary>A request of this process.</summary>
    public static RequestOrigin Local { get; } = new();

    /// <summary>Identity of the request, the same in the answer and in every audit record of it.</summary>
    public string RequestId { get; init; } = "";

    /// <summary>The token it was made with.</summary>
    public ClientToken? Token { get; init; }

    /// <summary>Address of the client as the listener saw it.</summary>
    public IPAddress? Address { get; init; }

    /// <summary>Port of the client.</summary>
    public int Port { get; init; }

    /// <summary>How long the answer is to be kept for one unwrapping; zero answers directly.</summary>
    public TimeSpan WrapTtl { get; init; }

    /// <summary>The certificate that the client proved to hold.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Those that it sent beside it, which may lead to an authority and are not trusted themselves.</summary>
    public IReadOnlyList<X509Certificate2> SentCertificates { get; init; } = [];

    /// <summary>The headers that audit entries tell, as <see cref="Edge.EdgeSettings.AuditedHeaders"/> names them; null for none.</summary>
    public IReadOnlyList<AuditedHeader>? AuditedHeaders { get; init; }

    /// <summary>The program that asks, in its own words (User-Agent).</summary>
    public string? UserAgent { get; init; }
}

/// <summary>A header that audit entries tell.</summary>
/// <param name="Name">Its name in lower case.</param>
/// <param name="Values">What it says.</param>
/// <param name="Hmac">Whether entries have the code of it alone.</param>
public sealed record AuditedHeader(string Name, IReadOnlyList<string> Values, bool Hmac);
