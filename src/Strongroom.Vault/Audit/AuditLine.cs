using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Vault.Audit.Checkpoints;
using Strongroom.Vault.Json;

namespace Strongroom.Vault.Audit;

/// <summary>
/// One line of the log: a JSON object whose last member is <c>mac</c>, HMAC-SHA-256 under the audit key of all bytes of the line
/// before <c>,"mac":"</c>. The member <c>prev</c> is the code of the line before, which makes the chain.
/// </summary>
internal static class AuditLine
{
    /// <summary>The longest line, in bytes.</summary>
    public const int LengthMax = 16 * 1024;

    // No path that there can be is longer; whoever asks for one that is must not be able to make a line that is longer than readers take.
    private const int PathLengthMax = 1024;

    public const int MacLength = SHA256.HashSizeInBytes;

    private const int MacTextLength = 44;

    private static ReadOnlySpan<byte> MacMember => ",\"mac\":\""u8;

    private static int SuffixLength => MacMember.Length + MacTextLength + 2;

    /// <summary>Writes one line with its line end and returns the head of the chain after it.</summary>
    public static ChainHead Write(IncrementalHash hmac, ChainHead head, AuditRecord record, TornTail? torn, SecretBuffer lines, SignedCheckpoint? checkpoint = null)
    {
        var start = lines.Length;
        var storage = Math.Max(head.Storage, record.Committed);
        // The owner may accept an older storage: only then does the mark go down.
        if (record.Kind == AuditRecordKind.Accepted) storage = record.Committed;
        var json = new JsonObjectText(lines);
        json.Begin();
        json.Number("seq"u8, head.Sequence + 1);
        json.Time("time"u8, record.Time.UtcDateTime);
        json.Text("kind"u8, KindName(record.Kind));
        json.Text("caller"u8, record.Caller);
        json.Text("operation"u8, record.Operation);
        json.Text("path"u8, record.Path.Length <= PathLengthMax ? record.Path : $"{record.Path.AsSpan(0, PathLengthMax)}… ({record.Path.Length} characters)");
        if (record.Version is { } version) json.Number("version"u8, version);
        if (record.Count != 0) json.Number("count"u8, record.Count);
        if (record.Outcome is { } outcome) json.Text("outcome"u8, outcome);
        if (record.Intent != 0) json.Number("intent"u8, record.Intent);
        if (record.Committed != 0) json.Number("committed"u8, record.Committed);
        if (torn is { } fragment)
        {
            json.Number("torn"u8, fragment.Length);
            json.Base64("sha256"u8, fragment.Hash);
        }
        if (checkpoint is not null) WriteCheckpoint(json, checkpoint);
        json.Number("storage"u8, storage);
        json.Base64("prev"u8, head.Mac);
        var body = lines.Written[start..];
        var mac = new byte[MacLength];
        hmac.AppendData(body);
        hmac.GetHashAndReset(mac);
        json.Base64("mac"u8, mac);
        json.End();
        lines.Append((byte)'\n');
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
        if (!Base64Text.TryDecode(suffix.Slice(MacMember.Length, MacTextLength), mac)) return null;
        Span<byte> expected = stackalloc byte[MacLength];
        hmac.AppendData(body);
        hmac.GetHashAndReset(expected);
        return CryptographicOperations.FixedTimeEquals(mac, expected) ? ParsedAuditLine.Parse(line, mac) : null;
    }

    private static void WriteCheckpoint(JsonObjectText json, SignedCheckpoint checkpoint)
    {
        if (checkpoint.Serving != ServingMark.None) json.Boolean("serving"u8, checkpoint.Serving != ServingMark.Ends);
        json.Text("vault"u8, checkpoint.Statement.VaultId.ToString());
        json.Number("bytes"u8, checkpoint.Statement.Length);
        json.Base64("sha256"u8, checkpoint.Statement.Hash);
        json.Text("key"u8, checkpoint.KeyId);
        json.Base64("signature"u8, checkpoint.Signature);
    }

    private static ReadOnlySpan<byte> KindName(AuditRecordKind kind) => kind switch
    {
        AuditRecordKind.Intent => "intent"u8,
        AuditRecordKind.Outcome => "outcome"u8,
        AuditRecordKind.Recovery => "recovery"u8,
        AuditRecordKind.Checkpoint => "checkpoint"u8,
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
