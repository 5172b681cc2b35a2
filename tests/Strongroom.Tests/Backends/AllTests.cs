using Shouldly;
using Strongroom.Backends;
using Strongroom.Tests.Architecture;
using Xunit;

namespace Strongroom.Tests.Backends;

public sealed class AllTests
{
    [Fact]
    public void Factories_have_a_conformance_suite_each()
    {
        // The suites of backends behind a network live in a project of their own, so the sources are what both have in common.
        var suites = RepositoryFiles.In("tests", "*.cs").Select(file => File.ReadAllText(RepositoryFiles.PathOf(file)))
            .Where(text => text.Contains(" : BackendConformance", StringComparison.Ordinal)).ToList();

        foreach (var kind in All.Kinds)
            suites.ShouldContain(
                text => text.Contains($" class {kind.Replace("-", "")}Conformance : BackendConformance", StringComparison.OrdinalIgnoreCase), $"no suite for the backend {kind}");
    }

    [Fact]
    public void Factories_report_every_fault_of_the_settings_at_once()
    {
        var settings = new BackendSettings(
            "mounts", new Dictionary<string, string> { ["trim"] = "maybe", ["pathh"] = "/run" }, "/", new Dictionary<string, string>(), TimeProvider.System);

        var error = Should.Throw<Strongroom.Secrets.SecretException>(() => All.Find("files")!(settings));

        error.Message.ShouldBe(
            "mounts: has faults in its settings: path is missing; trim must be one of true, false; pathh is not a setting here (path, trim, bytes-max)");
    }
}
