using System.Buffers.Binary;
using SQLitePCL;
using Strongroom.Vault.Storage;

namespace Strongroom.Storage.Sqlite;

/// <summary>One prepared statement; every failure comes out as a SecretException.</summary>
internal sealed class Statement : IDisposable
{
    private const uint PreparePersistent = 1;

    private readonly Connection _connection;
    private readonly sqlite3_stmt _handle;

    public Statement(Connection connection, sqlite3 database, ReadOnlySpan<byte> text)
        : this(connection, database, text, out _)
    {
    }

    public Statement(Connection connection, sqlite3 database, ReadOnlySpan<byte> text, out ReadOnlySpan<byte> rest)
    {
        _connection = connection;
        Check(raw.sqlite3_prepare_v3(database, text, PreparePersistent, out _handle, out rest));
    }

    /// <summary>True when there is a row to look at, false at the end.</summary>
    public bool Step()
    {
        var code = raw.sqlite3_step(_handle);
        return code switch
        {
            raw.SQLITE_ROW => true,
            raw.SQLITE_DONE => false,
            _ => throw _connection.Failure(code),
        };
    }

    public void Reset() => raw.sqlite3_reset(_handle);

    public void Bind(int index, long value) => Check(raw.sqlite3_bind_int64(_handle, index, value));

    public void Bind(int index, ReadOnlySpan<byte> value) => Check(value.IsEmpty
        ? raw.sqlite3_bind_zeroblob(_handle, index, 0)
        : raw.sqlite3_bind_blob(_handle, index, value));

    /// <summary>Binds 16 bytes, or null for <see cref="EntryId.None"/>.</summary>
    public void Bind(int index, EntryId id)
    {
        if (id == EntryId.None)
        {
            Check(raw.sqlite3_bind_null(_handle, index));
            return;
        }
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt128BigEndian(bytes, id.Value);
        Check(raw.sqlite3_bind_blob(_handle, index, bytes));
    }

    public long Int64(int column) => raw.sqlite3_column_int64(_handle, column);

    public string Text(int column) => raw.sqlite3_column_text(_handle, column).utf8_to_string();

    /// <summary>The column's bytes; valid until the next step.</summary>
    public ReadOnlySpan<byte> Bytes(int column) => raw.sqlite3_column_blob(_handle, column);

    /// <summary>
    /// Sixteen bytes, or <see cref="EntryId.None"/> for null; anything else is damage. The type counts too: the same bytes marked
    /// as text by a flipped bit sort elsewhere, so that a look-up would miss them.
    /// </summary>
    public EntryId Id(int column)
    {
        var type = raw.sqlite3_column_type(_handle, column);
        if (type == raw.SQLITE_NULL)
        {
            return EntryId.None;
        }
        var bytes = Bytes(column);
        return type == raw.SQLITE_BLOB && bytes.Length == 16
            ? new EntryId(BinaryPrimitives.ReadUInt128BigEndian(bytes))
            : throw _connection.Corrupt("an identity has the wrong form");
    }

    public void Dispose() => raw.sqlite3_finalize(_handle);

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
