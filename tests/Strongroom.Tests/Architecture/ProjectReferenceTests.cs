using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Strongroom.Tests.Architecture;

/// <summary>References go downward only, and third-party packages stay behind their fence.</summary>
public sealed class ProjectReferenceTests
{
    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Strongroom"] = [],
        ["Strongroom.Backends"] = ["Strongroom", "Strongroom.Client"],
        ["Strongroom.Extensions"] = ["Strongroom", "Strongroom.Backends", "Strongroom.Vault", "Strongroom.Storage"],
        ["Strongroom.Generators"] = [],
        ["Strongroom.Npgsql"] = ["Strongroom.Extensions"],
        ["Strongroom.Rotators"] = ["Strongroom"],
        ["Strongroom.Client"] = ["Strongroom"],
        ["Strongroom.Vault"] = ["Strongroom"],
        ["Strongroom.Storage"] = ["Strongroom", "Strongroom.Vault"],
        ["Strongroom.Console"] = [],
        ["Strongroom.Cli"] = ["Strongroom", "Strongroom.Backends", "Strongroom.Rotators", "Strongroom.Client", "Strongroom.Vault", "Strongroom.Storage"],
        ["Strongroom.Server"] = ["Strongroom", "Strongroom.Backends", "Strongroom.Rotators", "Strongroom.Client", "Strongroom.Vault", "Strongroom.Storage", "Strongroom.Console"],
    };

    // A package is allowed in the projects of its row and nowhere else; one without a row is not allowed at all.
    private static readonly Dictionary<string, string[]> AllowedPackages = new()
    {
        ["AWSSDK.Core"] = ["Strongroom.Backends"],
        ["Azure.Identity"] = ["Strongroom.Backends"],
        ["Azure.Security.KeyVault.Secrets"] = ["Strongroom.Backends"],
        ["Npgsql"] = ["Strongroom.Npgsql"],
        ["Polly.Core"] = ["Strongroom"],
        ["YamlDotNet"] = ["Strongroom", "Strongroom.Generators"],
        ["Microsoft.CodeAnalysis.CSharp"] = ["Strongroom.Generators"],
        ["SQLitePCLRaw.bundle_e_sqlite3"] = ["Strongroom.Storage"],
        ["Microsoft.Extensions.Configuration"] = ["Strongroom.Extensions"],
        ["Microsoft.Extensions.Diagnostics.HealthChecks"] = ["Strongroom.Extensions"],
        ["Microsoft.Extensions.Hosting.Abstractions"] = ["Strongroom.Extensions"],
        ["Microsoft.Extensions.Logging.Abstractions"] = ["Strongroom.Extensions"],
        ["Microsoft.Extensions.Options"] = ["Strongroom.Extensions"],
        ["System.CommandLine"] = ["Strongroom.Cli"],
        ["Spectre.Console"] = ["Strongroom.Cli"],
    };

    public static TheoryData<string> Projects => [.. RepositoryFiles.In("src", "*.csproj")];

    [Theory]
    [MemberData(nameof(Projects))]
    public void References_go_downward(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        AllowedReferences.ShouldContainKey(name, "a new project needs its row here and its place in the architecture");
        Includes(project, "ProjectReference").Select(Path.GetFileNameWithoutExtension).ShouldBeSubsetOf(AllowedReferences[name]!);
    }

    [Theory]
    [MemberData(nameof(Projects))]
    public void Packages_stay_behind_their_fence(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        foreach (var package in Includes(project, "PackageReference"))
            AllowedPackages.GetValueOrDefault(package, []).ShouldContain(name, $"{package} does not belong in {name}");
    }

    [Fact]
    public void Projects_in_src_are_aot_compatible_and_have_the_banned_symbols()
    {
        var shared = XDocument.Load(RepositoryFiles.PathOf("Directory.Build.props"));
        var ofSrc = shared.Root!.Elements().Where(e => ((string?)e.Attribute("Condition"))?.Contains("/src/", StringComparison.Ordinal) == true).Elements().ToArray();
        ofSrc.ShouldContain(e => e.Name == "IsAotCompatible" && e.Value == "true");
        ofSrc.ShouldContain(e => e.Name == "AdditionalFiles" && ((string)e.Attribute("Include")!).EndsWith("BannedSymbols.txt", StringComparison.Ordinal));
        ofSrc.ShouldContain(e => e.Name == "PackageReference" && (string)e.Attribute("Include")! == "Microsoft.CodeAnalysis.BannedApiAnalyzers");
        foreach (var project in RepositoryFiles.In("src", "*.csproj"))
        {
            var text = File.ReadAllText(RepositoryFiles.PathOf(project));
            foreach (var way in new[] { "IsAotCompatible", "NoWarn", "TreatWarningsAsErrors", "AdditionalFiles Remove" }) text.ShouldNotContain(way, customMessage: $"{project} gets around the shared rules");
        }
    }

    [Fact]
    public void Versions_stand_in_one_place()
    {
        foreach (var project in RepositoryFiles.In("src", "*.csproj").Concat(RepositoryFiles.In("tests", "*.csproj")))
            Load(project).Descendants("PackageReference").Where(e => e.Attribute("Version") is not null).ShouldBeEmpty(project);
    }

    private static IEnumerable<string> Includes(string project, string element) =>
        Load(project).Descendants(element).Select(e => ((string)e.Attribute("Include")!).Replace('\\', '/'));

    private static XDocument Load(string project) => XDocument.Load(RepositoryFiles.PathOf(project));
}
