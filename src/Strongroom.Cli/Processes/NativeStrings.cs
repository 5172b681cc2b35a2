using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Strongroom.Cli.Processes;

/// <summary>A null-terminated array of C strings outside the managed heap; zeroed when freed, because it may hold secrets.</summary>
internal sealed unsafe class NativeStrings : IDisposable
{
    private readonly List<(nint Pointer, int Length)> _owned = [];
    private readonly List<nint> _items = [];
    private byte** _array;

    /// <summary>Adds a string that somebody else owns and that outlives this array.</summary>
    public void AddBorrowed(byte* text) => _items.Add((nint)text);

    /// <summary>Adds <c>text</c> as UTF-8.</summary>
    public void Add(string text) => Add(Encoding.UTF8.GetBytes(text), []);

    /// <summary>Adds the concatenation of two byte strings.</summary>
    public void Add(ReadOnlySpan<byte> head, ReadOnlySpan<byte> tail)
    {
        var length = head.Length + tail.Length;
        var memory = (byte*)NativeMemory.Alloc((nuint)length + 1);
        head.CopyTo(new Span<byte>(memory, length));
        tail.CopyTo(new Span<byte>(memory + head.Length, tail.Length));
        memory[length] = 0;
        _owned.Add(((nint)memory, length));
        _items.Add((nint)memory);
    }

    /// <summary>The array as C wants it; valid until this object is disposed or changed.</summary>
    public byte** Pointer
    {
        get
        {
            NativeMemory.Free(_array);
            _array = (byte**)NativeMemory.Alloc((nuint)(_items.Count + 1), (nuint)sizeof(nint));
            for (var i = 0; i < _items.Count; i++) _array[i] = (byte*)_items[i];
            _array[_items.Count] = null;
            return _array;
        }
    }

    public void Dispose()
    {
        foreach (var (pointer, length) in _owned)
        {
            CryptographicOperations.ZeroMemory(new Span<byte>((byte*)pointer, length));
            NativeMemory.Free((byte*)pointer);
        }
        _owned.Clear();
        _items.Clear();
        NativeMemory.Free(_array);
        _array = null;
    }
}
