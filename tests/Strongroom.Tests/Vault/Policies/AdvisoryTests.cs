using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

/// <summary>Published flaws in the policies of Vault and OpenBao, by their numbers.</summary>
public sealed class AdvisoryTests
{
    /// <summary>A LIST with a trailing slash found the broader grant first and never came to the deny.</summary>
    [Theory]
    [InlineData("secret/metadata/restricted/*")]
    [InlineData("secret/metadata/restricted/")]
    [InlineData("secret/metadata/restricted")]
    [InlineData("secret/metadata/restricted*")]
    public void CVE_2026_63131_GHSA_xp3c_3jw3_4vcr_list_does_not_pass_a_closer_deny(string denied)
    {
        var acl = AclTests.Compile($$"""
            path "secret/metadata/*" { capabilities = ["list", "read"] }
            path "{{denied}}" { capabilities = ["deny"] }
            """);
        acl.Check("secret/metadata/restricted/", Capability.List).IsAllowed.ShouldBeFalse();
        acl.Check("secret/metadata/restricted", Capability.List).IsAllowed.ShouldBeFalse();
        acl.Check("secret/metadata/", Capability.List).IsAllowed.ShouldBeTrue();
    }

    /// <summary>A wildcard rule without a trailing slash did not take LIST, which always has one.</summary>
    [Fact]
    public void VAULT_3825_list_takes_a_wildcard_rule_without_slash() =>
        AclTests.Compile("""path "+/sys/policies/acl" { capabilities = ["list"] }""").Check("foo/sys/policies/acl/", Capability.List).IsAllowed.ShouldBeTrue();

    /// <summary>A name that its owner may choose held <c>/</c>, <c>*</c> or <c>+</c>, and the templated path with it reached further.</summary>
    [Theory]
    [InlineData("*")]
    [InlineData("+")]
    [InlineData("alice/../bob")]
    [InlineData("bob/private")]
    [InlineData("..")]
    [InlineData(".")]
    [InlineData("a\\b")]
    [InlineData("a\nb")]
    [InlineData("{{identity.entity.id}}")]
    [InlineData("")]
    public void CVE_2026_5006_and_CVE_2026_71543_template_value_does_not_widen_a_rule(string name)
    {
        var acl = Acl.Compile(
            [AccessPolicy.Parse("p", """
                path "secret/data/{{identity.entity.name}}/*" { capabilities = ["read"] }
                path "secret/data/{{identity.entity.name}}*" { capabilities = ["read"] }
                path "secret/data/x/{{ identity.entity.name }}" { capabilities = ["read"] }
                """)],
            new IdentityValues(new Dictionary<string, string> { ["identity.entity.name"] = name, ["identity.entity.id"] = "e" }));

        acl.Rules.ShouldBeEmpty();
    }

    /// <summary>A deny that cannot be placed must not disappear either.</summary>
    [Theory]
    [InlineData("bob/private")]
    [InlineData("*")]
    [InlineData("+")]
    public void CVE_2026_5006_template_value_does_not_remove_a_deny(string name)
    {
        var acl = Acl.Compile(
            [AccessPolicy.Parse("p", """
                path "secret/data/*" { capabilities = ["read"] }
                path "secret/data/users/{{identity.entity.name}}/sealed" { capabilities = ["deny"] }
                """)],
            new IdentityValues(new Dictionary<string, string> { ["identity.entity.name"] = name }));

        acl.Check($"secret/data/users/{name}/sealed", Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check("secret/data/other", Capability.Read).IsAllowed.ShouldBeTrue();
    }

    /// <summary>Engines that fold case resolved another spelling to the denied name.</summary>
    [Theory]
    [InlineData("auth/userpass/users/ADMIN")]
    [InlineData("auth/userpass/users/admin")]
    [InlineData("AUTH/userpass/users/Admin")]
    [InlineData("auth/userpass/users/root/PASSWORD")]
    [InlineData("auth/userpass/Groups/x")]
    public void CVE_2026_89322_deny_covers_every_spelling(string path)
    {
        var acl = AclTests.Compile("""
            path "*" { capabilities = ["update"] }
            path "auth/userpass/users/admin" { capabilities = ["deny"] }
            path "auth/userpass/users/+/password" { capabilities = ["deny"] }
            path "auth/userpass/groups/*" { capabilities = ["deny"] }
            """);
        acl.Check(path, Capability.Update).IsAllowed.ShouldBeFalse();
        acl.Check("auth/userpass/users/other", Capability.Update).IsAllowed.ShouldBeTrue();
    }

    /// <summary>The same path written otherwise passed by the rule for it.</summary>
    [Theory]
    [InlineData("secret//data/denied")]
    [InlineData("secret/data//denied")]
    [InlineData("secret/data/denied//")]
    [InlineData("secret/data/./denied")]
    [InlineData("secret/data/x/../denied")]
    [InlineData("secret/data/denied/.")]
    [InlineData("//secret/data/denied")]
    [InlineData("/secret/data/denied")]
    public void Slash_and_dot_tricks_do_not_pass_a_deny(string path)
    {
        var acl = AclTests.Compile("""
            path "secret/*" { capabilities = ["read", "list"] }
            path "secret/data/denied" { capabilities = ["deny"] }
            """);
        acl.Check(path, Capability.Read).IsAllowed.ShouldBeFalse();
        acl.Check(path, Capability.List).IsAllowed.ShouldBeFalse();
        AclTests.Names(acl, path).ShouldBe("deny");
    }

    /// <summary>A path with dots in a name is an ordinary path.</summary>
    [Fact]
    public void Dots_inside_names_are_no_trick() =>
        AclTests.Compile("""path "secret/*" { capabilities = ["read"] }""").Check("secret/data/.env/a..b/v1.2", Capability.Read).IsAllowed.ShouldBeTrue();

    /// <summary>A denied policy name passed in another case, in a list, or among others in one text.</summary>
    [Theory]
    [InlineData("""{"policies":"admin"}""")]
    [InlineData("""{"policies":"Admin"}""")]
    [InlineData("""{"POLICIES":"admin"}""")]
    [InlineData("""{"policies":["dev","admin"]}""")]
    [InlineData("""{"policies":[["admin"]]}""")]
    [InlineData("""{"policies":"dev, admin"}""")]
    [InlineData("""{"policies":"dev","policies":"admin"}""")]
    [InlineData("""{"policies":"\u0061dmin"}""")]
    [InlineData("""{"policies":"dev"} x""")]
    [InlineData("""["policies"]""")]
    public void Denied_parameter_is_found_in_every_disguise(string body)
    {
        var acl = AclTests.Compile("""path "auth/token/create" { capabilities = ["update"] denied_parameters = { "policies" = ["admin"] } }""");
        acl.Check("auth/token/create", Capability.Update, System.Text.Encoding.UTF8.GetBytes(body)).IsAllowed.ShouldBeFalse();
        acl.Check("auth/token/create", Capability.Update, """{"policies":["dev","ops"]}"""u8).IsAllowed.ShouldBeTrue();
    }
}
