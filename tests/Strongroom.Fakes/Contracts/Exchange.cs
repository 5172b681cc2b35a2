using System.Text;

namespace Strongroom.Fakes.Contracts;

/// <summary>One request and its answer as they stood on the wire.</summary>
/// <param name="Method">The HTTP method as sent.</param>
/// <param name="Target">Path and query as sent, escapes included.</param>
/// <param name="RequestHeaders">Headers of the request; several of one name are joined by a comma.</param>
/// <param name="RequestBody">Bytes of the request.</param>
/// <param name="Status">Status of the answer.</param>
/// <param name="AnswerHeaders">Headers of the answer.</param>
/// <param name="AnswerBody">Bytes of the answer.</param>
public sealed record Exchange(
    string Method, string Target, IReadOnlyDictionary<string, string> RequestHeaders, byte[] RequestBody,
    int Status, IReadOnlyDictionary<string, string> AnswerHeaders, byte[] AnswerBody)
{
    /// <summary>The path as sent, escapes included.</summary>
    public string Path => Target.Split('?', 2)[0];

    /// <summary>The body of the request as text.</summary>
    public string RequestText => Encoding.UTF8.GetString(RequestBody);

    /// <summary>The body of the answer as text.</summary>
    public string AnswerText => Encoding.UTF8.GetString(AnswerBody);

    /// <summary>Method, target and status, without bodies.</summary>
    public override string ToString() => $"{Method} {Target} → {Status}";
}
