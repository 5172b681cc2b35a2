using Shouldly;
using Strongroom.Vault.Policies;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class PolicyLintTests
{
    private static readonly LintMount[] Mounts = [new("secret/", true), new("kv1/", false), new("team/kv/", true)];

    [Theory]
    [InlineData("""path "secret/app" { capabilities = ["read"] }""", "kv2-path: 'secret/' is KV v2, where no request has the path 'secret/app'; write 'secret/data/app'")]
    [InlineData("""path "secret/app/*" { capabilities = ["read", "list"] }""", "kv2-path: 'secret/' is KV v2, where no request has the path 'secret/app/*'; write 'secret/data/app/*' and 'secret/metadata/app/*'")]
    [InlineData("""path "team/kv/app" { capabilities = ["list"] }""", "kv2-path: 'team/kv/' is KV v2, where no request has the path 'team/kv/app'; write 'team/kv/metadata/app'")]
    [InlineData("""path "secret/production/{{identity.entity.id}}" { capabilities = ["read"] }""", "kv2-path: 'secret/' is KV v2, where no request has the path 'secret/production/{{identity.entity.id}}'; write 'secret/data/production/{{identity.entity.id}}'")]
    [InlineData("""path "secret/" { capabilities = ["list"] }""", "kv2-path: 'secret/' is KV v2, where no request has the path 'secret/'; write 'secret/metadata/'")]
    [InlineData("""path "secret/data/app/*" { capabilities = ["read", "list"] }""", "kv2-list: names are not listed under 'secret/data/'; grant list on 'secret/metadata/app/*'")]
    [InlineData("""path "secret/data/a" { capabilities = ["create"] allowed_parameters = { "password" = [] } }""", "kv2-parameters: the parameters of KV v2 are data and options, not the fields of the secret; take the parameter rules out")]
    [InlineData("""path "kv1/*/x" { capabilities = ["read"] }""", "star-inside: '*' in the middle of 'kv1/*/x' stands for itself; write 'kv1/+/x' for any one segment")]
    [InlineData("""path "kv1/app+/x" { capabilities = ["read"] }""", "plus-inside: '+' inside the segment 'app+' stands for itself; let + be a whole segment, or end the path with *")]
    [InlineData("""path "kv1//x" { capabilities = ["read"] }""", "never-matched: no request has a path like 'kv1//x'; write one slash between segments, and none at the beginning")]
    [InlineData("""path "kv1/x" { capabilities = [] }""", "grants-nothing: 'kv1/x' grants nothing, and hides broader rules; write capabilities = [\"deny\"] if that is meant")]
    [InlineData("""path "kv1/x" { capabilities = ["read", "sudo"] }""", "needless-sudo: no path under 'kv1/x' asks for sudo; take \"sudo\" out")]
    [InlineData("""path "*" { capabilities = ["read"] }""", "too-broad: '*' covers everything, also what is mounted later; name the mounts and folders that are needed")]
    [InlineData("""path "sys/*" { capabilities = ["read"] }""", "too-broad: 'sys/*' covers all of sys/, also what is mounted later; name the mounts and folders that are needed")]
    [InlineData("""path "sys/policies/acl/*" { capabilities = ["update"] }""", "escalation: whoever may write at 'sys/policies/acl/*' can take every other right; grant it to administrators alone")]
    [InlineData("""path "secrets/data/x" { capabilities = ["read"] }""", "unknown-mount: nothing is mounted where 'secrets/data/x' points; did you mean 'secret/'?")]
    public void Examine_finds(string policy, string finding) =>
        PolicyLint.Examine([AccessPolicy.Parse("p", policy)], Mounts).ShouldHaveSingleItem().ToString().ShouldBe("p:1:6: " + finding);

    [Theory]
    [InlineData("""path "secret/data/app/*" { capabilities = ["create", "read", "update"] }""")]
    [InlineData("""path "secret/metadata/+/x" { capabilities = ["list"] }""")]
    [InlineData("""path "secret/*" { capabilities = ["read", "list"] }""")]
    [InlineData("""path "secret/+/app" { capabilities = ["read"] }""")]
    [InlineData("""path "secret/config" { capabilities = ["read"] }""")]
    [InlineData("""path "kv1/app" { capabilities = ["read", "list"] }""")]
    [InlineData("""path "auth/token/create" { capabilities = ["update"] }""")]
    [InlineData("""path "sys/seal" { capabilities = ["update", "sudo"] }""")]
    [InlineData("""path "sys/mounts" { capabilities = ["read"] }""")]
    [InlineData("""path "secret/data/app/*" { capabilities = ["read"] } path "secret/data/app/private" { capabilities = ["deny"] }""")]
    public void Examine_leaves_good_policies_alone(string policy) => PolicyLint.Examine([AccessPolicy.Parse("p", policy)], Mounts).ShouldBeEmpty();

    [Fact]
    public void Examine_compares_rules_of_all_policies()
    {
        var findings = PolicyLint.Examine([
            AccessPolicy.Parse("a", "path \"kv1/*\" { capabilities = [\"read\", \"list\"] }\npath \"kv1/+/+/foo/*\" { capabilities = [\"read\"] }"),
            AccessPolicy.Parse("b", "path \"kv1/app/*\" { capabilities = [\"update\"] }\npath \"kv1/*\" { capabilities = [\"deny\"] }"),
        ]);
        findings.Select(f => f.ToString()).ShouldBe([
            "a:1:6: conflict: 'kv1/*' grants what 'kv1/*' of policy b denies; the deny wins; take one of them out",
            "a:2:6: shadowed: 'kv1/+/+/foo/*' never decides: 'kv1/*' on line 1 fits the same paths and comes first; take it out, or write the beginning of the path out",
            "a:2:6: shadowed: 'kv1/+/+/foo/*' never decides: 'kv1/*' of policy b fits the same paths and comes first; take it out, or write the beginning of the path out",
            "b:1:6: takes-away: 'kv1/app/*' takes away list, read, which 'kv1/*' of policy a gives: the closer rule decides alone; add list, read if that is not meant",
        ]);
    }

    [Fact]
    public void Examine_of_a_first_attempt_finds_the_traps_of_kv_version_2()
    {
        var policies = PolicyFile.Read("""
            policy "app-policy" {
              rules = <<EOT
            path "secret/data/*" {
              capabilities = ["read", "list"]
            }
            path "secret/data/database/*" {
              capabilities = ["read", "create", "update", "delete"]
            }
            EOT
            }
            """, "file").Policies;
        PolicyLint.Examine(policies, Mounts).Select(f => (f.Line, f.Code)).ShouldBe([(3, "kv2-list"), (6, "takes-away")]);
    }

    [Fact]
    public void Every_finding_has_a_known_code()
    {
        PolicyLint.Codes.Distinct().Count().ShouldBe(PolicyLint.Codes.Count);
        var all = PolicyLint.Examine([AccessPolicy.Parse("p", """
            path "*" { capabilities = ["sudo"] }
            path "secret/a" { capabilities = [] }
            path "x+/*/y" { capabilities = ["read"] }
            """)], Mounts);
        all.ShouldAllBe(f => PolicyLint.Codes.Contains(f.Code));
    }
}
