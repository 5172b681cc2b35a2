using System.Text.Json;

namespace Strongroom.Vault.Audit;

/// <summary>What a reader needs of one line whose code is right.</summary>
internal sealed class ParsedAuditLine
{
    public long Sequence { get; private set; }

    public DateTime Time { get; private set; }

    public string Kind { get; private set; } = "";

    public string Caller { get; private set; } = "";

    public string Operation { get; private set; } = "";

    public string Path { get; private set; } = "";

    public string? Outcome { get; private set; }

    public long Intent { get; private set; }

    public long Committed { get; private set; }

    public long Storage { get; private set; }

    public long TornLength { get; private set; }

    public byte[]? TornHash { get; private set; }

    public byte[] Previous { get; private set; } = [];

    public required byte[] Mac { get; init; }

    public ChainHead Head => new(Sequence, Mac, Storage);

    public static ParsedAuditLine? Parse(ReadOnlySpan<byte> line, byte[] mac)
    {
        var parsed = new ParsedAuditLine { Mac = mac };
        try
        {
            var reader = new Utf8JsonReader(line);
            reader.Read();
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) parsed.ReadMember(ref reader);
            return parsed;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    private void ReadMember(ref Utf8JsonReader reader)
    {
        if (reader.ValueTextEquals("seq"u8)) { reader.Read(); Sequence = reader.GetInt64(); }
        else if (reader.ValueTextEquals("time"u8)) { reader.Read(); Time = reader.GetDateTime(); }
        else if (reader.ValueTextEquals("kind"u8)) { reader.Read(); Kind = reader.GetString()!; }
        else if (reader.ValueTextEquals("caller"u8)) { reader.Read(); Caller = reader.GetString()!; }
        else if (reader.ValueTextEquals("operation"u8)) { reader.Read(); Operation = reader.GetString()!; }
        else if (reader.ValueTextEquals("path"u8)) { reader.Read(); Path = reader.GetString()!; }
        else if (reader.ValueTextEquals("outcome"u8)) { reader.Read(); Outcome = reader.GetString(); }
        else if (reader.ValueTextEquals("intent"u8)) { reader.Read(); Intent = reader.GetInt64(); }
        else if (reader.ValueTextEquals("committed"u8)) { reader.Read(); Committed = reader.GetInt64(); }
        else if (reader.ValueTextEquals("storage"u8)) { reader.Read(); Storage = reader.GetInt64(); }
        else if (reader.ValueTextEquals("torn"u8)) { reader.Read(); TornLength = reader.GetInt64(); }
        else if (reader.ValueTextEquals("sha256"u8)) { reader.Read(); TornHash = reader.GetBytesFromBase64(); }
        else if (reader.ValueTextEquals("prev"u8)) { reader.Read(); Previous = reader.GetBytesFromBase64(); }
        else reader.Skip();
    }
}
