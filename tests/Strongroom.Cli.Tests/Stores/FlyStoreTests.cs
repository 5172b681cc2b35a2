using Shouldly;
using Strongroom.Fakes.Fly;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>A store that gives nothing back: what can be said of it all the same.</summary>
public sealed class FlyStoreTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Changes_are_told_without_values_there_and_here()
    {
        await using var fly = new FakeFly();
        await fly.StartAsync();
        var environment = $"export FLY_FLAPS_BASE_URL={fly.Address} FLY_API_TOKEN='{fly.Authorization}'; ";
        Run("strongroom init -q; printf 'stores:\n  fly: {kind: fly, app: shop}\n' > strongroom.local.yaml");
        Run("for name in KEPT CHANGED RENEWED; do echo first | strongroom set $name -q; done");
        Run(environment + "strongroom copy KEPT CHANGED RENEWED --to fly -q --yes");

        fly.Put("CHANGED", "by somebody else"u8.ToArray());
        fly.Put("OTHERS", "of somebody else"u8.ToArray());
        Run("echo second | strongroom set RENEWED -q");

        Run(environment + "strongroom list --store fly").ShouldBe("""
            name     value
            CHANGED  changed since
            KEPT     as written from here
            OTHERS   –
            RENEWED  as written from here

            """);
        Run(environment + "strongroom list --store fly --json | jq -c '.[]'").ShouldBe("""
            {"reference":"fly://CHANGED","drift":"changed"}
            {"reference":"fly://KEPT","drift":"none"}
            {"reference":"fly://OTHERS","drift":"unknown"}
            {"reference":"fly://RENEWED","drift":"none"}

            """);
        var told = Run(environment + "strongroom doctor fly");
        told.ShouldContain("✓ fly: 1 value as written from here\n");
        told.ShouldContain("! fly: changed since they were written from here: CHANGED\n  → strongroom copy CHANGED --to fly --overwrite writes the values of here\n");
        told.ShouldContain("! fly: older than the values here: RENEWED\n");
        told.ShouldContain("✓ fly: not written from here, so not compared: OTHERS\n");
        Run(environment + "strongroom copy CHANGED RENEWED --to fly --overwrite -q --yes; strongroom doctor fly").ShouldContain("✓ fly: 3 values as written from here\n");
        Run("grep -rlE 'first|second' .strongroom/written $HOME/.config/strongroom/written.key; stat -c %a .strongroom/written $HOME/.config/strongroom/written.key").ShouldBe("600\n600\n");
    }

    private string Run(string command)
    {
        var outcome = _workshop.Run(command);
        outcome.Error.ShouldBeEmpty(command);
        return outcome.Output;
    }
}
