using Strongroom.Bench.Resolution;
using Strongroom.Bench.Storage;
using Strongroom.Bench.Stores;
using Strongroom.Bench.Vault;

// Each benchmark prints a Markdown table whose ratios come from one run on one machine.
switch (args)
{
    case ["storage", .. var rest]:
        await StorageBench.RunAsync(rest);
        return 0;
    case ["disk", var seconds, var folder]:
        Console.WriteLine(Math.Round(DiskFlush.Measure(folder, TimeSpan.FromSeconds(double.Parse(seconds, System.Globalization.CultureInfo.InvariantCulture)))));
        return 0;
    case ["grow", var file, var count]:
        await Growth.RunAsync(file, int.Parse(count, System.Globalization.CultureInfo.InvariantCulture));
        return 0;
    case ["resolve", .. var rest]:
        await ResolveBench.RunAsync(rest);
        return 0;
    case ["vault", .. var rest]:
        await VaultBench.RunAsync(rest);
        return 0;
    case ["barrier", .. var rest]:
        BarrierBench.Run(rest);
        return 0;
    case ["served", .. var rest]:
        await ServedBench.RunAsync(rest);
        return 0;
    case ["stores", .. var rest]:
        await StoreBench.RunAsync(rest);
        return 0;
    default:
        Console.Error.WriteLine(
            "usage: Strongroom.Bench storage [seconds for each measurement] [folder] | disk <seconds> <folder> | grow <vault.db> <count> | resolve [count] | vault [seconds] [folder] | barrier [count] | served [seconds] | stores [count]");
        return 2;
}
