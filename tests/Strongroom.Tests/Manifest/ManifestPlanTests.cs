using Shouldly;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class ManifestPlanTests
{
    private static readonly ProjectManifest Manifest = ManifestReader.Read(ManifestReaderTests.Full).Manifest!;

    [Theory]
    [InlineData("development", "OPENAI_API_KEY", "vault://development/OPENAI_API_KEY shell://OPENAI_API_KEY")]
    [InlineData("testing", "OPENAI_API_KEY", "vault://test/OPENAI_API_KEY shell://OPENAI_API_KEY")]
    [InlineData("production", "OPENAI_API_KEY", "shell://OPENAI_API_KEY vault://production/OPENAI_API_KEY")]
    [InlineData("production", "POSTGRES_PASSWORD", "shell://POSTGRES_PASSWORD vault://production/database/postgres#password")]
    [InlineData("production", "JWT_SIGNING_KEY", "shell://JWT_SIGNING_KEY mounted://jwt/signing vault://production/JWT_SIGNING_KEY")]
    [InlineData("production", "SHARED_KEY", "vault://shared/key#value?version=2 shell://SHARED")]
    [InlineData("production", "DATABASE_URL", "")]
    [InlineData("production", "UNDECLARED", "shell://UNDECLARED vault://production/UNDECLARED")]
    public void Find_gives_steps_in_order(string environment, string name, string steps) =>
        string.Join(' ', ManifestPlan.Create(Manifest, environment).Find(name).Steps).ShouldBe(steps);

    [Fact]
    public void Create_without_environment_takes_the_default() => ManifestPlan.Create(Manifest).Environment.Name.ShouldBe("testing");

    [Fact]
    public void Create_for_unknown_environment_says_which_there_are() =>
        Should.Throw<SecretException>(() => ManifestPlan.Create(Manifest, "prodution")).Message.ShouldEndWith("did you mean 'production'?");

    [Fact]
    public void FindWithParts_puts_parts_first() =>
        ManifestPlan.Create(Manifest).FindWithParts(["DATABASE_URL", "POSTGRES_PASSWORD"]).Select(s => s.Name)
            .ShouldBe(["POSTGRES_PASSWORD", "DATABASE_URL"]);

    [Fact]
    public void ReferenceIn_follows_the_naming_of_the_store()
    {
        var plan = ManifestPlan.Create(Manifest);
        plan.ReferenceIn("mounted", "OPENAI_API_KEY").ToString().ShouldBe("mounted://openai-api-key");
        plan.ReferenceIn("vault", "NEW_KEY").ToString().ShouldBe("vault://test/NEW_KEY");
        Should.Throw<SecretException>(() => plan.ReferenceIn("vualt", "NEW_KEY")).Message.ShouldContain("did you mean 'vault'?");
    }

    [Fact]
    public void Find_of_a_bad_name_is_refused() =>
        Should.Throw<SecretException>(() => ManifestPlan.Create(Manifest).Find("a b")).Kind.ShouldBe(SecretErrorKind.InvalidInput);
}
