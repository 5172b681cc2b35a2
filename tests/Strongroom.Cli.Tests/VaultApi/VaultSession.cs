using Shouldly;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary>
/// A shell in a network and a process tree of its own, where the published program is called <c>vault</c> and the real server listens
/// on port 8200 as the documents say.
/// </summary>
internal sealed class VaultSession : IDisposable
{
    /// <summary>Tests with a server of their own run one after the other: a server and a dozen commands are work enough.</summary>
    public const string Collection = "vault session";

    private readonly Workshop _workshop = new();

    /// <summary>Skips the test where the system gives no namespaces.</summary>
    public VaultSession()
    {
        if (_workshop.Run("unshare -rnmpf --mount-proc --kill-child ip link set lo up").ExitCode != 0)
            Assert.Skip("needs unshare, ip and a kernel that lets us have a network of our own");
    }

    private static string Folder => Path.Combine(Workshop.Repository, "tests", "Strongroom.Cli.Tests", "VaultApi");

    /// <summary>A block as it stands in the document.</summary>
    public static string Block(string name) => File.ReadAllText(Path.Combine(Folder, "Blocks", name));

    /// <summary>Runs a script in bash after the prelude.</summary>
    public Workshop.Outcome Run(string script)
    {
        File.WriteAllText(Path.Combine(_workshop.Folder, "script.sh"), script);
        return _workshop.Run($"""
            export BLOCKS='{Folder}/Blocks' SERVER='{ServerBinary()}'
            exec unshare -rnmpf --mount-proc --kill-child bash -c '. {Folder}/prelude.sh; . ./script.sh'
            """, TimeSpan.FromMinutes(5));
    }

    /// <summary>Runs a script that must succeed and returns what it wrote to standard output.</summary>
    public string Succeed(string script)
    {
        var outcome = Run(script);
        outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Error);
        return outcome.Output;
    }

    public string PathOf(string name) => Path.Combine(_workshop.Folder, name);

    public void Dispose() => _workshop.Dispose();

    /// <summary>The published server, or else the one that was built last.</summary>
    private static string ServerBinary()
    {
        string[] places = ["dist/strongroom-server", "src/Strongroom.Server/bin/Release/net10.0/Strongroom.Server", "src/Strongroom.Server/bin/Debug/net10.0/Strongroom.Server"];
        return places.Select(p => Path.Combine(Workshop.Repository, p)).Where(File.Exists).MaxBy(File.GetLastWriteTimeUtc)
            ?? throw new InvalidOperationException("build src/Strongroom.Server first");
    }
}
