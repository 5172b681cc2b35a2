using System.Net.Http.Headers;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>A JSON body that may hold secrets: written into a buffer that is zeroed when the request is disposed.</summary>
internal sealed class JsonBody : HttpContent
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly SecretBuffer _bytes;

    private JsonBody(SecretBuffer bytes, string mediaType)
    {
        _bytes = bytes;
        Headers.ContentType = new MediaTypeHeaderValue(mediaType);
    }

    /// <summary>The bytes, for signatures.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.Written;

    /// <summary>One object; <paramref name="members"/> writes what is in it.</summary>
    public static JsonBody Object<T>(T state, Action<Utf8JsonWriter, T> members, string mediaType = "application/json")
    {
        var bytes = new SecretBuffer();
        try
        {
            using var writer = new Utf8JsonWriter(bytes, Options);
            writer.WriteStartObject();
            members(writer, state);
            writer.WriteEndObject();
            writer.Flush();
            return new JsonBody(bytes, mediaType);
        }
        catch
        {
            bytes.Dispose();
            throw;
        }
    }

    /// <summary>Takes over bytes that are written already.</summary>
    public static JsonBody Of(SecretBuffer bytes, string mediaType = "application/json") => new(bytes, mediaType);

    protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context) =>
        stream.WriteAsync(_bytes.WrittenMemory).AsTask();

    protected override Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context, CancellationToken cancellationToken) =>
        stream.WriteAsync(_bytes.WrittenMemory, cancellationToken).AsTask();

    protected override bool TryComputeLength(out long length)
    {
        length = _bytes.Length;
        return true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _bytes.Dispose();
        base.Dispose(disposing);
    }
}
