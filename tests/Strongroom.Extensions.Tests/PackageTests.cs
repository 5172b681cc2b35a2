using System.IO.Compression;
using System.Text;
using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Strongroom.Extensions.Tests;

/// <summary>The packages that <c>./build</c> leaves in dist/packages, as who takes them sees them.</summary>
public sealed class PackageTests
{
    private static readonly string[] Libraries =
    [
        "Strongroom", "Strongroom.Backends", "Strongroom.Client", "Strongroom.Extensions", "Strongroom.Npgsql", "Strongroom.Storage", "Strongroom.Vault",
    ];

    public static TheoryData<string> Packages => [.. Libraries, "Strongroom.Generators"];

    [Fact]
    public void Build_makes_these_packages_and_symbols_and_no_others()
    {
        var version = PackageProgram.Version;

        Directory.EnumerateFiles(PackageProgram.Feed).Select(Path.GetFileName).Order(StringComparer.Ordinal)
            .ShouldBe(Packages.Select(p => $"{p.Data}.{version}.nupkg").Concat(Libraries.Select(name => $"{name}.{version}.snupkg")).Order(StringComparer.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_says_what_it_is(string name)
    {
        using var package = Open(name, "nupkg");
        var about = Metadata(package, name);

        about["description"].ShouldNotBeNullOrEmpty();
        (about["license"], about["readme"], about["authors"], about["version"]).ShouldBe(("Apache-2.0", "PACKAGE.md", "The Strongroom authors", PackageProgram.Version));
        about.ShouldNotContainKey("projectUrl");
        Encoding.UTF8.GetString(Bytes(package, "PACKAGE.md")).ShouldStartWith("# Strongroom");
    }

    [Theory]
    [MemberData(nameof(Packages))]
    public void Package_asks_for_its_own_kind_at_its_own_version_only(string name)
    {
        using var package = Open(name, "nupkg");

        foreach (var dependency in Manifest(package, name).Descendants().Where(e => e.Name.LocalName == "dependency"))
        {
            var id = (string)dependency.Attribute("id")!;
            if (id.StartsWith("Strongroom", StringComparison.Ordinal)) ((string)dependency.Attribute("version")!).ShouldBe($"[{PackageProgram.Version}]", id);
        }
    }

    [Fact]
    public void Libraries_come_with_documentation_and_symbols_and_say_nothing_of_the_machine()
    {
        foreach (var name in Libraries)
        {
            using var package = Open(name, "nupkg");
            using var symbols = Open(name, "snupkg");

            Bytes(package, $"lib/net10.0/{name}.xml").Length.ShouldBeGreaterThan(1_000);
            foreach (var content in new[] { Bytes(package, $"lib/net10.0/{name}.dll"), Bytes(symbols, $"lib/net10.0/{name}.pdb") })
                content.AsSpan().IndexOf(Encoding.UTF8.GetBytes(PackageProgram.Repository)).ShouldBe(-1, name);
        }
    }

    [Fact]
    public void Generator_sits_where_compilers_look_and_brings_what_it_needs()
    {
        using var package = Open("Strongroom.Generators", "nupkg");

        var folders = new[] { "analyzers", "build", "lib", "licenses" };
        package.Entries.Select(e => e.FullName).Where(e => folders.Contains(e.Split('/')[0])).Order(StringComparer.Ordinal)
            .ShouldBe(["analyzers/dotnet/cs/Strongroom.Generators.dll", "analyzers/dotnet/cs/YamlDotNet.dll", "build/Strongroom.Generators.targets", "licenses/YamlDotNet.txt"]);
        Metadata(package, "Strongroom.Generators")["developmentDependency"].ShouldBe("true");
    }

    [Fact]
    public async Task Program_of_packages_alone_restores_builds_and_reads_a_typed_secret()
    {
        using var program = new PackageProgram();

        await program.RunAsync("build", "App.csproj", "--nologo", "-v", "q", "-nodeReuse:false", "-p:UseSharedCompilation=false");
        var said = await program.RunAsync("exec", "bin/Debug/net10.0/App.dll");

        said.ShouldBe("sk-from-a-package info RotatingNpgsqlDataSource\n");
        (await program.PublishedAsync()).ShouldContain("strongroom.yaml");
        program.Restored.ShouldBe(Packages.Select(p => p.Data.ToLowerInvariant()).Order(StringComparer.Ordinal));
    }

    private static ZipArchive Open(string name, string extension) => ZipFile.OpenRead(Path.Combine(PackageProgram.Feed, $"{name}.{PackageProgram.Version}.{extension}"));

    private static XDocument Manifest(ZipArchive package, string name) => XDocument.Parse(Encoding.UTF8.GetString(Bytes(package, $"{name}.nuspec")).TrimStart('\uFEFF'));

    private static Dictionary<string, string> Metadata(ZipArchive package, string name) =>
        Manifest(package, name).Root!.Elements().Single().Elements().ToDictionary(e => e.Name.LocalName, e => e.Value);

    private static byte[] Bytes(ZipArchive package, string entry)
    {
        using var stream = (package.GetEntry(entry) ?? throw new InvalidOperationException($"no {entry} in the package")).Open();
        using var bytes = new MemoryStream();
        stream.CopyTo(bytes);
        return bytes.ToArray();
    }
}
