using Strongroom.Bench.Resolution;
using Strongroom.Bench.Storage;

// Each benchmark prints a Markdown table whose ratios come from one run on one machine.
switch (args)
{
    case ["storage", .. var rest]:
        await StorageBench.RunAsync(rest);
        return 0;
    case ["resolve", .. var rest]:
        await ResolveBench.RunAsync(rest);
        return 0;
    default:
        Console.Error.WriteLine("usage: Strongroom.Bench storage [seconds for each measurement] [folder] | resolve [count]");
        return 2;
}
