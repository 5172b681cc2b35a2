using System.Globalization;
using Strongroom.CrashWriter;

// The process that tests kill. It acknowledges on standard output, and only what is durable.
switch (args)
{
    case ["storage", var path, var run]:
        await StorageWriter.RunAsync(path, int.Parse(run, CultureInfo.InvariantCulture));
        return 0;
    case ["vault", var folder, var run]:
        await VaultWriter.RunAsync(folder, int.Parse(run, CultureInfo.InvariantCulture));
        return 0;
    case ["create", var folder]:
        StorageCreator.Run(folder);
        return 0;
    case ["increment", var path, var count]:
        await Incrementer.RunAsync(path, int.Parse(count, CultureInfo.InvariantCulture));
        return 0;
    case ["rotate", var folder]:
        await KeyWriter.RotateAsync(folder);
        return 0;
    case ["replace-key", var folder]:
        await KeyWriter.ReplaceAsync(folder);
        return 0;
    case ["vectors", var folder, var kind]:
        await VectorWriter.RunAsync(folder, kind);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: storage <file> <run> | vault <folder> <run> | create <folder> | increment <file> <count> | rotate <folder> | "
            + "replace-key <folder> | vectors <folder> <seal>");
        return 2;
}
