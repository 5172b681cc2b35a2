using System.Buffers.Text;
using System.Text;
using Strongroom.Secrets;

namespace Strongroom.Server.Hcp;

/// <summary>The decoded parts of a form, or of the credentials of Basic authorization, in memory that is zeroed.</summary>
internal sealed class FormFields : IDisposable
{
    private const int FieldsMax = 16;

    private readonly List<SecretBuffer> _parts = [];

    /// <summary>Reads <c>name=value&amp;…</c>, names and values in turn; with a separator, two values around the first of it.</summary>
    public FormFields(ReadOnlyMemory<byte> text, byte? separator = null)
    {
        var rest = text.Span;
        if (separator is { } one)
        {
            var at = rest.IndexOf(one);
            if (at < 0) return;
            Add(rest[..at]);
            Add(rest[(at + 1)..]);
            return;
        }
        while (!rest.IsEmpty && _parts.Count < 2 * FieldsMax)
        {
            var end = rest.IndexOf((byte)'&');
            var field = end < 0 ? rest : rest[..end];
            rest = end < 0 ? default : rest[(end + 1)..];
            var equals = field.IndexOf((byte)'=');
            Add(equals < 0 ? field : field[..equals]);
            Add(equals < 0 ? default : field[(equals + 1)..]);
        }
    }

    public int Count => _parts.Count;

    public SecretBuffer this[int index] => _parts[index];

    /// <summary>The value of a field; null when it is not there.</summary>
    public SecretBuffer? Find(string name)
    {
        for (var i = 0; i + 1 < _parts.Count; i += 2)
            if (_parts[i].Written.SequenceEqual(Encoding.ASCII.GetBytes(name))) return _parts[i + 1];
        return null;
    }

    /// <summary>The value of a field that is no secret.</summary>
    public string? Text(string name) => Find(name) is { } value ? Encoding.UTF8.GetString(value.Written) : null;

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var part in _parts) part.Dispose();
    }

    private void Add(ReadOnlySpan<byte> encoded)
    {
        var part = new SecretBuffer(Math.Max(encoded.Length, 1));
        for (var i = 0; i < encoded.Length; i++)
        {
            if (encoded[i] == '%' && i + 2 < encoded.Length && Utf8Parser.TryParse(encoded.Slice(i + 1, 2), out byte value, out var used, 'x') && used == 2)
            {
                part.Append(value);
                i += 2;
            }
            else
            {
                part.Append(encoded[i] == '+' ? (byte)' ' : encoded[i]);
            }
        }
        _parts.Add(part);
    }
}
