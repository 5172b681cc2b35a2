using System.Buffers;
using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text.Encodings.Web;
using System.Text.Json;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit;

/// <summary>
/// One line of the log: a JSON object whose last member is <c>mac</c>, HMAC-SHA-256 under the audit key of all bytes of the line
/// before <c>,"mac":"</c>. The member <c>prev</c> is the code of the line before, which makes the chain.
/// </summary>
internal static class AuditLine
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LengthMax = 16 * 1024;

    public const int MacLength = SHA256.HashSizeInBytes;

    private const int MacTextLength = 44;

    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static ReadOnlySpan<byte> MacMember => ",\"mac\":\""u8;

    private static ReadOnlySpan<byte> End => "\"}\n"u8;

    private static int SuffixLength => MacMember.Length + MacTextLength + 2;

    /// <summary>Writes one line with its line end and returns the head of the chain after it.</summary>
    public static ChainHead Write(IncrementalHash hmac, ChainHead head, AuditRecord record, TornTail? torn, SecretBuffer lines)
    {
        var start = lines.Length;
        var storage = Math.Max(head.Storage, record.Committed);
        // The owner may accept an older storage: only then does the mark go down.
        if (record.Kind == AuditRecordKind.Accepted) storage = record.Committed;
        using (var writer = new Utf8JsonWriter(lines, Options))
        {
            writer.WriteStartObject();
            writer.WriteNumber("seq"u8, head.Sequence + 1);
            writer.WriteString("time"u8, record.Time.UtcDateTime);
            writer.WriteString("kind"u8, KindName(record.Kind));
            writer.WriteString("caller"u8, record.Caller);
            writer.WriteString("operation"u8, record.Operation);
            writer.WriteString("path"u8, record.Path);
            if (record.Version is { } version) writer.WriteNumber("version"u8, version);
            if (record.Outcome is { } outcome) writer.WriteString("outcome"u8, outcome);
            if (record.Intent != 0) writer.WriteNumber("intent"u8, record.Intent);
            if (record.Committed != 0) writer.WriteNumber("committed"u8, record.Committed);
            if (torn is { } fragment)
            {
                writer.WriteNumber("torn"u8, fragment.Length);
                writer.WriteBase64String("sha256"u8, fragment.Hash);
            }
            writer.WriteNumber("storage"u8, storage);
            writer.WriteBase64String("prev"u8, head.Mac);
            writer.WriteEndObject();
        }
        var body = lines.Written[start..^1];
        var mac = new byte[MacLength];
        hmac.AppendData(body);
        hmac.GetHashAndReset(mac);
        Close(lines, mac);
        return new ChainHead(head.Sequence + 1, mac, storage);
    }

    /// <summary>The parsed line (without its line end) when its code is right; null when it is not a line of this chain's key.</summary>
    public static ParsedAuditLine? Read(IncrementalHash hmac, ReadOnlySpan<byte> line)
    {
        if (line.Length <= SuffixLength || !line.EndsWith("\"}"u8)) return null;
        var body = line[..^SuffixLength];
        var suffix = line[^SuffixLength..];
        if (!suffix.StartsWith(MacMember)) return null;
        var mac = new byte[MacLength];
        if (Base64.DecodeFromUtf8(suffix.Slice(MacMember.Length, MacTextLength), mac, out _, out var written) != OperationStatus.Done
            || written != MacLength) return null;
        Span<byte> expected = stackalloc byte[MacLength];
        hmac.AppendData(body);
        hmac.GetHashAndReset(expected);
        return CryptographicOperations.FixedTimeEquals(mac, expected) ? ParsedAuditLine.Parse(line, mac) : null;
    }

    private static void Close(SecretBuffer lines, ReadOnlySpan<byte> mac)
    {
        // The closing brace of the body is written over: the code becomes the last member.
        lines.Shorten(1);
        var tail = lines.GetSpan(SuffixLength + 1);
        MacMember.CopyTo(tail);
        Base64.EncodeToUtf8(mac, tail[MacMember.Length..], out _, out _);
        End.CopyTo(tail[(MacMember.Length + MacTextLength)..]);
        lines.Advance(SuffixLength + 1);
    }

    private static ReadOnlySpan<byte> KindName(AuditRecordKind kind) => kind switch
    {
        AuditRecordKind.Intent => "intent"u8,
        AuditRecordKind.Outcome => "outcome"u8,
        AuditRecordKind.Recovery => "recovery"u8,
        _ => "accepted"u8,
    };
}

/// <summary>Where the chain stands after a line.</summary>
/// <param name="Sequence">Number of the line; 0 before the first.</param>
/// <param name="Mac">Its code; zeros before the first.</param>
/// <param name="Storage">The highest storage sequence that the log has acknowledged.</param>
internal readonly record struct ChainHead(long Sequence, byte[] Mac, long Storage)
{
    public static ChainHead Start => new(0, new byte[AuditLine.MacLength], 0);
}

/// <summary>The bytes that a crash left after the last whole line.</summary>
internal readonly record struct TornTail(int Length, byte[] Hash);
