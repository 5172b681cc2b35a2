using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>Room to write one entry in, lent again and again.</summary>
internal sealed class EntryBuffer : IDisposable
{
    /// <summary>A buffer that has grown beyond this is not kept.</summary>
    private const int KeptLengthMax = 256 * 1024;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    public EntryBuffer() => Json = new Utf8JsonWriter(Bytes, Options);

    public SecretBuffer Bytes { get; } = new(2048);

    public Utf8JsonWriter Json { get; }

    public bool IsWorthKeeping => Bytes.Length <= KeptLengthMax;

    /// <summary>Begins an entry.</summary>
    public void Start(ReadOnlySpan<byte> prefix)
    {
        Bytes.Clear();
        Json.Reset();
        Bytes.Write(prefix);
    }

    public void Dispose()
    {
        Json.Dispose();
        Bytes.Dispose();
    }
}
