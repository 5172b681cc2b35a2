using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace Strongroom.Server.Http;

/// <summary>
/// The certificates that a client sent beside its own in the handshake (RFC 8446, 4.4.2), kept with its connection. They are not trusted: they
/// only show a way to an authority that is.
/// </summary>
internal static class ClientChain
{
    // More than any authority issues through; building chains of them costs time.
    private const int CountMax = 8;

    private static readonly object Key = new();

    /// <summary>Keeps copies: those of the handshake end with it.</summary>
    public static void Keep(ConnectionContext connection, X509Certificate2? client, X509Chain? chain)
    {
        if (client is null || chain is null) return;
        var kept = new List<X509Certificate2>();
        foreach (var sent in chain.ChainPolicy.ExtraStore)
        {
            if (kept.Count < CountMax && !sent.RawDataMemory.Span.SequenceEqual(client.RawDataMemory.Span)) kept.Add(X509CertificateLoader.LoadCertificate(sent.RawDataMemory.Span));
        }
        if (kept.Count > 0) connection.Items[Key] = kept;
    }

    /// <summary>What came beside the certificate of a request's connection.</summary>
    public static IReadOnlyList<X509Certificate2> Of(HttpContext context) =>
        context.Features.Get<IConnectionItemsFeature>()?.Items.TryGetValue(Key, out var kept) == true ? (List<X509Certificate2>)kept! : [];
}
