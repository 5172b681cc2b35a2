using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class TemplateTests
{
    private static readonly IdentityValues Alice = new(new Dictionary<string, string>
    {
        ["identity.entity.id"] = "8d3c",
        ["identity.entity.name"] = "alice",
        ["identity.entity.metadata.team"] = "blue team",
        ["identity.entity.aliases.auth_kubernetes_1.metadata.service_account_namespace"] = "prod",
        ["identity.groups.ids.g-1.name"] = "ops",
    });

    [Theory]
    [InlineData("secret/data/{{identity.entity.id}}/*", "secret/data/8d3c/x")]
    [InlineData("secret/data/{{ identity.entity.name }}", "secret/data/alice")]
    [InlineData("secret/data/{{identity.entity.metadata.team}}/x", "secret/data/blue team/x")]
    [InlineData("secret/data/{{identity.entity.aliases.auth_kubernetes_1.metadata.service_account_namespace}}/*", "secret/data/prod/x")]
    [InlineData("secret/data/groups/{{identity.groups.ids.g-1.name}}/+", "secret/data/groups/ops/x")]
    [InlineData("secret/{{identity.entity.name}}-{{identity.entity.id}}", "secret/alice-8d3c")]
    public void Compile_fills_templates(string pattern, string path)
    {
        var policy = AccessPolicy.Parse("p", $$"""path "{{pattern}}" { capabilities = ["read"] }""");
        policy.IsTemplated.ShouldBeTrue();
        Acl.Compile([policy], Alice).Check(path, Capability.Read).IsAllowed.ShouldBeTrue();
        Acl.Compile([policy], Alice).Check(path.Replace("alice", "bob").Replace("8d3c", "0000").Replace("blue", "red").Replace("prod", "dev").Replace("ops", "dev"), Capability.Read)
            .IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public void Rule_without_a_value_is_left_out()
    {
        var policy = AccessPolicy.Parse("p", """
            path "secret/data/{{identity.entity.metadata.missing}}/*" { capabilities = ["read"] }
            path "secret/data/x" { capabilities = ["read"] }
            """);
        Acl.Compile([policy], Alice).Rules.ShouldHaveSingleItem().Pattern.Text.ShouldBe("secret/data/x");
        Acl.Compile([policy]).Rules.ShouldHaveSingleItem();
    }

    [Fact]
    public void Default_policy_gives_a_token_rights_over_itself_alone()
    {
        var acl = Acl.Compile([DefaultPolicy.Create()], Alice);
        acl.Check("auth/token/lookup-self", Capability.Read).IsAllowed.ShouldBeTrue();
        acl.Check("auth/token/renew-self", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("sys/wrapping/unwrap", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("sys/capabilities-self", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("cubbyhole/", Capability.List).IsAllowed.ShouldBeTrue();
        acl.Check("identity/entity/id/8d3c", Capability.Read).IsAllowed.ShouldBeTrue();
        acl.Check("identity/entity/id/other", Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check("identity/oidc/provider/p/authorize", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("auth/token/create", Capability.Update).IsAllowed.ShouldBeFalse();
        acl.Check("secret/data/x", Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check("sys/mounts", Capability.Read).IsAllowed.ShouldBeFalse();
    }
}
