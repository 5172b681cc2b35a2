using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>Headers that hold credentials.</summary>
internal static class RequestHeaders
{
    /// <summary>Sets a header to a credential, with what stands before it.</summary>
    /// <exception cref="SecretException">InvalidInput for a credential with other than printable ASCII: a line break in it would begin another header.</exception>
    public static void Authorize(this HttpRequestMessage request, string before, string credential, string header = "Authorization")
    {
        if (credential.AsSpan().ContainsAnyExceptInRange(' ', '~'))
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, "has a credential with characters that cannot be sent", help: "was it copied with a line break, or cut? give it anew");
        }
        request.Headers.TryAddWithoutValidation(header, before + credential);
    }
}
