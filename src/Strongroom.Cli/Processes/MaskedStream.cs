using System.Security.Cryptography;

namespace Strongroom.Cli.Processes;

/// <summary>
/// Copies bytes through, putting <c>********</c> where a secret stands, also when it arrives in pieces. Holds bytes back only as
/// long as they may be the beginning of a secret, so prompts appear at once. Not thread-safe.
/// </summary>
internal sealed class MaskedStream(Stream output, OutputMask mask)
{
    private static ReadOnlySpan<byte> Stars => "********"u8;

    private byte[] _held = [];

    public void Write(ReadOnlySpan<byte> chunk)
    {
        byte[]? joined = null;
        if (_held.Length > 0)
        {
            joined = new byte[_held.Length + chunk.Length];
            _held.CopyTo(joined, 0);
            chunk.CopyTo(joined.AsSpan(_held.Length));
            CryptographicOperations.ZeroMemory(_held);
            _held = [];
            chunk = joined;
        }
        Copy(chunk, isEnd: false);
        if (joined is not null) CryptographicOperations.ZeroMemory(joined);
        output.Flush();
    }

    /// <summary>Writes what was held back; call at the end of the child's output.</summary>
    public void Complete()
    {
        Copy(_held, isEnd: true);
        CryptographicOperations.ZeroMemory(_held);
        _held = [];
        output.Flush();
    }

    private void Copy(ReadOnlySpan<byte> data, bool isEnd)
    {
        var plainFrom = 0;
        var at = 0;
        while (at < data.Length)
        {
            var length = mask.Match(data[at..], isEnd);
            if (length == 0)
            {
                at++;
                continue;
            }
            output.Write(data[plainFrom..at]);
            if (length < 0)
            {
                _held = data[at..].ToArray();
                return;
            }
            output.Write(Stars);
            at += length;
            plainFrom = at;
        }
        output.Write(data[plainFrom..]);
    }
}
