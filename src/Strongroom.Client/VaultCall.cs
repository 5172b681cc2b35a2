using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>One request to the server.</summary>
/// <param name="Method">The HTTP method; <c>LIST</c> is sent as <c>GET</c> with <c>list=true</c>, which every proxy lets through.</param>
/// <param name="Path">What follows <c>/v1/</c>, not encoded.</param>
public sealed record VaultCall(string Method, string Path)
{
    /// <summary>A method that only the API knows.</summary>
    public const string List = "LIST";

    /// <summary>Parameters of the query, not encoded.</summary>
    public IReadOnlyList<KeyValuePair<string, string>> Query { get; init; } = [];

    /// <summary>The body, which the caller owns; empty sends none.</summary>
    public ReadOnlyMemory<byte> Body { get; init; }

    /// <summary>A body of any length, sent once: with it a call is never repeated.</summary>
    public Stream? BodyStream { get; init; }

    /// <summary>What the body is.</summary>
    public string ContentType { get; init; } = "application/json";

    /// <summary>The token of this call in the place of the client's. The caller owns it.</summary>
    public SecretValue? Token { get; init; }

    /// <summary>True sends no token at all.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>How long the answer is to stay wrapped, in the place of the client's <see cref="VaultClientOptions.WrapTtl"/>; empty wraps nothing.</summary>
    public string? WrapTtl { get; init; }
}
