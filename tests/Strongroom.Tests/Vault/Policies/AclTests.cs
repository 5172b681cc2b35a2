using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class AclTests
{
    [Theory]
    [InlineData("secret/foo", "read")]
    [InlineData("secret/food", "deny")]
    [InlineData("secret/foo/bar", "deny")]
    [InlineData("secret/bar/zip", "read")]
    [InlineData("secret/bar/zip/zap", "read")]
    [InlineData("secret/bars/zip", "deny")]
    [InlineData("secret/zip-zap", "read")]
    [InlineData("secret/zip-zap/zong", "read")]
    [InlineData("secret/zip/zap", "deny")]
    [InlineData("secret/any/teamb", "read")]
    [InlineData("secret/a/b/teamb", "read")]
    [InlineData("secret/a/b/c/teamb", "deny")]
    [InlineData("/secret/foo", "read")]
    [InlineData("SECRET/foo", "deny")]
    [InlineData("", "deny")]
    public void Capabilities_follow_the_examples_of_the_documentation(string path, string expected) =>
        Names(Compile("""
            path "secret/foo" { capabilities = ["read"] }
            path "secret/bar/*" { capabilities = ["read"] }
            path "secret/zip-*" { capabilities = ["read"] }
            path "secret/+/teamb" { capabilities = ["read"] }
            path "secret/+/+/teamb" { capabilities = ["read"] }
            """), path).ShouldBe(expected);

    // Each row: two patterns that both fit the path; the second one decides.
    [Theory]
    [InlineData("secret/*", "secret/foo", "secret/foo")]
    [InlineData("+/foo", "secret/+", "secret/foo")]
    [InlineData("foo/+", "foo/a*", "foo/ab")]
    [InlineData("foo/+/bar/baz", "foo/bar/+/baz", "foo/bar/bar/baz")]
    [InlineData("foo/+/ba*", "foo/+/bar", "foo/x/bar")]
    [InlineData("foo/*", "foo/+", "foo/x")]
    [InlineData("foo/+/+/baz", "foo/+/bar/baz", "foo/x/bar/baz")]
    [InlineData("foo/+/bar/b*", "foo/+/bar/ba*", "foo/x/bar/baz")]
    [InlineData("secret/+/+/foo/*", "secret/*", "secret/a/b/foo/c")]
    [InlineData("secret/*", "secret/foo*", "secret/foobar")]
    [InlineData("*", "+", "secret")]
    public void Closer_pattern_decides_alone(string farther, string closer, string path)
    {
        var acl = Compile($$"""
            path "{{farther}}" { capabilities = ["create", "read", "update"] }
            path "{{closer}}" { capabilities = ["delete"] }
            """);
        Names(acl, path).ShouldBe("delete");
    }

    [Fact]
    public void Same_pattern_in_two_policies_adds_up() => Names(Acl.Compile([
        AccessPolicy.Parse("a", """path "secret/*" { capabilities = ["read"] }"""),
        AccessPolicy.Parse("b", """path "/secret/*" { capabilities = ["list", "sudo"] }"""),
    ]), "secret/x").ShouldBe("list,read,sudo");

    [Theory]
    [InlineData("deny", "read")]
    [InlineData("read", "deny")]
    public void Deny_wins_at_the_same_pattern(string first, string second) => Names(Acl.Compile([
        AccessPolicy.Parse("a", $$"""path "secret/*" { capabilities = ["{{first}}"] }"""),
        AccessPolicy.Parse("b", $$"""path "secret/*" { capabilities = ["{{second}}"] }"""),
    ]), "secret/x").ShouldBe("deny");

    [Theory]
    [InlineData("secret/metadata/team/")]
    [InlineData("secret/metadata/team")]
    [InlineData("secret/metadata/+")]
    [InlineData("secret/metadata/+/")]
    [InlineData("secret/metadata/te*")]
    [InlineData("secret/metadata/team/*")]
    public void List_takes_a_rule_with_and_without_slash(string pattern)
    {
        var acl = Compile($$"""path "{{pattern}}" { capabilities = ["list"] }""");
        acl.Check("secret/metadata/team/", Capability.List).IsAllowed.ShouldBeTrue();
        acl.Check("secret/metadata/team", Capability.List).IsAllowed.ShouldBeTrue();
    }

    [Fact]
    public void Root_policy_allows_everything()
    {
        var acl = Acl.Compile([AccessPolicy.Parse("a", """path "*" { capabilities = ["deny"] }"""), AccessPolicy.Root]);
        acl.IsRoot.ShouldBeTrue();
        acl.Check("sys/seal", Capability.Update | Capability.Sudo).Outcome.ShouldBe(AclOutcome.Root);
        Names(acl, "any").ShouldBe("root");
    }

    [Fact]
    public void Nothing_allows_nothing()
    {
        Acl.Nothing.IsRoot.ShouldBeFalse();
        Acl.Nothing.Check("secret/data/x", Capability.Read).Outcome.ShouldBe(AclOutcome.NoRule);
        Names(Acl.Nothing, "any").ShouldBe("deny");
        Names(Acl.Compile([]), "any").ShouldBe("deny");
    }

    [Fact]
    public void Check_asks_for_all_that_is_needed()
    {
        var acl = Compile("""path "sys/seal" { capabilities = ["update"] }""");
        acl.Check("sys/seal", Capability.Update).IsAllowed.ShouldBeTrue();
        acl.Check("sys/seal", Capability.Update | Capability.Sudo).Outcome.ShouldBe(AclOutcome.NotGranted);
        acl.Check("sys/seal", Capability.None).IsAllowed.ShouldBeFalse();
    }

    [Fact]
    public void Check_allocates_nothing()
    {
        var acl = Compile("""
            path "secret/data/app" { capabilities = ["read"] }
            path "secret/data/team/*" { capabilities = ["read"] }
            path "secret/+/x" { capabilities = ["read", "list"] }
            path "secret/data/no" { capabilities = ["deny"] }
            """);
        acl.Check("secret/data/app", Capability.Read).IsAllowed.ShouldBeTrue();
        acl.Check("secret/metadata/x/", Capability.List).IsAllowed.ShouldBeTrue();

        var before = GC.GetAllocatedBytesForCurrentThread();
        for (var i = 0; i < 1000; i++)
        {
            acl.Check("secret/data/app", Capability.Read);
            acl.Check("secret/data/team/a", Capability.Read);
            acl.Check("secret/data/x", Capability.Read);
            acl.Check("secret/metadata/x/", Capability.List);
            acl.CapabilitiesAt("secret/data/NO");
        }
        (GC.GetAllocatedBytesForCurrentThread() - before).ShouldBe(0);
    }

    internal static Acl Compile(string text) => Acl.Compile([AccessPolicy.Parse("test", text)]);

    internal static string Names(Acl acl, string path) => string.Join(',', CapabilityNames.Of(acl.CapabilitiesAt(path)));
}
