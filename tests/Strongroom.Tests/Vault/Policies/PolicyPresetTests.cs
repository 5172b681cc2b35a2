using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class PolicyPresetTests
{
    // The table of roles: read, create, update, delete, list.
    [Theory]
    [InlineData("app-services", true, false, false, false, true)]
    [InlineData("database-admin", true, true, true, true, true)]
    [InlineData("security-team", true, true, true, true, true)]
    [InlineData("ci-cd", true, false, false, false, false)]
    public void Preset_gives_the_rights_of_its_role(string name, bool read, bool create, bool update, bool delete, bool list)
    {
        var acl = Acl.Compile([PolicyPreset.Find(name)!.Make("secret", "team/app")]);
        acl.Check("secret/data/team/app/db", Capability.Read).IsAllowed.ShouldBe(read);
        acl.Check("secret/data/team/app/db", Capability.Create).IsAllowed.ShouldBe(create);
        acl.Check("secret/data/team/app/db", Capability.Update).IsAllowed.ShouldBe(update);
        acl.Check("secret/data/team/app/db", Capability.Delete).IsAllowed.ShouldBe(delete);
        acl.Check("secret/destroy/team/app/db", Capability.Update).IsAllowed.ShouldBe(delete);
        acl.Check("secret/metadata/team/app/db", Capability.Delete).IsAllowed.ShouldBe(delete);
        acl.Check("secret/metadata/team/app/", Capability.List).IsAllowed.ShouldBe(list);
        acl.Check("secret/data/team/apps/db", Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check("secret/metadata/team/", Capability.List).IsAllowed.ShouldBeFalse();
        acl.Check("sys/mounts/secret", Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check("secret/config", Capability.Update).IsAllowed.ShouldBe(name == "security-team");
    }

    [Fact]
    public void Presets_over_a_whole_mount_have_no_findings()
    {
        foreach (var preset in PolicyPreset.All)
        {
            var policy = preset.Make("/kv/team/", name: "role");
            policy.Name.ShouldBe("role");
            policy.Text.ShouldStartWith("# " + preset.Title);
            Acl.Compile([policy]).Check("kv/team/data/x", Capability.Read).IsAllowed.ShouldBeTrue();
            PolicyLint.Examine([policy], [new LintMount("kv/team/", true)]).ShouldBeEmpty();
        }
    }
}
