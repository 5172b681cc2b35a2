using Strongroom.Storage.Sqlite;

namespace Strongroom.CrashWriter;

/// <summary>Makes one storage after the other and acknowledges each by its number.</summary>
internal static class StorageCreator
{
    public static void Run(string folder)
    {
        for (var number = 0; ; number++)
        {
            SqliteStorage.Create(Path.Combine(folder, $"{number}.db")).DisposeAsync().AsTask().GetAwaiter().GetResult();
            Acknowledgements.Write($"{number}");
        }
    }
}
