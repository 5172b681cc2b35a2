using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class PolicyExplainTests
{
    private static readonly Acl Both = Acl.Compile([
        AccessPolicy.Parse("base", "path \"secret/*\" { capabilities = [\"read\", \"list\"] }\npath \"secret/data/+/db\" { capabilities = [\"read\"] }"),
        AccessPolicy.Parse("app", "path \"secret/data/app/*\" { capabilities = [\"update\"] }\npath \"secret/data/app/x\" { capabilities = [\"deny\"] }"),
    ]);

    [Fact]
    public void Explain_names_the_rule_its_policy_and_the_runners_up() =>
        PolicyExplain.Explain(Both, "secret/data/app/db", Capability.Read).ToString().ShouldBe("""
            denied: read on secret/data/app/db
              'secret/data/app/*' decides and does not grant read
              decided by policy app line 1: path "secret/data/app/*" update
              not used: policy base line 2: path "secret/data/+/db" read: its first wildcard comes earlier
              not used: policy base line 1: path "secret/*" list, read: its first wildcard comes earlier

            """);

    [Fact]
    public void Explain_of_a_deny_and_of_what_no_rule_fits()
    {
        PolicyExplain.Explain(Both, "secret/data/app/x", Capability.Update).Reason.ShouldBe("'secret/data/app/x' denies");
        PolicyExplain.Explain(Both, "other/x", Capability.Read).Reason.ShouldBe("no rule fits the path, and what is not granted is denied");
        PolicyExplain.Explain(Both, "secret/../x", Capability.Read).Reason.ShouldContain("empty segment or one of dots");
        PolicyExplain.Explain(Acl.Root, "any", Capability.Sudo).ToString().ShouldStartWith("allowed: sudo on any");
    }

    [Fact]
    public void Explain_tells_of_wrapping_and_parameters()
    {
        var acl = AclTests.Compile("""
            path "a" { capabilities = ["update"] min_wrapping_ttl = 60 }
            path "b" { capabilities = ["update"] required_parameters = ["x"] }
            """);
        PolicyExplain.Explain(acl, "a", Capability.Update).Reason.ShouldBe("'a' asks for a wrapped answer with a life of at least 00:01:00");
        PolicyExplain.Explain(acl, "b", Capability.Update).Reason.ShouldBe("'b' does not allow these parameters");
        PolicyExplain.Explain(acl, "b", Capability.Update, """{"x":1}"""u8).Reason.ShouldBe("'b' decides and grants it");
    }
}
