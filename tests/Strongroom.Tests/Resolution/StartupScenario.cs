using System.Reflection;
using System.Runtime.Loader;
using Strongroom.Backends;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Tests.Resolution;

/// <summary>What a command does at its start: a chain of local stores, all names at once.</summary>
internal static class StartupScenario
{
    public static async Task RunAsync()
    {
        var environment = new Dictionary<string, string> { ["A"] = "a" };
        var time = TimeProvider.System;
        SecretStore[] stores =
        [
            new("env", All.Find("environment")!(new BackendSettings("env", new Dictionary<string, string>(), "/", environment, time)), time: time),
            new("memory", All.Find("memory")!(
                new BackendSettings("memory", new Dictionary<string, string> { ["B"] = "b" }, "/", environment, time)), time: time),
        ];
        ResolutionPlan[] plans =
        [
            new("A", [new("env", new SecretAddress("A")), new("memory", new SecretAddress("A"))]),
            new("B", [new("env", new SecretAddress("B")), new("memory", new SecretAddress("B"))]),
        ];
        using var resolver = new Resolver(stores, plans, time: time);
        using var report = await resolver.ResolveAllAsync();
        report.ThrowIfBlocked();
    }
}

/// <summary>Loads the scenario and all of ours anew and notes which assemblies are asked for on the way.</summary>
internal sealed class StartupContext() : AssemblyLoadContext(isCollectible: true)
{
    public HashSet<string> Asked { get; } = [];

    protected override Assembly? Load(AssemblyName assemblyName)
    {
        Asked.Add(assemblyName.Name!);
        var file = Path.Combine(AppContext.BaseDirectory, assemblyName.Name + ".dll");
        return assemblyName.Name!.StartsWith("Strongroom", StringComparison.Ordinal) ? LoadFromAssemblyPath(file) : null;
    }
}
