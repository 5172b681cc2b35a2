using System.Net;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Client;

/// <summary>What the server answered, whatever its status. The bytes may hold secrets: dispose it.</summary>
public sealed class VaultReply : IDisposable
{
    private readonly SecretBuffer _body;
    private readonly JsonDocument? _json;

    internal VaultReply(Uri address, string method, HttpStatusCode status, TimeSpan? retryAfter, SecretBuffer body)
    {
        (Address, Method, Status, RetryAfter, _body) = (address, method, status, retryAfter, body);
        if (body.Length == 0) return;
        try
        {
            _json = JsonDocument.Parse(body.WrittenMemory, new JsonDocumentOptions { MaxDepth = 128 });
        }
        catch (JsonException)
        {
            // Not every answer is JSON: metrics for Prometheus, a certificate, the page of a proxy in between.
        }
    }

    /// <summary>The whole address that answered.</summary>
    public Uri Address { get; }

    /// <summary>The method as it was sent.</summary>
    public string Method { get; }

    /// <summary>The HTTP status.</summary>
    public HttpStatusCode Status { get; }

    /// <summary>How long the server asks to wait, if it does.</summary>
    public TimeSpan? RetryAfter { get; }

    /// <summary>True for the statuses from 200 to 299.</summary>
    public bool IsSuccess => (int)Status is >= 200 and <= 299;

    /// <summary>The bytes of the answer, valid until this is disposed.</summary>
    public ReadOnlySpan<byte> Bytes => _body.Written;

    /// <summary>The answer as JSON; of kind Undefined when it is none.</summary>
    public JsonElement Json => _json?.RootElement ?? default;

    /// <summary>The member <c>data</c>; of kind Undefined when there is none.</summary>
    public JsonElement Data => Member("data");

    /// <summary>The member <c>auth</c> of a login; of kind Undefined when there is none.</summary>
    public JsonElement Auth => Member("auth");

    /// <summary>What the server calls wrong, in its own words.</summary>
    public IReadOnlyList<string> Errors => Texts("errors");

    /// <summary>What the server warns of, in its own words.</summary>
    public IReadOnlyList<string> Warnings => Texts("warnings");

    /// <summary>This answer if it is a success.</summary>
    /// <exception cref="SecretException">Of the kind that the status means, with the server's words.</exception>
    public VaultReply Require(string? operation = null, string? name = null)
    {
        if (IsSuccess) return this;
        var reason = Errors is { Count: > 0 } errors ? string.Join("; ", errors.Select(OneLine)) : $"the server answered {(int)Status}";
        throw new SecretException(KindOf(Status), reason, operation: operation, name: name, retryAfter: RetryAfter);
    }

    /// <summary>The kind of failure that a status means in this API.</summary>
    public static SecretErrorKind KindOf(HttpStatusCode status) => (int)status switch
    {
        400 => SecretErrorKind.InvalidInput,
        401 or 403 => SecretErrorKind.Denied,
        404 => SecretErrorKind.NotFound,
        405 => SecretErrorKind.Unsupported,
        412 or 429 or 472 or 473 => SecretErrorKind.Throttled,
        413 => SecretErrorKind.InvalidInput,
        503 => SecretErrorKind.Sealed,
        507 => SecretErrorKind.StorageFull,
        >= 500 => SecretErrorKind.Unreachable,
        _ => SecretErrorKind.Malformed,
    };

    /// <inheritdoc/>
    public void Dispose()
    {
        _json?.Dispose();
        _body.Dispose();
    }

    private JsonElement Member(string name) => Json.ValueKind == JsonValueKind.Object && Json.TryGetProperty(name, out var member) ? member : default;

    private string[] Texts(string name) => Member(name) is { ValueKind: JsonValueKind.Array } texts
        ? [.. texts.EnumerateArray().Where(t => t.ValueKind == JsonValueKind.String).Select(t => t.GetString()!)]
        : [];

    private static string OneLine(string text) => text.ReplaceLineEndings(" ").Trim();
}
