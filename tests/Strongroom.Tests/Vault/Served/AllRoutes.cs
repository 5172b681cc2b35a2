using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Tests.Vault.Served;

/// <summary>Every endpoint that an engine declares, at a mount of each engine there is.</summary>
internal static class AllRoutes
{
    /// <summary>A path of each endpoint, with <c>x</c> for what differs, and what is declared of it.</summary>
    public static IEnumerable<(string Path, EngineRoute Route)> Of(VaultBench vault)
    {
        foreach (var mount in vault.Vault.System.Mounts.Table.All.ToArray())
        {
            foreach (var route in mount.Engine.Routes) yield return (mount.Path + Filled(route.Path), route);
        }
    }

    /// <summary>The paths of <see cref="Of"/>, each once.</summary>
    public static IReadOnlyList<string> Paths { get; } = FindAsync().GetAwaiter().GetResult();

    /// <summary>A vault with a mount of each engine.</summary>
    public static async Task<VaultBench> VaultAsync()
    {
        var vault = await VaultBench.CreateAsync();
        foreach (var type in EngineCatalog.AuthTypes) await vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        await vault.WriteAsync("sys/mounts/kv1", """{"type": "kv"}""");
        return vault;
    }

    private static async Task<IReadOnlyList<string>> FindAsync()
    {
        await using var vault = await VaultAsync().ConfigureAwait(false);
        return [.. Of(vault).Select(route => route.Path).Distinct(StringComparer.Ordinal)];
    }

    private static string Filled(string path) => string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') ? "x" : segment));
}
