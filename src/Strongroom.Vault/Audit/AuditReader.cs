using Strongroom.Vault.Native;

namespace Strongroom.Vault.Audit;

/// <summary>A piece of an audit file: a line without its line end, or as much of an overlong or unfinished one as fits.</summary>
/// <param name="Bytes">Valid until the next piece is asked for.</param>
/// <param name="Ended">True when a line end follows.</param>
internal readonly record struct AuditPiece(ReadOnlyMemory<byte> Bytes, bool Ended);

/// <summary>Reads an audit file piece by piece, in little memory.</summary>
internal sealed class AuditReader(string path) : IDisposable
{
    private readonly FileStream _file = SharedFile.Open(path, FileMode.Open, FileAccess.Read);
    private readonly byte[] _buffer = new byte[128 * 1024];
    private int _start;
    private int _end;
    private bool _finished;

    /// <summary>The next piece, or null at the end of the file.</summary>
    public async ValueTask<AuditPiece?> NextAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            if (length >= 0) return Take(length, ended: true);
            if (_end - _start > AuditLine.LengthMax || (_finished && _end > _start)) return Take(_end - _start, ended: false);
            if (_finished) return null;
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
            var read = await _file.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
            _end += read;
            _finished = read == 0;
        }
    }

    public void Dispose() => _file.Dispose();

    private AuditPiece Take(int length, bool ended)
    {
        var piece = new AuditPiece(_buffer.AsMemory(_start, length), ended);
        _start += length + (ended ? 1 : 0);
        return piece;
    }
}
