using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Backends.Gcp;
using Strongroom.Fakes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Gcp;

public sealed class GcpBackendTests : IAsyncLifetime
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    private readonly GcpPlaces _places = new();

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public ValueTask DisposeAsync() => _places.DisposeAsync();

    [Fact]
    public void Errors_have_their_kinds_by_code_and_stand_in_the_reference()
    {
        foreach (var (code, kind) in GcpCalls.Errors()) GcpCalls.KindOf(code, 400).ShouldBe(kind, code);
        GcpCalls.KindOf("", 502).ShouldBe(SecretErrorKind.Unreachable);
        GcpCalls.KindOf("", 400).ShouldBe(SecretErrorKind.Malformed);
        ErrorTable.Of("gcp").ShouldHave(GcpCalls.Errors());
    }

    [Fact]
    public async Task Absent_disabled_denied_and_down_are_four_outcomes()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        fake.Seed("ONE", "2"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake, ("removal", "disable")), Once);

        (await KindAsync(store, "ABSENT")).ShouldBe(SecretErrorKind.NotFound);
        await store.DeleteAsync(new SecretAddress("ONE"), None);
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Unreadable);
        (await TextAsync(store, new SecretAddress("ONE", Version: 1))).ShouldBe("1", "an older version is still there to be asked for");
        fake.Faults.Next(new Fault.Failing(503));
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Unreachable);
        fake.Denied.Add("access");
        var denied = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE"), None));
        (denied.Kind, denied.Help).ShouldBe((SecretErrorKind.Denied, "the identity needs secretmanager.versions.access"));
    }

    [Fact]
    public async Task Destroy_leaves_a_tombstone_and_the_name()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake, ("removal", "destroy")), Once);

        await store.DeleteAsync(new SecretAddress("ONE"), None);

        fake.Secrets.Values.Single().Versions.Single().State.ShouldBe("DESTROYED");
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Unreadable);
        (await store.WriteAsync(new SecretAddress("ONE"), new SecretWrite(SecretValue.FromText("new")), None)).Version.ShouldBe((SecretVersion)2);
        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("new");
    }

    [Fact]
    public async Task Checksums_that_are_wrong_or_missing_are_malformed_on_both_ways()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake), Once);

        fake.Checksum = _ => "1";
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Malformed);
        fake.Checksum = _ => null;
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Malformed);
        fake.Checksum = right => right;
        fake.ConfirmsChecksums = false;
        (await Should.ThrowAsync<SecretException>(async () => await store.WriteAsync(new SecretAddress("TWO"), new SecretWrite(SecretValue.FromText("2")), None)))
            .Kind.ShouldBe(SecretErrorKind.Malformed);
    }

    [Fact]
    public async Task ReadMany_asks_for_each_secret_once_and_all_at_the_same_time()
    {
        var fake = await _places.StartAsync();
        for (var i = 0; i < 30; i++) fake.Seed($"N{i}", Encoding.UTF8.GetBytes($$"""{"a":"a{{i}}","b":"b{{i}}"}"""));
        await using var store = new SecretStore("gcp", _places.Backend(fake));

        var outcomes = await store.ReadManyAsync([.. Enumerable.Range(0, 30).SelectMany(i => new[] { new SecretAddress($"N{i}", "a"), new SecretAddress($"N{i}", "b") })], None);

        outcomes.Select(o => o.Secret!.Value.RevealText()).ShouldBe(Enumerable.Range(0, 30).SelectMany(i => new[] { $"a{i}", $"b{i}" }));
        fake.Exchanges.Count(e => e.Path.EndsWith(":access", StringComparison.Ordinal)).ShouldBe(30);
        fake.Exchanges.Count(e => e.Path == "/oauth2/token").ShouldBe(1);
    }

    [Fact]
    public async Task Service_account_signs_a_claim_for_its_token_endpoint()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        using var key = RSA.Create(2048);
        fake.TakesAssertion = assertion =>
        {
            var parts = assertion.Split('.');
            var claims = JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
            return key.VerifyData(Encoding.ASCII.GetBytes($"{parts[0]}.{parts[1]}"), Base64Url.DecodeFromChars(parts[2]), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
                && (string)claims["iss"]! == "app@acme.iam.gserviceaccount.com" && (string)claims["aud"]! == fake.Address + "oauth2/token"
                && (long)claims["exp"]! - (long)claims["iat"]! == 3600 && (string?)JsonNode.Parse(Base64Url.DecodeFromChars(parts[0]))!["kid"] == "k1";
        };
        var file = new JsonObject
        {
            ["type"] = "service_account",
            ["client_email"] = "app@acme.iam.gserviceaccount.com",
            ["private_key_id"] = "k1",
            ["private_key"] = key.ExportPkcs8PrivateKeyPem(),
            ["token_uri"] = fake.Address + "oauth2/token",
            ["project_id"] = "acme",
        };
        await using var store = new SecretStore("gcp", _places.BackendWith(fake, file.ToJsonString()), Once);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");
        (await store.ProbeAsync(None)).ShouldBe("projects/acme as app@acme.iam.gserviceaccount.com; may list");
    }

    [Fact]
    public async Task Federation_exchanges_the_platforms_token_and_impersonates()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        var file = $$"""
            {"type":"external_account","audience":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/github",
             "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"{{fake.Address}}v1/token",
             "service_account_impersonation_url":"{{fake.Address}}v1/projects/-/serviceAccounts/app@acme.iam.gserviceaccount.com:generateAccessToken",
             "credential_source":{"url":"{{fake.Address}}subject","format":{"type":"json","subject_token_field_name":"id_token"} } }
            """;
        await using var store = new SecretStore("gcp", _places.BackendWith(fake, file), Once);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.Exchanges.Select(e => e.Path.Split(':')[^1]).ShouldBe(["/subject", "/v1/token", "generateAccessToken", "access"]);
        var source = $$"""{"file":"{{_places.Files.Write("token", "not-this-one")}}"}""";
        var refused = await Should.ThrowAsync<SecretException>(async () =>
        {
            var start = file.IndexOf("{\"url\"", StringComparison.Ordinal);
            await using var other = new SecretStore("gcp", _places.BackendWith(fake, file[..start] + source + "}"), Once);
            await other.ReadAsync(new SecretAddress("ONE"), None);
        });
        refused.Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Theory]
    [InlineData("subject-token\n", "")]
    [InlineData("{\"value\":\"subject-token\"}", ",\"format\":{\"type\":\"json\",\"subject_token_field_name\":\"value\"}")]
    public async Task Federation_takes_the_platforms_token_from_a_file(string token, string format)
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        var file = $$"""
            {"type":"external_account","audience":"//iam.googleapis.com/projects/1/locations/global/workloadIdentityPools/p/providers/cluster",
             "subject_token_type":"urn:ietf:params:oauth:token-type:jwt","token_url":"{{fake.Address}}v1/token",
             "credential_source":{"file":"{{_places.Files.Write("token", token)}}"{{format}} } }
            """;
        await using var store = new SecretStore("gcp", _places.BackendWith(fake, file), Once);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.Exchanges.Select(e => e.Path.Split(':')[^1]).ShouldBe(["/v1/token", "access"]);
    }

    [Fact]
    public async Task Metadata_server_of_the_machine_gives_token_and_project()
    {
        var fake = await _places.StartAsync();
        fake.HasMetadata = true;
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.BackendWith(fake, credentials: null), Once);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.HasMetadata = false;
        await using var elsewhere = new SecretStore("gcp", _places.BackendWith(fake, credentials: null), Once);
        (await KindAsync(elsewhere, "ONE")).ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Impersonation_uses_the_other_accounts_token()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake, ("impersonate", "reader@acme.iam.gserviceaccount.com")), Once);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.Exchanges[1].Path.ShouldContain("/serviceAccounts/reader%40acme.iam.gserviceaccount.com:generateAccessToken");
    }

    [Fact]
    public async Task Token_that_is_refused_is_got_anew_once()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake), Once);
        await TextAsync(store, new SecretAddress("ONE"));
        fake.Tokens.Clear();

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.RefreshToken = "revoked";
        fake.Tokens.Clear();
        (await KindAsync(store, "ONE")).ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Read_of_another_project_goes_by_its_resource_name()
    {
        var fake = await _places.StartAsync();
        fake.Seed("ONE", "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake), Once);

        (await TextAsync(store, new SecretAddress("projects/acme/secrets/ONE"))).ShouldBe("1");
        (await KindAsync(store, "projects/other/secrets/ONE")).ShouldBe(SecretErrorKind.Denied);
        var sent = fake.Exchanges.Count;
        foreach (var bad in (string[])["a/b", "a.b", "projects/acme/secrets", "projects/acme/topics/x", new('n', 256)])
            (await KindAsync(store, bad)).ShouldBe(SecretErrorKind.InvalidInput, bad);
        fake.Exchanges.Count.ShouldBe(sent);
    }

    [Fact]
    public async Task List_follows_pages()
    {
        var fake = await _places.StartAsync();
        fake.PageSize = 2;
        foreach (var name in (string[])["A", "B", "C", "D", "E"]) fake.Seed(name, "1"u8.ToArray());
        await using var store = new SecretStore("gcp", _places.Backend(fake), Once);

        (await store.ListAsync()).ShouldBe(["A", "B", "C", "D", "E"]);
    }

    [Fact]
    public void LeastPrivilege_binds_each_secret()
    {
        var backend = GcpBackend.Create(Settings.Of([("project", "acme")]));

        backend.LeastPrivilege([new("API_KEY"), new("DB", "password"), new("DB", "host")], writes: false)!.Text.ShouldBe("""
            # MEMBER is who asks, as serviceAccount:NAME@PROJECT.iam.gserviceaccount.com
            gcloud secrets add-iam-policy-binding API_KEY --project=acme --member="$MEMBER" --role=roles/secretmanager.secretAccessor
            gcloud secrets add-iam-policy-binding DB --project=acme --member="$MEMBER" --role=roles/secretmanager.secretAccessor

            """.ReplaceLineEndings("\n"));
    }

    [Theory]
    [InlineData("x;id>/tmp/pwned")]
    [InlineData("projects/$(id)/secrets/x")]
    [InlineData("projects/p/secrets/x y")]
    public void LeastPrivilege_writes_no_name_that_a_shell_would_obey(string path)
    {
        var backend = GcpBackend.Create(Settings.Of([("project", "acme")]));

        Should.Throw<SecretException>(() => backend.LeastPrivilege([new(path)], writes: false)).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Theory]
    [InlineData("project", "p --member=allUsers")]
    [InlineData("project", "..")]
    [InlineData("location", "evil.example/")]
    public void Create_refuses_places_that_lead_elsewhere(string setting, string value)
    {
        var error = Should.Throw<SecretException>(() => GcpBackend.Create(Settings.Of(setting == "project" ? [(setting, value)] : [("project", "acme"), (setting, value)])));

        error.Message.ShouldContain($"{setting} must be");
    }

    [Fact]
    public async Task Federation_whose_token_file_is_not_there_says_which()
    {
        var fake = await _places.StartAsync();
        await using var store = new SecretStore("gcp", _places.BackendWith(fake, $$"""
            {"type":"external_account","audience":"a","subject_token_type":"t","token_url":"{{fake.Address}}v1/token","credential_source":{"file":"/not/there"} }
            """), Once);

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE")));

        (error.Kind, error.Reason).ShouldBe((SecretErrorKind.Denied, "has no credentials: the platform's token /not/there cannot be read (DirectoryNotFoundException)"));
    }

    [Fact]
    public void Describe_tells_what_is_configured_and_what_is_missing()
    {
        var facts = GcpBackend.Create(Settings.Of([("credentials-file", "/not/there.json")], [("GOOGLE_CLOUD_PROJECT", "acme")])).Describe();

        facts[0].ShouldBe(new BackendFact("project", "acme", "GOOGLE_CLOUD_PROJECT"));
        facts[1].ShouldBe(new BackendFact("credentials", null, "setting credentials-file", "there is no file /not/there.json"));
    }

    private static async Task<string> TextAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address, None)).Value;
        return value.RevealText();
    }

    private static async Task<SecretErrorKind> KindAsync(SecretStore store, string path) =>
        (await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress(path), None))).Kind;
}
