using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class PolicyCasesTests
{
    private static readonly AccessPolicy[] Policies =
    [
        AccessPolicy.Parse("app", "path \"secret/data/app/*\" { capabilities = [\"read\"] }\npath \"secret/metadata/app/*\" { capabilities = [\"list\"] }"),
        AccessPolicy.Parse("own", """path "secret/data/users/{{identity.entity.name}}" { capabilities = ["read", "update"] }"""),
    ];

    [Fact]
    public void Run_reports_each_operation_of_each_case()
    {
        var reading = PolicyCases.Read("""
            cases:
              - path: secret/data/app/db
                operation: read
                expect: allow
              - path: secret/data/app/db
                operation: [update, delete]
                expect: deny
              - { path: secret/metadata/app/, operation: list, expect: deny }
              - path: secret/data/users/alice
                operation: update
                expect: allow
                policies: [own]
                identity:
                  identity.entity.name: alice
            """);
        reading.Faults.ShouldBeEmpty();
        PolicyCases.Run(reading.Cases, Policies).Select(r => r.ToString()).ShouldBe([
            "ok     2: read secret/data/app/db: allowed",
            "ok     5: update secret/data/app/db: denied",
            "ok     5: delete secret/data/app/db: denied",
            "FAILED 8: list secret/metadata/app/: allowed, expected deny: 'secret/metadata/app/*' decides and grants it",
            "ok     9: update secret/data/users/alice: allowed",
        ]);
    }

    [Fact]
    public void Read_takes_json() =>
        PolicyCases.Read("""{"cases": [{"path": "a", "operation": "read", "expect": "deny"}]}""").Cases.ShouldHaveSingleItem().IsAllowed.ShouldBeFalse();

    [Theory]
    [InlineData("cases: []\nextra: 1", "2:1: unknown key in the file 'extra'; known: cases")]
    [InlineData("case: []", "1:1: no list of cases; write cases: and a list under it")]
    [InlineData("cases: [{path: a, operation: raed, expect: deny}]", "1:30: unknown operation 'raed'; did you mean 'read'?")]
    [InlineData("cases: [{path: a, operation: read, expect: alow}]", "1:44: unknown expectation 'alow'; did you mean 'allow'?")]
    [InlineData("cases: [{operation: read, expect: deny}]", "1:9: a case without path")]
    [InlineData("cases: [{path: [a, b], operation: read, expect: deny}]", "1:20: path: expected one text")]
    [InlineData("cases: [{path: a, operation: read, expect: deny, identity: {entity: x}}]", "1:61: an unknown template; write identity.entity.id, .name, …")]
    [InlineData("cases: [x]", "1:9: expected a case, found a value; write path, operation and expect")]
    public void Read_refuses_what_it_does_not_understand(string text, string fault) =>
        PolicyCases.Read(text).Faults.ShouldContain(f => f.ToString() == fault);

    [Fact]
    public void Run_refuses_a_policy_that_is_not_there() =>
        Should.Throw<SecretException>(() => PolicyCases.Run(PolicyCases.Read("cases: [{path: a, operation: read, expect: deny, policies: [ap]}]").Cases, Policies))
            .Message.ShouldBe("test policies: line 1: there is no policy 'ap'; did you mean 'app'?");
}
