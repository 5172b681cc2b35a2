using Shouldly;
using Strongroom.Backends.Azure;
using Strongroom.Fakes;
using Strongroom.Fakes.Azure;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Azure;

public sealed class AzureBackendTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly StoreOptions Once = new() { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };

    [Fact]
    public void Errors_have_their_kinds_by_the_inner_code_first_and_stand_in_the_reference()
    {
        foreach (var (code, kind) in AzureClient.Errors())
        {
            AzureClient.KindOf(null, code, 400).ShouldBe(kind, code);
            AzureClient.KindOf(code, "Forbidden", 403).ShouldBe(kind, code);
        }
        AzureClient.KindOf(null, null, 0).ShouldBe(SecretErrorKind.Unreachable);
        AzureClient.KindOf(null, "SomethingNew", 400).ShouldBe(SecretErrorKind.Malformed);
        ErrorTable.Of("azure").ShouldHave(AzureClient.Errors());
    }

    [Theory]
    [InlineData("openai-api-key", "openai-api-key")]
    [InlineData("OPENAI_API_KEY", "OPENAI-x5fAPI-x5fKEY")]
    [InlineData("a/b.c", "a-x2fb-x2ec")]
    [InlineData("my-xyz", "my-xyz")]
    [InlineData("a-x5fb", "a-x2dx5fb")]
    [InlineData("ü", "-xc3-xbc")]
    public void Name_comes_back_as_the_path_it_was(string path, string name)
    {
        AzureName.Of(path).ShouldBe(name);
        AzureName.PathOf(name).ShouldBe(path);
    }

    [Fact]
    public void Name_that_nobody_escaped_so_stays_itself()
    {
        foreach (var name in (string[])["a-x41b", "-xff", "a-x5", "x-x"]) AzureName.PathOf(name).ShouldBe(name);
        Should.Throw<SecretException>(() => AzureName.Of(new string('_', 32))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Absent_disabled_expired_deleted_denied_and_down_are_told_apart()
    {
        await using var fake = await AzurePlace.StartAsync();
        fake.Seed("disabled", "1", isEnabled: false);
        fake.Seed("expired", "1", expires: DateTimeOffset.UtcNow.AddMinutes(-1));
        fake.Seed("valid", "1", expires: DateTimeOffset.UtcNow.AddMinutes(10));
        fake.Seed("deleted", "1");
        await using var store = new SecretStore("azure", AzurePlace.Backend(fake), Once);

        (await KindAsync(store, "absent")).ShouldBe(SecretErrorKind.NotFound);
        (await KindAsync(store, "disabled")).ShouldBe(SecretErrorKind.Unreadable);
        (await KindAsync(store, "expired")).ShouldBe(SecretErrorKind.Unreadable);
        (await TextAsync(store, new SecretAddress("valid"))).ShouldBe("1");
        await store.DeleteAsync(new SecretAddress("deleted"), None);
        (await KindAsync(store, "deleted")).ShouldBe(SecretErrorKind.Unreadable);
        var blocked = await Should.ThrowAsync<SecretException>(async () => await store.WriteAsync(new SecretAddress("deleted"), new SecretWrite(SecretValue.FromText("2")), None));
        (blocked.Kind, blocked.Help).ShouldBe((SecretErrorKind.Unreadable, "bring it back with `az keyvault secret recover`, or purge it"));
        fake.Faults.Next(new Fault.Failing(503));
        (await KindAsync(store, "valid")).ShouldBe(SecretErrorKind.Unreachable);
        fake.Denied.Add("get");
        var denied = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("valid"), None));
        (denied.Kind, denied.Help!).ShouldBe((SecretErrorKind.Denied, "the identity needs the role Key Vault Secrets User on it; a new assignment takes minutes"));
    }

    [Fact]
    public async Task Purge_waits_until_the_deleted_secret_can_be_purged()
    {
        await using var fake = await AzurePlace.StartAsync();
        fake.DeletionLag = 1;
        fake.Seed("ONE", "1");
        await using var store = new SecretStore("azure", AzurePlace.Backend(fake, ("purge", "true")), Once);

        await store.DeleteAsync(new SecretAddress("ONE"), None);

        fake.Secrets.ShouldBeEmpty();
        (await store.WriteAsync(new SecretAddress("ONE"), new SecretWrite(SecretValue.FromText("2")), None)).Version.ShouldNotBeNull();
    }

    [Fact]
    public async Task Write_keeps_tags_and_marks_bytes_that_are_no_text()
    {
        await using var fake = await AzurePlace.StartAsync();
        await using var store = new SecretStore("azure", AzurePlace.Backend(fake), Once);

        await store.WriteAsync(new SecretAddress("BYTES"), new SecretWrite(SecretValue.FromBytes([0xff, 0x00])), None);

        fake.Secrets["BYTES"].Versions[^1].ShouldSatisfyAllConditions(v => v.Value.ShouldBe("/wA="), v => v.ContentType.ShouldBe("application/octet-stream;base64"));
        (await store.ReadAsync(new SecretAddress("BYTES"), None)).Value.Reveal().ToArray().ShouldBe([0xff, 0x00]);
        await store.WriteAsync(new SecretAddress("BYTES"), new SecretWrite(SecretValue.FromText("text now")), None);
        fake.Secrets["BYTES"].Versions[^1].ContentType.ShouldBeNull();
    }

    [Fact]
    public async Task Challenge_is_answered_once_and_the_token_kept()
    {
        await using var fake = await AzurePlace.StartAsync();
        fake.Seed("ONE", "1");
        await using var store = new SecretStore("azure", AzurePlace.Backend(fake), Once);

        await TextAsync(store, new SecretAddress("ONE"));
        await TextAsync(store, new SecretAddress("ONE"));

        fake.Exchanges.Select(e => e.Status).ShouldBe([401, 200, 200, 200]);
        fake.Exchanges[0].RequestBody.ShouldBeEmpty();
    }

    [Fact]
    public async Task Wrong_password_is_denied_and_never_shown()
    {
        await using var fake = await AzurePlace.StartAsync();
        fake.ClientSecret = "another";
        await using var store = new SecretStore("azure", AzurePlace.Backend(fake), Once);

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE"), None));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Virtual_machine_gives_the_token_of_its_managed_identity()
    {
        await using var fake = await AzurePlace.StartAsync();
        fake.HasMetadata = true;
        fake.Seed("ONE", "1");
        await using var store = OnMachine(fake);

        (await TextAsync(store, new SecretAddress("ONE"))).ShouldBe("1");

        fake.Exchanges.Where(e => e.Path.StartsWith("/metadata/", StringComparison.Ordinal)).Select(e => e.Status).ShouldBe([400, 200], "the SDK asks without the header first, which no proxy would pass on");
    }

    [Fact]
    public async Task Machine_without_any_identity_is_denied_and_says_what_to_do()
    {
        await using var fake = await AzurePlace.StartAsync();
        await using var store = OnMachine(fake);

        var error = await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress("ONE"), None));

        error.Kind.ShouldBe(SecretErrorKind.Denied);
        error.Message.ShouldContain("has no credentials; log in with `az login`");
    }

    [Fact]
    public async Task Probe_tells_the_vault_and_whether_listing_is_allowed()
    {
        await using var fake = await AzurePlace.StartAsync();
        await using var backend = AzurePlace.Backend(fake);

        (await backend.ProbeAsync(None)).ShouldBe("127.0.0.1; may list");
        fake.Denied.Add("list");
        (await backend.ProbeAsync(None)).ShouldContain("may not list");
    }

    [Fact]
    public void LeastPrivilege_assigns_a_role_on_each_secret()
    {
        var backend = AzureBackend.Create(Settings.Of([("vault", "shop")]));

        backend.LeastPrivilege([new("openai-api-key"), new("DB_HOST")], writes: false)!.Text.ShouldBe("""
            # ASSIGNEE is who asks: the object id of an identity or application
            VAULT=$(az keyvault show --name shop --query id --output tsv)
            az role assignment create --assignee "$ASSIGNEE" --role "Key Vault Secrets User" --scope "$VAULT/secrets/DB-x5fHOST"
            az role assignment create --assignee "$ASSIGNEE" --role "Key Vault Secrets User" --scope "$VAULT/secrets/openai-api-key"

            """.ReplaceLineEndings("\n"));
    }

    [Fact]
    public void Create_reports_faults_of_the_settings()
    {
        Should.Throw<SecretException>(() => AzureBackend.Create(Settings.Of([]))).Message.ShouldContain("vault is missing");
        Should.Throw<SecretException>(() => AzureBackend.Create(Settings.Of([("vault", "http://insecure/")]))).Message.ShouldContain("https://");
    }

    /// <summary>Nothing says who we are but what the machine itself may tell.</summary>
    private static SecretStore OnMachine(FakeKeyVault fake) => new(
        "azure", AzureBackend.Create(Settings.Of([("vault", fake.Address.AbsoluteUri)], [], fake.Time, transport: () => new MetadataRoute(fake))), Once);

    private static async Task<string> TextAsync(SecretStore store, SecretAddress address)
    {
        using var value = (await store.ReadAsync(address, None)).Value;
        return value.RevealText();
    }

    private static async Task<SecretErrorKind> KindAsync(SecretStore store, string path) =>
        (await Should.ThrowAsync<SecretException>(async () => await store.ReadAsync(new SecretAddress(path), None))).Kind;

    /// <summary>Leads what is meant for the metadata service of a machine, which has one address for all, to a fake.</summary>
    private sealed class MetadataRoute(FakeKeyVault fake)
        : DelegatingHandler(new HttpClientHandler { AllowAutoRedirect = false, ServerCertificateCustomValidationCallback = (_, certificate, _, errors) => fake.Trusts(certificate, errors) })
    {
        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            if (request.RequestUri!.Host != "169.254.169.254") return base.SendAsync(request, cancellationToken);
            if (!fake.HasMetadata) throw new HttpRequestException("there is no way to that address");
            request.RequestUri = new Uri(fake.Address, request.RequestUri.PathAndQuery);
            return base.SendAsync(request, cancellationToken);
        }
    }
}
