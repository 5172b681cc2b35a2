using Shouldly;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Tests.Architecture;
using Xunit;

namespace Strongroom.Tests.Manifest;

/// <summary>The sample application goes with its manifest and its <c>.env</c>.</summary>
public sealed class SampleTests
{
    private static readonly string Folder = RepositoryFiles.PathOf("samples/agentds");

    [Fact]
    public void Sample_manifest_declares_every_name_of_its_env_files()
    {
        var reading = ManifestLoader.Inspect(Folder);
        reading.Faults.ShouldBeEmpty();
        var declared = reading.Manifest!.Secrets.Where(s => s.Template is null).Select(s => s.Name);
        NamesIn(".env").ShouldBe(declared, ignoreOrder: true);
        NamesIn(".env.example").ShouldBe(declared, ignoreOrder: true);
    }

    [Fact]
    public void Sample_env_gives_a_database_address_that_reads_back()
    {
        using var env = DotEnvParser.Parse(File.ReadAllBytes(Path.Combine(Folder, ".env")));
        var url = ManifestPlan.Create(ManifestLoader.Inspect(Folder).Manifest!).Find("DATABASE_URL").Template!;
        using var value = url.Expand(part => env.Find(part.Name!)!.Value);
        var address = new Uri(value.RevealText());
        Uri.UnescapeDataString(address.UserInfo).ShouldBe("agentds:" + env.Find("POSTGRES_PASSWORD")!.Value.RevealText());
        address.AbsolutePath.ShouldBe("/agentds");
    }

    private static IEnumerable<string> NamesIn(string file)
    {
        using var document = DotEnvParser.Parse(File.ReadAllBytes(Path.Combine(Folder, file)));
        document.Faults.ShouldBeEmpty();
        document.Duplicates.ShouldBeEmpty();
        return [.. document.Assignments.Select(a => a.Name)];
    }
}
