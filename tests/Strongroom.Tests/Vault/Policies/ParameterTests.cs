using System.Text;
using Shouldly;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Policies;

public sealed class ParameterTests
{
    // The examples of the documentation, and what follows from them.
    [Theory]
    [InlineData("""required_parameters = ["bar", "baz"]""", """{"bar":1,"baz":null}""", true)]
    [InlineData("""required_parameters = ["bar", "baz"]""", """{"bar":1}""", false)]
    [InlineData("""required_parameters = ["bar"]""", "", false)]
    [InlineData("""required_parameters = ["BAR"]""", """{"bar":1}""", true)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", """{"bar":{"any":["value"]}}""", true)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", """{"bar":1,"foo":2}""", false)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", "", true)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", "{}", true)]
    [InlineData("""allowed_parameters { bar = [] }""", """{"Bar":1}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["zip", "zap"] }""", """{"bar":"zap"}""", true)]
    [InlineData("""allowed_parameters = { "bar" = "zip" }""", """{"bar":"zip"}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["zip", "zap"] }""", """{"bar":"zop"}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["zip"] }""", """{"bar":"ZIP"}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["zip"] }""", """{"bar":["zip"]}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["zip"] }""", """{"bar":null}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["zip"], "*" = [] }""", """{"bar":"zip","foo":1}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["zip"], "*" = [] }""", """{"bar":"zop","foo":1}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["foo-*"] }""", """{"bar":"foo-x"}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["foo-*"] }""", """{"bar":"foo"}""", false)]
    [InlineData("""allowed_parameters = { "bar" = ["*-foo"] }""", """{"bar":"x-foo"}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["*foo*"] }""", """{"bar":"xfoox"}""", true)]
    [InlineData("""allowed_parameters = { "bar" = ["*"] }""", """{"bar":""}""", true)]
    [InlineData("""allowed_parameters = { "bar" = [5, true] }""", """{"bar":5.0}""", true)]
    [InlineData("""allowed_parameters = { "bar" = [5, true] }""", """{"bar":true}""", true)]
    [InlineData("""allowed_parameters = { "bar" = [5, true] }""", """{"bar":"5"}""", false)]
    [InlineData("""allowed_parameters = { "bar" = [5, true] }""", """{"bar":false}""", false)]
    [InlineData("""denied_parameters = { "bar" = [] }""", """{"foo":1}""", true)]
    [InlineData("""denied_parameters = { "bar" = [] }""", """{"bar":null}""", false)]
    [InlineData("""denied_parameters = { "bar" = ["zip", "zap"] }""", """{"bar":"zop"}""", true)]
    [InlineData("""denied_parameters = { "bar" = ["zip", "zap"] }""", """{"bar":"zap"}""", false)]
    [InlineData("""denied_parameters = { "*" = [] }""", """{"bar":1}""", false)]
    [InlineData("""denied_parameters = { "*" = [] }""", "", true)]
    [InlineData("""denied_parameters = { "bar" = ["x"] } allowed_parameters = { "bar" = ["x"] }""", """{"bar":"x"}""", false)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", "{", false)]
    [InlineData("""allowed_parameters = { "bar" = [] }""", "null", false)]
    [InlineData("""allowed_parameters = { "bar" = ["x"] }""", """{"bar":"\ud800"}""", false)]
    public void Check_follows_the_parameters(string rule, string body, bool allowed) =>
        AclTests.Compile($$"""path "secret/foo" { capabilities = ["create"] {{rule}} }""")
            .Check("secret/foo", Capability.Create, Encoding.UTF8.GetBytes(body)).IsAllowed.ShouldBe(allowed);

    [Fact]
    public void Deletes_and_lists_have_no_parameters()
    {
        var acl = AclTests.Compile("""path "a" { capabilities = ["delete", "list"] required_parameters = ["x"] }""");
        acl.Check("a", Capability.Delete).IsAllowed.ShouldBeTrue();
        acl.Check("a", Capability.List).IsAllowed.ShouldBeTrue();
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData(0, false)]
    [InlineData(1, true)]
    [InlineData(90, true)]
    [InlineData(91, false)]
    public void Bounds_on_the_life_of_a_wrapped_answer_make_wrapping_a_must(int? seconds, bool allowed) =>
        AclTests.Compile("""path "a" { capabilities = ["update"] min_wrapping_ttl = "1s" max_wrapping_ttl = "90s" }""")
            .Check("a", Capability.Update, default, seconds is { } s ? TimeSpan.FromSeconds(s) : null).IsAllowed.ShouldBe(allowed);

    [Fact]
    public void Rules_for_one_pattern_are_merged_as_in_vault()
    {
        var acl = Acl.Compile([
            AccessPolicy.Parse("a", """path "a" { capabilities = ["create"] max_wrapping_ttl = 90 allowed_parameters = { "x" = ["1"], "y" = ["1"] } required_parameters = ["x"] }"""),
            AccessPolicy.Parse("b", """path "a" { capabilities = ["update"] max_wrapping_ttl = 60 allowed_parameters = { "x" = ["2"], "y" = [] } required_parameters = ["x", "y"] }"""),
        ]);
        acl.Check("a", Capability.Create, """{"x":"2","y":"any"}"""u8, TimeSpan.FromSeconds(60)).IsAllowed.ShouldBeTrue();
        acl.Check("a", Capability.Update, """{"x":"1","y":"any"}"""u8, TimeSpan.FromSeconds(61)).Outcome.ShouldBe(AclOutcome.WrapTtlRefused);
        acl.Check("a", Capability.Update, """{"x":"3","y":"any"}"""u8, TimeSpan.FromSeconds(1)).Outcome.ShouldBe(AclOutcome.ParameterRefused);
        acl.Check("a", Capability.Update, """{"x":"1"}"""u8, TimeSpan.FromSeconds(1)).Outcome.ShouldBe(AclOutcome.ParameterRefused);
    }

    [Fact]
    public void Bounds_that_merging_made_impossible_allow_nothing()
    {
        var acl = Acl.Compile([
            AccessPolicy.Parse("a", """path "a" { capabilities = ["read"] min_wrapping_ttl = 90 }"""),
            AccessPolicy.Parse("b", """path "a" { capabilities = ["read"] max_wrapping_ttl = 60 }"""),
        ]);
        foreach (var seconds in new[] { 1, 60, 75, 90, 100 })
            acl.Check("a", Capability.Read, default, TimeSpan.FromSeconds(seconds)).IsAllowed.ShouldBeFalse();
    }
}
