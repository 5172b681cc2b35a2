using System.Globalization;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Fakes.Aws;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>The places in which AWS gives keys to a program, and the login of a person, as a process meets them: by variables and files.</summary>
public sealed class AwsIdentityTests : IAsyncLifetime
{
    private readonly Workshop _workshop = new();
    private readonly FakeAws _aws = new();
    private readonly FakeAwsMachine _machine;

    public AwsIdentityTests() => _machine = new FakeAwsMachine(_aws);

    public async ValueTask InitializeAsync()
    {
        await _aws.StartAsync();
        await _machine.StartAsync();
        _aws.Seed("development/API_KEY", "sk-aws"u8.ToArray());
        Write("strongroom.yaml", "version: 1\nstores:\n  aws: {kind: aws, retries: 0}\nchain: [aws]\nsecrets:\n  API_KEY:\n");
    }

    public async ValueTask DisposeAsync()
    {
        _workshop.Dispose();
        await _machine.DisposeAsync();
        await _aws.DisposeAsync();
    }

    [Fact]
    public void Instance_gives_keys_by_its_metadata_service()
    {
        Get($"AWS_EC2_METADATA_SERVICE_ENDPOINT={_machine.Address.AbsoluteUri.TrimEnd('/')} AWS_EC2_METADATA_V1_DISABLED=true").ShouldBe("sk-aws\n");

        _machine.Exchanges.Select(e => e.Path).ShouldContain("/latest/api/token");
    }

    [Fact]
    public void Container_gives_keys_by_its_agent() =>
        Get($"AWS_CONTAINER_CREDENTIALS_FULL_URI={_machine.Address}v1/credentials AWS_CONTAINER_AUTHORIZATION_TOKEN=container-token").ShouldBe("sk-aws\n");

    [Fact]
    public void Pod_gives_keys_by_its_agent_and_a_token_file()
    {
        Write("token", "container-token");

        Get($"AWS_CONTAINER_CREDENTIALS_FULL_URI={_machine.Address}v1/credentials AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE=$PWD/token").ShouldBe("sk-aws\n");
    }

    [Fact]
    public void Pod_gets_keys_for_its_web_identity()
    {
        Write("token", "web-identity-token\n");

        Get("AWS_WEB_IDENTITY_TOKEN_FILE=$PWD/token AWS_ROLE_ARN=arn:aws:iam::123456789012:role/shop").ShouldBe("sk-aws\n");
    }

    [Fact]
    public void Machine_without_any_is_denied_and_says_what_to_do()
    {
        var outcome = Run("AWS_EC2_METADATA_DISABLED=true");

        outcome.Error.ShouldContain("aws: read development/API_KEY: has no credentials");
        outcome.Output.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("sso_session = work\n", "[sso-session work]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-central-1\n", "work")]
    [InlineData("sso_start_url = https://acme.awsapps.com/start\nsso_region = eu-central-1\n", "", "https://acme.awsapps.com/start")]
    public void Login_of_a_person_gives_keys(string profile, string session, string cached)
    {
        WriteProfile(profile, session);
        WriteLogin(cached, DateTime.UtcNow.AddHours(1));

        GetBySso().ShouldBe("sk-aws\n");
    }

    [Fact]
    public void Login_that_has_ended_is_renewed_where_the_tools_of_aws_look()
    {
        WriteProfile("sso_session = work\n", "[sso-session work]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-central-1\n");
        var file = WriteLogin("work", DateTime.UtcNow.AddMinutes(-5));

        GetBySso().ShouldBe("sk-aws\n");
        GetBySso().ShouldBe("sk-aws\n");

        _machine.Exchanges.Count(e => e.Path == "/token").ShouldBe(1);
        var login = JsonNode.Parse(File.ReadAllText(file))!;
        ((string?)login["accessToken"], (string?)login["refreshToken"], (string?)login["clientId"]).ShouldBe((_machine.SsoToken, _machine.RefreshToken, "client"));
        File.GetUnixFileMode(file).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(true, true)]
    public void Login_that_is_not_there_or_cannot_be_renewed_says_how_to_log_in(bool isThere, bool isRenewable)
    {
        WriteProfile("sso_session = work\n", "[sso-session work]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-central-1\n");
        if (isThere) WriteLogin("work", DateTime.UtcNow.AddMinutes(-5), isRenewable);
        _machine.RefreshToken = "another";

        var outcome = Run(Sso);

        outcome.Error.ShouldContain("has no credentials: nobody is logged in to https://acme.awsapps.com/start, or the login has ended");
        outcome.Error.ShouldContain("aws sso login --profile shop");
    }

    [Fact]
    public void Role_that_the_person_may_not_use_is_denied()
    {
        WriteProfile("sso_session = work\n", "[sso-session work]\nsso_start_url = https://acme.awsapps.com/start\nsso_region = eu-central-1\n", role: "another");
        WriteLogin("work", DateTime.UtcNow.AddHours(1));

        Run(Sso).Error.ShouldContain("you may not use the role another in the account 123456789012");
    }

    private string Sso => $"AWS_PROFILE=shop AWS_ENDPOINT_URL_SSO={_machine.Address} AWS_ENDPOINT_URL_SSO_OIDC={_machine.Address}";

    private string GetBySso() => Get(Sso);

    private string Get(string variables)
    {
        var outcome = Run(variables);
        outcome.Error.ShouldBeEmpty();
        return outcome.Output;
    }

    private Workshop.Outcome Run(string variables) =>
        _workshop.Run($"export AWS_REGION={_aws.Region} AWS_ENDPOINT_URL={_aws.Address} {variables}; strongroom cache clear -q; strongroom get API_KEY --reveal");

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_workshop.Folder, name), text);

    private void WriteProfile(string settings, string session, string role = "shop")
    {
        Directory.CreateDirectory(Path.Combine(_workshop.Home, ".aws"));
        File.WriteAllText(Path.Combine(_workshop.Home, ".aws", "config"), $"[profile shop]\n{settings}sso_account_id = {FakeAws.Account}\nsso_role_name = {role}\n\n{session}");
    }

    private string WriteLogin(string name, DateTime until, bool isRenewable = true)
    {
        var folder = Directory.CreateDirectory(Path.Combine(_workshop.Home, ".aws", "sso", "cache")).FullName;
        var file = Path.Combine(folder, Convert.ToHexStringLower(System.Security.Cryptography.SHA1.HashData(System.Text.Encoding.UTF8.GetBytes(name))) + ".json");
        var login = new JsonObject { ["startUrl"] = "https://acme.awsapps.com/start", ["region"] = "eu-central-1", ["accessToken"] = _machine.SsoToken, ["expiresAt"] = Time(until) };
        if (isRenewable)
            (login["clientId"], login["clientSecret"], login["registrationExpiresAt"], login["refreshToken"]) = ("client", "client-secret", Time(DateTime.UtcNow.AddDays(30)), "refresh-1");
        File.WriteAllText(file, login.ToJsonString());
        return file;

        static string Time(DateTime time) => time.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture);
    }
}
