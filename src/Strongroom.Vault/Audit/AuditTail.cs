using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Strongroom.Secrets;

namespace Strongroom.Vault.Audit;

/// <summary>The end of an audit file: the last good line, and what a crash may have left after it.</summary>
/// <param name="Head">Where the chain stands.</param>
/// <param name="Torn">The unfinished bytes after it, if there are any.</param>
internal readonly record struct AuditTail(ChainHead Head, TornTail? Torn)
{
    /// <summary>How far back a good line is looked for: more than one group of lines can be.</summary>
    private const int WindowLength = 1024 * 1024;

    private const int FirstWindowLength = 32 * 1024;

    public static AuditTail Read(SafeFileHandle file, long length, IncrementalHash hmac, string path)
    {
        if (length == 0) return new AuditTail(ChainHead.Start, null);
        for (var window = FirstWindowLength; ; window = WindowLength)
        {
            var bytes = new byte[(int)Math.Min(length, window)];
            var read = 0;
            while (read < bytes.Length)
            {
                var count = RandomAccess.Read(file, bytes.AsSpan(read), length - bytes.Length + read);
                if (count == 0) break;
                read += count;
            }
            if (Find(bytes.AsSpan(0, read), hmac, wholeFile: read == length) is { } tail) return tail;
            if (window == WindowLength || bytes.Length == length) throw Broken(path);
        }
    }

    public static SecretException Broken(string path) => new(
        SecretErrorKind.Corrupt, "the audit log was changed, or belongs to another vault", operation: "audit", name: path,
        help: "run strongroom audit verify");

    private static AuditTail? Find(ReadOnlySpan<byte> bytes, IncrementalHash hmac, bool wholeFile)
    {
        var end = bytes.Length;
        while (true)
        {
            // Lines from the back; what has no line end is the unfinished one.
            var lineEnd = bytes[..end].LastIndexOf((byte)'\n');
            if (lineEnd < 0) break;
            var lineStart = bytes[..lineEnd].LastIndexOf((byte)'\n') + 1;
            if ((lineStart > 0 || wholeFile) && AuditLine.Read(hmac, bytes[lineStart..lineEnd]) is { } line)
                return Accept(bytes[(lineEnd + 1)..], line.Head);
            end = lineEnd;
        }
        // Nothing but an unfinished first line.
        return wholeFile ? Accept(bytes, ChainHead.Start) : null;
    }

    /// <summary>
    /// An interrupted append leaves a piece without a line end or, after a power failure, a hole of zeros. Anything else after the
    /// last good line is an edit and not a crash.
    /// </summary>
    private static AuditTail? Accept(ReadOnlySpan<byte> rest, ChainHead head)
    {
        if (rest.IsEmpty) return new AuditTail(head, null);
        var tornByCrash = !rest.Contains((byte)'\n') || rest.Contains((byte)0);
        return tornByCrash ? new AuditTail(head, new TornTail(rest.Length, SHA256.HashData(rest))) : null;
    }
}
