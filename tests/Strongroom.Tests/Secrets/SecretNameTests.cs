using FsCheck;
using FsCheck.Fluent;
using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Secrets;

public sealed class SecretNameTests
{
    private static readonly Arbitrary<string> Names = Gen.Elements("API", "KEY", "S3", "OPENROUTER", "DB", "X", "A1B2", "42", "PASSWORD", "MINIO", "POSTGRES", "USER")
        .NonEmptyListOf().Select(words => string.Join('_', words)).Where(name => SecretName.IsEnvironmentName(name)).ToArbitrary();

    private static readonly Arbitrary<string> CamelNames = Gen.Elements("API", "KEY", "S3", "OPENROUTER", "DB", "A1B2", "PASSWORD")
        .NonEmptyListOf().Select(words => string.Join('_', words)).ToArbitrary();

    [Theory]
    [InlineData("openrouter-api-key", "OPENROUTER_API_KEY")]
    [InlineData("openrouterApiKey", "OPENROUTER_API_KEY")]
    [InlineData("OpenRouterAPIKey", "OPEN_ROUTER_API_KEY")]
    [InlineData("service.provider/key", "SERVICE_PROVIDER_KEY")]
    [InlineData("OPENROUTER_API_KEY", "OPENROUTER_API_KEY")]
    [InlineData("__a__b__", "A_B")]
    public void ToEnvironmentName_joins_words(string name, string expected) => SecretName.ToEnvironmentName(name).ShouldBe(expected);

    [Theory]
    [InlineData(SecretNaming.AsIs, "OPENROUTER_API_KEY")]
    [InlineData(SecretNaming.UpperSnake, "OPENROUTER_API_KEY")]
    [InlineData(SecretNaming.LowerSnake, "openrouter_api_key")]
    [InlineData(SecretNaming.Kebab, "openrouter-api-key")]
    [InlineData(SecretNaming.Camel, "openrouterApiKey")]
    [InlineData(SecretNaming.Path, "api-keys/openrouter#api_key")]
    public void ToAddress_follows_the_convention(SecretNaming naming, string expected) =>
        SecretName.ToAddress("OPENROUTER_API_KEY", naming).ToString().ShouldBe(expected);

    [Fact]
    public void Kebab_and_snake_come_back_unchanged() =>
        Prop.ForAll(Names, name => SecretName.ToEnvironmentName(SecretName.Convert(name, SecretNaming.Kebab)) == name
            && SecretName.ToEnvironmentName(SecretName.Convert(name, SecretNaming.LowerSnake)) == name).QuickCheckThrowOnFailure();

    [Fact]
    public void Camel_comes_back_unchanged_when_words_begin_with_letters() =>
        Prop.ForAll(CamelNames, name => SecretName.ToEnvironmentName(SecretName.Convert(name, SecretNaming.Camel)) == name).QuickCheckThrowOnFailure();

    [Fact]
    public void Path_comes_back_unchanged() =>
        Prop.ForAll(Names, name => SecretNamePath.ToEnvironmentName(SecretNamePath.ToAddress(name)) == name).QuickCheckThrowOnFailure();

    [Theory]
    [InlineData("POSTGRES_PASSWORD", "database/postgres#password")]
    [InlineData("POSTGRES_USER", "database/postgres#username")]
    [InlineData("MINIO_ACCESS_KEY", "storage/minio#access_key")]
    [InlineData("BRAVE_API_KEY", "api-keys/brave#api_key")]
    [InlineData("SMTP_PASSWORD", "smtp-password")]
    [InlineData("API_KEY", "api-key")]
    [InlineData("JWT_SIGNING_KEY", "jwt-signing-key")]
    public void Path_groups_what_belongs_together(string name, string address)
    {
        SecretNamePath.ToAddress(name).ToString().ShouldBe(address);
        SecretNamePath.ToEnvironmentName(SecretReference.ParseAddress("production/" + address)).ShouldBe(name);
    }

    [Theory]
    [InlineData("_", true)]
    [InlineData("A1", true)]
    [InlineData("a_b", true)]
    [InlineData("", false)]
    [InlineData("1A", false)]
    [InlineData("A-B", false)]
    [InlineData("Ä", false)]
    [InlineData("A=B", false)]
    public void IsEnvironmentName_goes_by_posix(string name, bool expected) => SecretName.IsEnvironmentName(name).ShouldBe(expected);

    [Theory]
    [InlineData("OPENAI_API_KEY", null)]
    [InlineData("openai-api-key", "write OPENAI_API_KEY")]
    [InlineData("openai_api_key", "write OPENAI_API_KEY")]
    [InlineData("OPENAI__KEY", "write OPENAI_KEY")]
    [InlineData("PASSWORD", "put the name of the service before it: OPENAI_PASSWORD")]
    [InlineData("LD_PRELOAD", "put the name of the service before it")]
    [InlineData("STRONGROOM_KEY", "choose another beginning")]
    [InlineData("1KEY", "begin with a letter; use letters, digits and underscores")]
    public void Check_suggests_a_better_name(string name, string? suggestion) =>
        SecretNameLint.Check(name).Select(f => f.Suggestion).SingleOrDefault().ShouldBe(suggestion);
}
