using System.Diagnostics;
using SQLitePCL;

namespace Strongroom.Bench.Storage;

/// <summary>
/// The least that SQLite needs for the same rows: the same tables, WAL and synchronous=FULL, prepared inserts, one update of the
/// row of totals for each group. No checks, no expectations, no hand-over between threads.
/// </summary>
internal static class BareSqlite
{
    public static double Measure(string folder, int groupSize, TimeSpan duration)
    {
        Batteries_V2.Init();
        raw.sqlite3_open(Path.Combine(folder, "bare.db"), out var database);
        Run("PRAGMA journal_mode=WAL");
        Run("PRAGMA synchronous=FULL");
        Run("CREATE TABLE entry(id BLOB NOT NULL PRIMARY KEY, folder BLOB, revision INTEGER NOT NULL, checksum INTEGER NOT NULL, sealed BLOB NOT NULL) WITHOUT ROWID");
        Run("CREATE INDEX entry_folder ON entry(folder) WHERE folder IS NOT NULL");
        Run("CREATE TABLE tally(one INTEGER PRIMARY KEY, sequence INTEGER NOT NULL)");
        Run("INSERT INTO tally VALUES (1, 0)");
        var begin = Prepare("BEGIN IMMEDIATE");
        var insert = Prepare("INSERT INTO entry VALUES (?1, ?2, ?3, 0, ?4)");
        var total = Prepare("UPDATE tally SET sequence = ?1 WHERE one = 1");
        var commit = Prepare("COMMIT");
        var rows = new Rows();
        var count = 0;
        Span<byte> id = stackalloc byte[16];
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < duration)
        {
            Step(begin);
            for (var i = 0; i < groupSize; i++)
            {
                var row = rows.Next();
                row.Id.Write(id);
                raw.sqlite3_bind_blob(insert, 1, id);
                row.Folder.Write(id);
                raw.sqlite3_bind_blob(insert, 2, id);
                raw.sqlite3_bind_int64(insert, 3, ++count);
                raw.sqlite3_bind_blob(insert, 4, row.Sealed.Span);
                Step(insert);
            }
            raw.sqlite3_bind_int64(total, 1, count);
            Step(total);
            Step(commit);
        }
        var rate = count / watch.Elapsed.TotalSeconds;
        foreach (var statement in new[] { begin, insert, total, commit })
        {
            statement.Dispose();
        }
        database.Dispose();
        return rate;

        void Run(string text)
        {
            using var statement = Prepare(text);
            raw.sqlite3_step(statement);
        }

        sqlite3_stmt Prepare(string text)
        {
            var code = raw.sqlite3_prepare_v2(database, text, out var statement);
            return code == raw.SQLITE_OK ? statement : throw new InvalidOperationException(raw.sqlite3_errmsg(database).utf8_to_string());
        }

        static void Step(sqlite3_stmt statement)
        {
            if (raw.sqlite3_step(statement) != raw.SQLITE_DONE)
            {
                throw new InvalidOperationException("bare SQLite failed");
            }
            raw.sqlite3_reset(statement);
        }
    }
}
