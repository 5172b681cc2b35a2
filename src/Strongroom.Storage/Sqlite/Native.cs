using System.Runtime.InteropServices;
using System.Text;

namespace Strongroom.Storage.Sqlite;

/// <summary>
/// The functions of SQLite that we use, with arguments that need no marshalling, so that calls are compiled ahead of time; the
/// wrappers of SQLitePCLRaw, whose library this is, make a stub for each function in every process. Source: https://www.sqlite.org/c3ref/funclist.html.
/// </summary>
internal static unsafe partial class Native
{
    private const string Library = "e_sqlite3";

    [LibraryImport(Library)]
    public static partial int sqlite3_libversion_number();

    [LibraryImport(Library)]
    public static partial int sqlite3_open_v2(byte* name, nint* database, int flags, byte* vfs);

    [LibraryImport(Library)]
    public static partial int sqlite3_close_v2(nint database);

    [LibraryImport(Library)]
    public static partial int sqlite3_busy_timeout(nint database, int milliseconds);

    [LibraryImport(Library)]
    public static partial int sqlite3_db_readonly(nint database, byte* schema);

    [LibraryImport(Library)]
    public static partial int sqlite3_extended_errcode(nint database);

    [LibraryImport(Library)]
    public static partial int sqlite3_system_errno(nint database);

    [LibraryImport(Library)]
    public static partial int sqlite3_prepare_v3(nint database, byte* text, int length, uint flags, nint* statement, byte** rest);

    [LibraryImport(Library)]
    public static partial int sqlite3_step(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_reset(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_finalize(nint statement);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_int64(nint statement, int index, long value);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_null(nint statement, int index);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_zeroblob(nint statement, int index, int length);

    [LibraryImport(Library)]
    public static partial int sqlite3_bind_blob(nint statement, int index, byte* value, int length, nint destructor);

    [LibraryImport(Library)]
    public static partial int sqlite3_column_type(nint statement, int column);

    [LibraryImport(Library)]
    public static partial long sqlite3_column_int64(nint statement, int column);

    [LibraryImport(Library)]
    public static partial byte* sqlite3_column_blob(nint statement, int column);

    [LibraryImport(Library)]
    public static partial byte* sqlite3_column_text(nint statement, int column);

    [LibraryImport(Library)]
    public static partial int sqlite3_column_bytes(nint statement, int column);

    /// <summary>Sets a switch of a connection. The C function has variable arguments, which Apple's arm64 passes on the stack.</summary>
    public static int Configure(nint database, int option, int value) => OperatingSystem.IsMacOS() && RuntimeInformation.ProcessArchitecture == Architecture.Arm64
        ? sqlite3_db_config_stack(database, option, 0, 0, 0, 0, 0, 0, value, null)
        : sqlite3_db_config(database, option, value, null);

    /// <summary>True when a connection cannot write.</summary>
    public static bool IsReadOnly(nint database)
    {
        fixed (byte* main = "main\0"u8) return sqlite3_db_readonly(database, main) == 1;
    }

    /// <summary>Text as SQLite takes it.</summary>
    public static byte[] Terminated(string text) => Encoding.UTF8.GetBytes(text + "\0");

    [LibraryImport(Library)]
    private static partial int sqlite3_db_config(nint database, int option, int value, int* result);

    [LibraryImport(Library, EntryPoint = "sqlite3_db_config")]
    private static partial int sqlite3_db_config_stack(
        nint database, int option, nint a, nint b, nint c, nint d, nint e, nint f, nint value, int* result);
}
