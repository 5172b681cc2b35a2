using System.Globalization;
using Shouldly;

namespace Strongroom.Cli.Tests.Processes;

/// <summary>`init` that fails or dies at any step: the next one finishes, and no key that a vault needs is lost.</summary>
public sealed class InterruptedInitTests(ITestOutputHelper output) : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Theory]
    [InlineData("mkdir strongroom.yaml", "rmdir strongroom.yaml")]
    [InlineData("mkdir -p ~/.config && touch ~/.config/strongroom", "rm ~/.config/strongroom")]
    [InlineData("touch .strongroom", "rm .strongroom")]
    [InlineData("mkdir -p .strongroom/vault.db", "rmdir .strongroom/vault.db")]
    [InlineData("mkdir -p .strongroom/audit.log", "rmdir .strongroom/audit.log")]
    [InlineData("mkdir .gitignore", "rmdir .gitignore")]
    public void Init_that_failed_at_a_step_is_finished_by_the_next(string obstacle, string remedy)
    {
        _workshop.Run(obstacle).ExitCode.ShouldBe(0);
        var failed = _workshop.Run("strongroom init");
        failed.ExitCode.ShouldBeInRange(1, 7);
        failed.Error.ShouldContain("✗ ");
        failed.Error.ShouldContain("→ ");
        output.WriteLine(failed.Error);
        var keys = Keys(_workshop);

        _workshop.Run(remedy).ExitCode.ShouldBe(0);
        ShouldFinish(_workshop);
        keys.ShouldBeSubsetOf(Keys(_workshop));
    }

    [Theory]
    [InlineData("strongroom init -q && rm -rf .strongroom")]
    [InlineData("strongroom init -q && rm -rf .strongroom ~/.config && mkdir -m 700 .strongroom")]
    [InlineData("strongroom init -q && rm -rf .strongroom && mkdir -m 700 .strongroom && (umask 077; touch .strongroom/vault.db)")]
    [InlineData("strongroom init -q && rm .gitignore")]
    [InlineData("strongroom init -q && rm .strongroom/audit.log")]
    public void Init_goes_on_from_what_a_crash_leaves(string crash)
    {
        _workshop.Run(crash).ExitCode.ShouldBe(0);
        ShouldFinish(_workshop);
    }

    [Fact]
    public void Init_killed_at_any_moment_is_finished_by_the_next()
    {
        var killed = 0;
        for (var milliseconds = 40; milliseconds < 160; milliseconds += 8)
        {
            using var workshop = new Workshop();
            var seconds = (milliseconds / 1000.0).ToString(CultureInfo.InvariantCulture);
            if (workshop.Run($"timeout -s KILL {seconds} strongroom init -q").ExitCode == 137) killed++;
            var keys = Keys(workshop);
            ShouldFinish(workshop);
            keys.ShouldBeSubsetOf(Keys(workshop));
        }
        output.WriteLine($"{killed} killed");
    }

    [Fact]
    public void Init_without_the_key_of_the_vault_makes_no_other()
    {
        _workshop.Run("strongroom init -q && mv ~/.config/strongroom/keys ~/elsewhere").ExitCode.ShouldBe(0);
        var again = _workshop.Run("strongroom init");
        again.ExitCode.ShouldBe(4);
        again.Error.ShouldContain("the key file is missing");
        again.Error.ShouldContain("→ copy it from");
        Keys(_workshop).ShouldBeEmpty();

        _workshop.Run("mv ~/elsewhere ~/.config/strongroom/keys").ExitCode.ShouldBe(0);
        ShouldFinish(_workshop);
    }

    private static void ShouldFinish(Workshop workshop)
    {
        var again = workshop.Run("strongroom init");
        again.ExitCode.ShouldBe(0, again.Error);
        workshop.Run("echo value | strongroom set A -q && strongroom get A").Output.ShouldBe("value\n");
        var verified = workshop.Run("strongroom vault verify");
        verified.ExitCode.ShouldBe(0, verified.Error);
        workshop.Run("grep -x .strongroom/ .gitignore").ExitCode.ShouldBe(0);
    }

    private static string[] Keys(Workshop workshop)
    {
        var folder = Path.Combine(workshop.Home, ".config", "strongroom", "keys");
        return Directory.Exists(folder) ? Directory.GetFiles(folder) : [];
    }
}
