using System.Globalization;
using System.Net;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>What a vendor answered, whatever the status. The bytes may hold secrets: dispose it.</summary>
internal sealed class HttpAnswer : IDisposable
{
    private readonly Dictionary<string, string> _headers = new(StringComparer.OrdinalIgnoreCase);
    private readonly SecretBuffer _body;
    private JsonDocument? _json;

    public HttpAnswer(HttpResponseMessage response, SecretBuffer body, TimeProvider time)
    {
        Status = response.StatusCode;
        _body = body;
        foreach (var (name, values) in response.Headers.NonValidated) _headers[name] = values.ToString();
        foreach (var (name, values) in response.Content.Headers.NonValidated) _headers[name] = values.ToString();
        RetryAfter = response.Headers.RetryAfter switch
        {
            { Delta: { } delta } => delta,
            { Date: { } date } when date > time.GetUtcNow() => date - time.GetUtcNow(),
            _ => null,
        };
    }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>True for the statuses from 200 to 299.</summary>
    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>How long the vendor asks to wait, if it does.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>The bytes, valid until this is disposed.</summary>
    public ReadOnlySpan<byte> Bytes => _body.Written;

    /// <summary>A header, of the answer or of its body; null when it is absent.</summary>
    public string? Header(string name) => _headers.TryGetValue(name, out var value) ? value : null;

    /// <summary>A header that is a whole number; null when it is absent or something else.</summary>
    public long? Number(string name) => long.TryParse(Header(name), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;

    /// <summary>The answer as JSON.</summary>
    /// <exception cref="SecretException">Malformed when it is none.</exception>
    public JsonElement Json()
    {
        try
        {
            return (_json ??= JsonDocument.Parse(_body.WrittenMemory, new JsonDocumentOptions { MaxDepth = 128 })).RootElement;
        }
        catch (JsonException)
        {
            throw new SecretException(SecretErrorKind.Malformed, "was answered with something that is no JSON");
        }
    }

    /// <summary>The answer as JSON if it is JSON, for errors that may come from a proxy in between; else of kind Undefined.</summary>
    public JsonElement JsonOrNone()
    {
        try
        {
            return Json();
        }
        catch (SecretException)
        {
            return default;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        _body.Dispose();
    }
}
