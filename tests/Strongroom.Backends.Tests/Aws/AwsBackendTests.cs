using System.Text;
using Amazon.Runtime.Internal.Auth;
using Shouldly;
using Strongroom.Backends.Aws;
using Strongroom.Backends.Aws.Access;
using Strongroom.Fakes;
using Strongroom.Fakes.Aws;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Aws;

public sealed class AwsBackendTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void Errors_have_their_kinds_by_code_and_not_by_status()
    {
        foreach (var (code, kind) in AwsCalls.Errors()) AwsCalls.KindOf(code, 400).ShouldBe(kind, code);
        AwsCalls.Errors().Select(e => e.Code).ShouldBeUnique();
        ErrorTable.Of("aws").ShouldHave(AwsCalls.Errors());
        AwsCalls.KindOf("", 500).ShouldBe(SecretErrorKind.Unreachable);
        AwsCalls.KindOf("SomethingNew", 503).ShouldBe(SecretErrorKind.Unreachable);
        AwsCalls.KindOf("SomethingNew", 400).ShouldBe(SecretErrorKind.Malformed);
    }

    [Fact]
    public void Sign_agrees_with_the_vendors_signer()
    {
        var now = new DateTimeOffset(2026, 3, 4, 5, 6, 7, TimeSpan.Zero);
        var body = """{"SecretId":"a"}"""u8.ToArray();
        using var request = new HttpRequestMessage(HttpMethod.Post, "https://secretsmanager.eu-west-1.amazonaws.com/") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Target", "secretsmanager.GetSecretValue");

        AwsCalls.Sign(request, body, new AwsCredential("AKID", SecretValue.FromText("secret"), SecretValue.FromText("session"), null, false), "eu-west-1", "secretsmanager", now);

        var canonical = "POST\n/\n\ncontent-type:application/x-amz-json-1.1\nhost:secretsmanager.eu-west-1.amazonaws.com\nx-amz-date:20260304T050607Z\n"
            + "x-amz-security-token:session\nx-amz-target:secretsmanager.GetSecretValue\n\ncontent-type;host;x-amz-date;x-amz-security-token;x-amz-target\n"
            + Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(body));
        var theirs = AWS4Signer.ComputeSignature("AKID", "secret", "eu-west-1", now.UtcDateTime, "secretsmanager", "content-type;host;x-amz-date;x-amz-security-token;x-amz-target", canonical, null);
        request.Headers.GetValues("Authorization").Single().ShouldEndWith("Signature=" + theirs.Signature);
    }

    [Fact]
    public async Task ReadMany_asks_for_twenty_at_a_time_and_one_by_one_where_that_is_denied()
    {
        await using var fake = await AwsPlace.StartAsync();
        for (var i = 0; i < 45; i++) fake.Seed($"app/N{i}", Encoding.UTF8.GetBytes($$"""{"a":"a{{i}}","b":"b{{i}}"}"""));
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake));
        var asked = Enumerable.Range(0, 45).SelectMany(i => new[] { new SecretAddress($"app/N{i}", "a"), new SecretAddress($"app/N{i}", "b") }).Append(new SecretAddress("app/MISSING")).ToList();

        var outcomes = await store.ReadManyAsync(asked, None);

        fake.Exchanges.Count.ShouldBe(3);
        outcomes.Take(90).Select(o => o.Secret!.Value.RevealText()).ShouldBe(Enumerable.Range(0, 45).SelectMany(i => new[] { $"a{i}", $"b{i}" }));
        outcomes[90].Error!.Kind.ShouldBe(SecretErrorKind.NotFound);

        fake.Denied.Add("BatchGetSecretValue");
        (await store.ReadManyAsync(asked, None)).Count(o => o.Secret is not null).ShouldBe(90);
        var before = fake.Exchanges.Count;
        (await store.ReadManyAsync(asked, None)).Count(o => o.Secret is not null).ShouldBe(90);
        fake.Exchanges.Skip(before).ShouldAllBe(e => e.RequestHeaders["X-Amz-Target"] == "secretsmanager.GetSecretValue", "what was denied is not asked again");
    }

    [Fact]
    public async Task Denied_absent_deleted_and_down_are_four_outcomes()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake), new StoreOptions { Resilience = new StoreResilienceOptions { RetriesMax = 0 } });

        (await KindAsync(store, "ABSENT")).ShouldBe(SecretErrorKind.NotFound);
        await store.DeleteAsync(new SecretAddress("ONE"), None);
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Unreadable);
        fake.Faults.Next(new Fault.Failing());
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Unreachable);
        fake.Denied.Add("GetSecretValue");
        var denied = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE"), None));
        (denied.Kind, denied.Help).ShouldBe((SecretErrorKind.Denied, "the identity needs secretsmanager:GetSecretValue"));
    }

    [Fact]
    public async Task Read_takes_stages_ids_and_arns()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "first"u8.ToArray());
        fake.Seed("ONE", "second"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake));
        var secret = fake.Secrets["ONE"];

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("second");
        (await TextAsync(store, new SecretAddress("ONE", Version: SecretVersion.Named("AWSPREVIOUS")))).ShouldBe("first");
        (await TextAsync(store, new SecretAddress("ONE", Version: SecretVersion.Named(secret.Versions[0].Id)))).ShouldBe("first");
        (await TextAsync(store, new SecretAddress(secret.Arn))).ShouldBe("second");
        (await KindAsync(store, new SecretAddress("ONE", Version: SecretVersion.Named("AWSPENDING")))).ShouldBe(SecretErrorKind.NotFound);
        var sent = fake.Exchanges.Count;
        (await KindAsync(store, new SecretAddress("ONE", Version: 1))).ShouldBe(SecretErrorKind.InvalidInput);
        fake.Exchanges.Count.ShouldBe(sent);
    }

    [Fact]
    public async Task Writes_of_several_fields_at_the_same_time_all_last()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("db", """{"host":"h"}"""u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake));

        await Task.WhenAll(Enumerable.Range(0, 5).Select(i => store.WriteAsync(new SecretAddress("db", $"f{i}"), new SecretWrite(SecretValue.FromText($"{i}")), None).AsTask()));

        for (var i = 0; i < 5; i++) (await TextAsync(store, new SecretAddress("db", $"f{i}"))).ShouldBe($"{i}");
        (await TextAsync(store, new SecretAddress("db", "host"))).ShouldBe("h");
        fake.Secrets["db"].Versions.SelectMany(v => v.Stages).Distinct().Order().ShouldBe(["AWSCURRENT", "AWSPREVIOUS", "STRONGROOM"]);
    }

    [Fact]
    public async Task Write_to_a_plain_value_keeps_it_plain_and_to_an_object_keeps_its_fields()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("plain", "old"u8.ToArray());
        fake.Seed("object", """{"host":"h","value":"old"}"""u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake));

        await store.WriteAsync(new SecretAddress("plain"), new SecretWrite(SecretValue.FromText("new")), None);
        await store.WriteAsync(new SecretAddress("object"), new SecretWrite(SecretValue.FromText("new")), None);

        Current(fake, "plain").ShouldBe("new");
        Current(fake, "object").ShouldBe("""{"host":"h","value":"new"}""");
        await store.WriteAsync(new SecretAddress("object"), new SecretWrite(SecretValue.FromText("""{"only":"this"}""")), None);
        Current(fake, "object").ShouldBe("""{"only":"this"}""", "a whole object replaces the whole");
    }

    [Fact]
    public async Task Delete_for_good_says_what_was_never_there()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, [("recovery-days", "0")]));

        await store.DeleteAsync(new SecretAddress("ONE"), None);

        fake.Secrets.ShouldBeEmpty();
        (await Should.ThrowAsync<SecretException>(async () => await store.DeleteAsync(new SecretAddress("ONE"), None))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public async Task Role_is_taken_on_once_and_again_when_its_keys_run_out()
    {
        var time = new ShiftedTime();
        await using var fake = await AwsPlace.StartAsync(time);
        fake.ExternalId = "x-1";
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, [("role", "arn:aws:iam::123456789012:role/reader"), ("external-id", "x-1")], time), new StoreOptions { Resilience = new() { RetriesMax = 0 } }, time);

        await TextAsync(store, new SecretAddress("ONE"));
        await TextAsync(store, new SecretAddress("ONE"));
        Logins(fake).ShouldBe(1);
        time.Shift = TimeSpan.FromHours(1);
        await TextAsync(store, new SecretAddress("ONE"));
        Logins(fake).ShouldBe(2);
        fake.Faults.Next(new Fault.ExpiredCredential(), when: r => r.Header("X-Amz-Target") is not null);
        await TextAsync(store, new SecretAddress("ONE"));
        Logins(fake).ShouldBe(3);
        fake.Exchanges[^1].RequestHeaders["X-Amz-Security-Token"].ShouldStartWith("session-token-");
    }

    [Fact]
    public async Task Web_identity_token_is_read_anew_for_each_login()
    {
        using var files = new TemporaryFiles();
        var file = files.Write("token", "web-identity-token\n");
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, variables:
            [("AWS_ENDPOINT_URL", fake.Address.AbsoluteUri), ("AWS_REGION", "eu-west-1"), ("AWS_WEB_IDENTITY_TOKEN_FILE", file), ("AWS_ROLE_ARN", "arn:aws:iam::123456789012:role/pod")]));

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        File.Delete(file);
        fake.Faults.Next(new Fault.ExpiredCredential(), when: r => r.Header("X-Amz-Target") is not null);
        (await KindAsync(store, new SecretAddress("ONE"))).ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Profile_of_the_shared_file_gives_keys_and_region()
    {
        using var files = new TemporaryFiles();
        var file = files.Write("credentials", "[shop]\naws_access_key_id = AKIAFAKE0000USER0001\naws_secret_access_key = canary-credential\nregion = eu-west-1\n");
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        (string, string)[] variables = [("AWS_ENDPOINT_URL", fake.Address.AbsoluteUri), ("AWS_SHARED_CREDENTIALS_FILE", file), ("AWS_ACCESS_KEY_ID", "another"), ("AWS_SECRET_ACCESS_KEY", "key")];
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, [("profile", "shop")], variables: variables));

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        await using var absent = new SecretStore("aws", AwsPlace.Backend(fake, [("profile", "nobody"), ("region", "eu-west-1")], variables: variables));
        (await Should.ThrowAsync<SecretException>(async () => await absent.ReadAsync(new SecretAddress("ONE"), None))).Message.ShouldContain("there is no profile nobody");
    }

    [Fact]
    public async Task Profile_with_a_role_takes_it_on_by_the_keys_of_its_source()
    {
        using var files = new TemporaryFiles();
        var file = files.Write(
            "credentials",
            "[base]\naws_access_key_id = AKIAFAKE0000USER0001\naws_secret_access_key = canary-credential\n"
            + "[shop]\nrole_arn = arn:aws:iam::123456789012:role/shop\nsource_profile = base\nexternal_id = x-1\nregion = eu-west-1\n"
            + "[circle]\nrole_arn = arn:aws:iam::123456789012:role/shop\nsource_profile = circle\nregion = eu-west-1\n");
        await using var fake = await AwsPlace.StartAsync();
        fake.ExternalId = "x-1";
        fake.Seed("ONE", "1"u8.ToArray());
        (string, string)[] variables = [("AWS_ENDPOINT_URL", fake.Address.AbsoluteUri), ("AWS_SHARED_CREDENTIALS_FILE", file)];
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, [("profile", "shop")], variables: variables));

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");
        Logins(fake).ShouldBe(1);

        await using var circle = new SecretStore("aws", AwsPlace.Backend(fake, [("profile", "circle")], variables: variables));
        (await KindAsync(circle, "ONE")).ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Clock_that_is_off_is_corrected_by_the_services_own()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, time: new ShiftedTime(TimeSpan.FromHours(-2))));

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");
        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");
        fake.Exchanges.Count.ShouldBe(3, "one request was signed by the wrong clock, and never again");
    }

    [Fact]
    public async Task Wrong_key_is_denied_with_help()
    {
        await using var fake = await AwsPlace.StartAsync();
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake, variables:
            [("AWS_ENDPOINT_URL", fake.Address.AbsoluteUri), ("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "AKIAFAKE0000USER0001"), ("AWS_SECRET_ACCESS_KEY", "wrong")]));

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE"), None));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldContain("InvalidSignatureException");
    }

    [Fact]
    public async Task Probe_tells_who_is_asking_and_whether_listing_is_allowed()
    {
        await using var fake = await AwsPlace.StartAsync();
        await using var backend = AwsPlace.Backend(fake);

        (await backend.ProbeAsync(None)).ShouldBe("arn:aws:iam::123456789012:user/strongroom in eu-west-1; may list");
        fake.Denied.Add("ListSecrets");
        (await backend.ProbeAsync(None)).ShouldContain("may not list");
    }

    [Fact]
    public async Task Stale_reads_after_a_write_do_not_disturb_a_conditional_write()
    {
        await using var fake = await AwsPlace.StartAsync();
        fake.Seed("db", """{"a":"1"}"""u8.ToArray());
        fake.Seed("db", """{"a":"2"}"""u8.ToArray());
        await using var store = new SecretStore("aws", AwsPlace.Backend(fake));
        fake.Faults.Next(new Fault.Stale());

        await store.WriteAsync(new SecretAddress("db", "b"), new SecretWrite(SecretValue.FromText("x")), None);

        Current(fake, "db").ShouldBe("""{"a":"2","b":"x"}""", "the write that saw the old state was refused and made again");
    }

    [Theory]
    [InlineData("*")]
    [InlineData("arn:aws:secretsmanager:*:*:secret:*")]
    public void LeastPrivilege_widens_to_no_pattern(string path) =>
        Should.Throw<SecretException>(() => AwsBackend.Create(Settings.Of([("region", "eu-west-1")])).LeastPrivilege([new(path)], writes: false)).Kind.ShouldBe(SecretErrorKind.InvalidInput);

    [Fact]
    public void Region_leads_to_no_other_host() =>
        Should.Throw<SecretException>(() => AwsBackend.Create(Settings.Of([("region", "x.evil.example/")]))).Message.ShouldContain("region must be");

    [Fact]
    public void Identity_tells_accounts_apart_and_not_the_keys_of_one()
    {
        // The example of AWS's own documentation of what a key's id says, and a key that is of another form.
        Identity("ASIAQNZGKIQY56JQ7WML").ShouldContain("029608264753");
        Identity("AKIAQNZGKIQY3UJQ7WML").ShouldNotBe(Identity("AKIAQYZGKIQY3UJQ7WML"));
        Identity("AKIAQNZGKIQY56JQ7WML").ShouldBe(Identity("ASIAQNZGKIQY56JQ7WMA"));
        Identity("an-emulators-key").ShouldContain("an-emulators-key");

        static string Identity(string key) => AwsBackend.Create(Settings.Of([("region", "eu-west-1")], [("AWS_ACCESS_KEY_ID", key)])).Identity;
    }

    [Fact]
    public void LeastPrivilege_names_the_secrets_and_nothing_else()
    {
        var backend = AwsBackend.Create(Settings.Of([("region", "eu-west-1")]));

        var policy = backend.LeastPrivilege([new("agentds/db", "password"), new("agentds/db", "host"), new("agentds/api-keys")], writes: false)!;

        policy.Language.ShouldBe("IAM policy (JSON)");
        policy.Text.ReplaceLineEndings("\n").ShouldBe("""
            {
              "Version": "2012-10-17",
              "Statement": [
                {
                  "Sid": "ReadTheseSecrets",
                  "Effect": "Allow",
                  "Action": [
                    "secretsmanager:GetSecretValue"
                  ],
                  "Resource": [
                    "arn:aws:secretsmanager:eu-west-1:*:secret:agentds/api-keys-??????",
                    "arn:aws:secretsmanager:eu-west-1:*:secret:agentds/db-??????"
                  ]
                },
                {
                  "Sid": "AskForSeveralAtOnce",
                  "Effect": "Allow",
                  "Action": [
                    "secretsmanager:BatchGetSecretValue",
                    "secretsmanager:ListSecrets"
                  ],
                  "Resource": [
                    "*"
                  ]
                }
              ]
            }
            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Describe_tells_where_region_and_credentials_come_from()
    {
        var bare = AwsBackend.Create(Settings.Of([])).Describe();
        bare.Single(f => f.Name == "region").ShouldBe(new BackendFact("region", null, null, "set `region` in the store, or AWS_REGION"));
        var set = AwsBackend.Create(Settings.Of([("region", "eu-west-1")], [("AWS_ACCESS_KEY_ID", "AKIAFAKE0000USER0001"), ("AWS_SECRET_ACCESS_KEY", "s3cr3t")])).Describe();
        set.Select(f => (f.Name, f.Value, f.Source)).ShouldBe([("region", "eu-west-1", "setting region"), ("credentials", "access key …0001", "AWS_ACCESS_KEY_ID")]);
    }

    [Fact]
    public void Create_reports_faults_of_the_settings() =>
        Should.Throw<SecretException>(() => AwsBackend.Create(Settings.Of([("endpoint", "nowhere"), ("recovery-days", "3")])))
            .Message.ShouldContain("endpoint must be an address with https://; recovery-days must be 0 or a number from 7 to 30");

    [Fact]
    public void Create_reports_addresses_of_the_environment_that_are_none() =>
        Should.Throw<SecretException>(() => AwsBackend.Create(Settings.Of([], [("AWS_ENDPOINT_URL_STS", "localhost:4566")])))
            .Message.ShouldContain("AWS_ENDPOINT_URL_STS must be an address with https://");

    private static int Logins(FakeAws fake) => fake.Exchanges.Count(e => e.RequestText.Contains("Action=AssumeRole", StringComparison.Ordinal));

    private static string Current(FakeAws fake, string name) => Encoding.UTF8.GetString(fake.Secrets[name].Versions.Single(v => v.Stages.Contains("AWSCURRENT")).Value);

    private static async Task<string> TextAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address, None)).Value;
        return value.RevealText();
    }

    private static Task<SecretErrorKind> KindAsync(SecretStore store, string path) => KindAsync(store, new SecretAddress(path));

    private static async Task<SecretErrorKind> KindAsync(SecretStore store, SecretAddress address) =>
        (await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(address, None))).Kind;
}
