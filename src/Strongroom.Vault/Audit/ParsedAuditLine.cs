using Strongroom.Vault.Json;

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

    /// <summary>Of a checkpoint: whether a server has the vault from here on; null when it says nothing of one.</summary>
    public bool? Serving { get; private set; }

    /// <summary>How many requests the record stands for; 0 is the usual one.</summary>
    public long Count { get; private set; }

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
            var json = new JsonCursor(line);
            json.EnterObject();
            while (json.NextMember()) parsed.ReadMember(ref json);
            return parsed;
        }
        catch (FormatException)
        {
            return null;
        }
    }

    private void ReadMember(ref JsonCursor json)
    {
        if (json.NameIs("seq"u8)) Sequence = json.ReadInt64();
        else if (json.NameIs("time"u8)) Time = json.ReadTime();
        else if (json.NameIs("kind"u8)) Kind = json.ReadText();
        else if (json.NameIs("caller"u8)) Caller = json.ReadText();
        else if (json.NameIs("operation"u8)) Operation = json.ReadText();
        else if (json.NameIs("path"u8)) Path = json.ReadText();
        else if (json.NameIs("outcome"u8)) Outcome = json.ReadText();
        else if (json.NameIs("count"u8)) Count = json.ReadInt64();
        else if (json.NameIs("intent"u8)) Intent = json.ReadInt64();
        else if (json.NameIs("committed"u8)) Committed = json.ReadInt64();
        else if (json.NameIs("storage"u8)) Storage = json.ReadInt64();
        else if (json.NameIs("serving"u8)) Serving = json.ReadBoolean();
        else if (json.NameIs("torn"u8)) TornLength = json.ReadInt64();
        else if (json.NameIs("sha256"u8)) TornHash = json.ReadBase64(AuditLine.MacLength);
        else if (json.NameIs("prev"u8)) Previous = json.ReadBase64(AuditLine.MacLength);
        else json.Skip();
    }
}
