using Shouldly;
using Strongroom.Fakes.GitHub;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>GitHub tells when a secret was written, and so who was last: somebody here or somebody else.</summary>
public sealed class GitHubStoreTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Changes_are_told_by_the_time_of_the_last_write()
    {
        await using var github = new FakeGitHub();
        await github.StartAsync();
        var place = github.Open("repos/acme/shop/actions");
        var environment = $"export GITHUB_API_URL={github.Address} GITHUB_TOKEN={github.Token}; ";
        Run("strongroom init -q; printf 'stores:\n  ci: {kind: github, repository: acme/shop}\n' > strongroom.local.yaml");
        Run("for name in KEPT CHANGED; do echo first | strongroom set $name -q; done");
        Run(environment + "strongroom copy KEPT CHANGED --to ci -q --yes");

        var written = place.Secrets["CHANGED"];
        place.Secrets["CHANGED"] = written with { UpdatedAt = written.UpdatedAt.AddMinutes(1) };
        place.Secrets["OTHERS"] = written with { Name = "OTHERS" };

        Run(environment + "strongroom list --store ci").ShouldBe("""
            name     value
            CHANGED  changed since
            KEPT     as written from here
            OTHERS   –

            """);
        Run(environment + "strongroom doctor ci").ShouldContain("! ci: changed since they were written from here: CHANGED\n");
    }

    private string Run(string command)
    {
        var outcome = _workshop.Run(command);
        outcome.Error.ShouldBeEmpty(command);
        return outcome.Output;
    }
}
