using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Hcl;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class AccessPolicyTests
{
    [Theory]
    [InlineData("""path "a" { capabilities = ["read", "list"] }""")]
    [InlineData("""path "a" { capabilities = ["read","list",] }""")]
    [InlineData("""path "/a" { policy = "read" }""")]
    [InlineData("""path a { capabilities = ["read"] policy = "read" }""")]
    [InlineData("""path = { "a" = { capabilities = ["read", "list"] } }""")]
    [InlineData("""{"path": {"a": {"capabilities": ["read", "list"]}}}""")]
    [InlineData("""{"path": [{"a": {"capabilities": ["read"]}}, {"a": {"policy": "read"}}]}""")]
    [InlineData("""{"path": {"a": [{"capabilities": ["read", "list"]}]}}""")]
    [InlineData("""name = "ignored" path "a" { capabilities = ["list"] } path "a" { capabilities = ["read"] }""")]
    public void Parse_understands_every_form(string text) =>
        AclTests.Names(Acl.Compile([AccessPolicy.Parse("p", text)]), "a").ShouldBe("list,read");

    [Theory]
    [InlineData("read", "list,read")]
    [InlineData("write", "create,delete,list,read,update")]
    [InlineData("sudo", "create,delete,list,read,sudo,update")]
    [InlineData("deny", "deny")]
    public void Parse_understands_old_policies(string old, string names) =>
        AclTests.Names(AclTests.Compile($$"""path "a" { policy = "{{old}}" }"""), "a").ShouldBe(names);

    [Fact]
    public void Deny_takes_every_other_capability_of_its_rule() =>
        AccessPolicy.Parse("p", """path "a" { capabilities = ["read", "deny", "sudo"] }""").Rules[0].Capabilities.ShouldBe(Capability.Deny);

    [Theory]
    [InlineData("""pth "a" { }""", "1:1: unknown key 'pth'; did you mean 'path'?")]
    [InlineData("""path "a" { capabilities = ["raed"] }""", "1:28: unknown capability 'raed'; did you mean 'read'?")]
    [InlineData("""path "a" { capabilities = ["root"] }""", "1:28: root cannot be granted by a path; attach the policy named root")]
    [InlineData("""path "a" { capability = ["read"] capabilities = [] }""", "1:12: unknown key in path 'capability'; did you mean 'capabilities'?")]
    [InlineData("""path "a" { }""", "1:6: this path says no capabilities; write capabilities = [\"read\"]")]
    [InlineData("""path { capabilities = [] }""", "1:1: a block without its path; write path \"secret/data/app\" { … }")]
    [InlineData("""path "a" "b" { capabilities = [] }""", "1:14: path: expected one path and a block, found a block; write path \"secret/data/app\" { … }")]
    [InlineData("""path = "a" """, "1:8: path: expected one path and a block, found a text; write path \"secret/data/app\" { … }")]
    [InlineData("""path "a+*" { policy = "read" }""", "1:6: '+*' in a path; write + for one segment, or * for all that follows")]
    [InlineData("""path "a/{{identity.entity.idd}}" { policy = "read" }""", "1:6: an unknown template in a path; write {{identity.entity.id}}, .name, .metadata.<key>, .aliases.<accessor>.name, or identity.groups.…")]
    [InlineData("""path "a/{{identity.entity.id" { policy = "read" }""", "1:6: {{ without }} in a path; write {{identity.entity.id}}, .name, .metadata.<key>, .aliases.<accessor>.name, or identity.groups.…")]
    [InlineData("""path "a" { policy = "raed" }""", "1:21: unknown policy 'raed'; did you mean 'read'?")]
    [InlineData("""path "a" { policy = "read" policy = "write" }""", "1:28: policy stands on line 1 already; keep one of them")]
    [InlineData("""path "a" { policy = "read" control_group = { } }""", "1:28: control_group is not understood here; it would be ignored, so it is refused; take it out")]
    [InlineData("""path "a" { policy = "read" allowed_parameters = ["b"] }""", "1:49: allowed_parameters: expected parameters, found a list; write { \"name\" = [\"value\"] }")]
    [InlineData("""path "a" { policy = "read" allowed_parameters = { b = [[]] } }""", "1:56: allowed_parameters: expected a text, a number, true or false, found a list")]
    [InlineData("""path "a" { policy = "read" denied_parameters = { "*" = ["x"] } }""", "1:56: denied_parameters: \"*\" takes no values; write \"*\" = []")]
    [InlineData("""path "a" { policy = "read" required_parameters = [1] }""", "1:51: required_parameters: expected a list of texts, found a number")]
    [InlineData("""path "a" { policy = "read" min_wrapping_ttl = "soon" }""", "1:47: min_wrapping_ttl: expected a duration; write a number of seconds, or 90s, 5m, 1h")]
    [InlineData("""path "a" { policy = "read" min_wrapping_ttl = "2m" max_wrapping_ttl = 60 }""", "1:52: max_wrapping_ttl is less than min_wrapping_ttl")]
    [InlineData("""policy "a" { rules = "" }""", "1:1: a policy inside a policy; write path \"…\" { … }; a file of several policies is read as such")]
    public void Read_refuses_what_it_does_not_understand(string text, string fault) =>
        AccessPolicy.Read("p", text).Faults.ShouldHaveSingleItem().ToString().ShouldBe(fault);

    [Fact]
    public void Parse_reports_all_faults_at_once()
    {
        var error = Should.Throw<SecretException>(() => AccessPolicy.Parse("p", "path \"a\" { capabilities = [\"raed\", \"writ\"] }\npaht \"b\" { }\n"));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Reason.Split('\n').Length.ShouldBe(4);
    }

    [Fact]
    public void Fault_never_repeats_a_text_of_the_file()
    {
        var fault = AccessPolicy.Read("p", """path "a" { capabilities = ["hvs.CAESIJ-a-token-that-was-pasted-into-the-wrong-place"] }""").Faults.ShouldHaveSingleItem();
        fault.ToString().ShouldNotContain("a-token-that-was-pasted");
    }

    [Fact]
    public void Write_then_read_gives_the_same_rules() => Prop.ForAll(PolicyGenerators.Rules, rules =>
    {
        var text = PolicyWriter.Write(rules, "by a test");
        var again = AccessPolicy.Parse("p", text);
        return again.Rules.Count == rules.Count && PolicyWriter.Write(again.Rules, "by a test") == text
            && again.Rules.Zip(rules).All(pair => pair.First.Path == pair.Second.Path && pair.First.Capabilities == pair.Second.Capabilities);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void Read_of_anything_gives_a_policy_or_a_fault()
    {
        foreach (var text in HclGenerators.Mangled(seconds: 2))
        {
            var reading = PolicyFile.Read(text, "p");
            if (reading.Faults.Count > 0) reading.Policies.ShouldBeEmpty();
            var acl = Acl.Compile(reading.Policies, new IdentityValues(new Dictionary<string, string> { ["identity.entity.id"] = "e" }));
            acl.Check("secret/data/a", Capability.Read);
            PolicyLint.Examine(reading.Policies, [new LintMount("secret/", true)]);
        }
    }
}
