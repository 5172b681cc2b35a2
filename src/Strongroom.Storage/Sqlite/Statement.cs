using System.Runtime.InteropServices;
using SQLitePCL;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>One prepared statement; every failure comes out as a SecretException.</summary>
internal sealed unsafe class Statement : IDisposable
{
    private const uint PreparePersistent = 1;
    private const nint CopyBytes = -1;

    private readonly Connection _connection;
    private readonly nint _handle;

    public Statement(Connection connection, nint database, ReadOnlySpan<byte> text)
        : this(connection, database, text, out _)
    {
    }

    public Statement(Connection connection, nint database, ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        _connection = connection;
        nint handle;
        fixed (byte* start = text)
        {
            byte* end;
            Check(Native.sqlite3_prepare_v3(database, start, text.Length, PreparePersistent, &handle, &end));
            rest = text[(int)(end - start)..];
        }
        _handle = handle;
    }

    /// <summary>True when there is a row to look at, false at the end.</summary>
    public bool Step()
    {
        var code = Native.sqlite3_step(_handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw _connection.Failure(code),
        };
    }

    public void Reset() => Native.sqlite3_reset(_handle);

    public void Bind(int index, long value) => Check(Native.sqlite3_bind_int64(_handle, index, value));

    /// <summary>SQLite copies the bytes.</summary>
    public void Bind(int index, ReadOnlySpan<byte> value)
    {
        if (value.IsEmpty)
        {
            Check(Native.sqlite3_bind_zeroblob(_handle, index, 0));
            return;
        }
        fixed (byte* bytes = value)
        {
            Check(Native.sqlite3_bind_blob(_handle, index, bytes, value.Length, CopyBytes));
        }
    }

    /// <summary>Binds 16 bytes, or null for <see cref="EntryId.None"/>.</summary>
    public void Bind(int index, EntryId id)
    {
        if (id == EntryId.None)
        {
            Check(Native.sqlite3_bind_null(_handle, index));
            return;
        }
        Span<byte> bytes = stackalloc byte[16];
        id.Write(bytes);
        Bind(index, bytes);
    }

    public long Int64(int column) => Native.sqlite3_column_int64(_handle, column);

    public string Text(int column) => Marshal.PtrToStringUTF8((nint)Native.sqlite3_column_text(_handle, column)) ?? "";

    /// <summary>The column's bytes; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) =>
        new(Native.sqlite3_column_blob(_handle, column), Native.sqlite3_column_bytes(_handle, column));

    /// <summary>
    /// Sixteen bytes, or <see cref="EntryId.None"/> for null; anything else is damage. The type counts too: the same bytes marked
    /// as text by a flipped bit sort elsewhere, so that a look-up would miss them.
    /// </summary>
    public EntryId Id(int column)
    {
        var type = Native.sqlite3_column_type(_handle, column);
        if (type == raw.SQLITE_NULL)
        {
            return EntryId.None;
        }
        var bytes = Bytes(column);
        return type == raw.SQLITE_BLOB && bytes.Length == EntryId.Length
            ? EntryId.Read(bytes)
            : throw _connection.Corrupt("an identity has the wrong form");
    }

    public void Dispose() => Native.sqlite3_finalize(_handle);

    private void Check(int code)
    {
        if (code != raw.SQLITE_OK)
        {
            throw _connection.Failure(code);
        }
    }
}

/// <summary>The use of a prepared statement, from its parameters to its last row; disposing it ends SQLite's read transaction.</summary>
internal readonly struct Query(Statement statement) : IDisposable
{
    public Statement Row => statement;

    public Query With(int index, EntryId id)
    {
        statement.Bind(index, id);
        return this;
    }

    public bool Step() => statement.Step();

    public void Dispose() => statement.Reset();
}
