using System.Net;
using System.Numerics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Auth.Cert;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class CrlTests
{
    private const string NotAllowed = "no chain matching all constraints could be found for this login certificate";

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Login_with_a_revoked_certificate_is_refused_until_the_list_is_removed(bool isPem)
    {
        await using var vault = await CreateAsync();
        using var root = CertTests.Authority(vault, "root");
        await CertTests.TrustAsync(vault, "web", root, "{}");
        using var good = CertTests.Issue(vault, root, "good.example");
        using var bad = CertTests.Issue(vault, root, "bad.example");
        var der = Build(vault, root, days: 7, bad.SerialNumberBytes.ToArray());
        await PutAsync(vault, "root", isPem ? PemEncoding.WriteString("X509 CRL", der) : Convert.ToBase64String(der));
        await LoginAsync(vault, good);
        (await FailAsync(vault, bad)).ShouldBe(NotAllowed);

        await vault.ReopenAsync();
        (await FailAsync(vault, bad)).ShouldBe(NotAllowed);
        var read = await vault.ReadAsync("auth/cert/crls/ROOT");
        read["serials"]!.AsObject().Single().Key.ShouldBe(new BigInteger(bad.SerialNumberBytes.Span, isUnsigned: true, isBigEndian: true).ToString());
        read.Data!.AsObject().ContainsKey("cdp").ShouldBeTrue();
        read["cdp"].ShouldBeNull();
        (await vault.ListAsync("auth/cert/crls"))["keys"]![0]!.GetValue<string>().ShouldBe("root");

        await vault.DeleteAsync("auth/cert/crls/root");
        await LoginAsync(vault, bad);
        (await RefusedAsync(() => vault.DeleteAsync("auth/cert/crls/root"))).ShouldBe("no such CRL root");
        (await RefusedAsync(() => vault.ReadAsync("auth/cert/crls/root"))).ShouldBe("no such CRL root");
    }

    /// <summary>As with Vault: whether a newer list can be had does not decide who may log in, and what was revoked stays so.</summary>
    [Fact]
    public async Task List_whose_time_is_over_goes_on()
    {
        await using var vault = await CreateAsync();
        using var root = CertTests.Authority(vault, "root");
        await CertTests.TrustAsync(vault, "web", root, "{}");
        using var good = CertTests.Issue(vault, root, "good.example", days: 8);
        using var bad = CertTests.Issue(vault, root, "bad.example", days: 8);
        await PutAsync(vault, "root", PemEncoding.WriteString("X509 CRL", Build(vault, root, days: 1, bad.SerialNumberBytes.ToArray())));
        vault.Time.Advance(TimeSpan.FromDays(2));
        await LoginAsync(vault, good);
        (await FailAsync(vault, bad)).ShouldBe(NotAllowed);
    }

    [Fact]
    public async Task Authority_or_trusted_certificate_that_was_revoked_lets_nobody_in()
    {
        await using var vault = await CreateAsync();
        using var root = CertTests.Authority(vault, "root");
        using var self = CertTests.SelfSigned(vault, ECDsa.Create(ECCurve.NamedCurves.nistP256), "app.example", authority: false);
        await CertTests.TrustAsync(vault, "web", root, "{}");
        await CertTests.TrustAsync(vault, "app", self, "{}");
        using var client = CertTests.Issue(vault, root, "good.example");
        await LoginAsync(vault, client);
        await LoginAsync(vault, self);
        await PutAsync(vault, "all", PemEncoding.WriteString("X509 CRL", Build(vault, root, days: 7, root.SerialNumberBytes.ToArray(), self.SerialNumberBytes.ToArray())));
        (await FailAsync(vault, client)).ShouldBe(NotAllowed);
        (await FailAsync(vault, self)).ShouldBe("invalid certificate or no client certificate supplied");
    }

    [Fact]
    public async Task List_of_an_address_is_fetched_anew_when_its_time_is_over()
    {
        byte[] published = [];
        var status = HttpStatusCode.OK;
        using var http = new ByteHttp(() => (status, published));
        await using var vault = await CreateAsync(http);
        using var root = CertTests.Authority(vault, "root");
        await CertTests.TrustAsync(vault, "web", root, "{}");
        using var client = CertTests.Issue(vault, root, "app.example", days: 8);
        published = Build(vault, root, days: 1);
        await vault.WriteAsync("auth/cert/crls/root", """{"url": "https://pki.example/root.crl"}""");
        await LoginAsync(vault, client);
        http.Count.ShouldBe(1);
        (await vault.ReadAsync("auth/cert/crls/root"))["cdp"]!.ToJsonString().ShouldBe("""{"url":"https://pki.example/root.crl","valid_until":"2026-01-02T00:00:00Z"}""");

        // Its time is over, and there is no newer one: the old one goes on, and not every login asks.
        vault.Time.Advance(TimeSpan.FromDays(2));
        status = HttpStatusCode.InternalServerError;
        await LoginAsync(vault, client);
        await LoginAsync(vault, client);
        http.Count.ShouldBe(2);

        status = HttpStatusCode.OK;
        published = Build(vault, root, days: 1, client.SerialNumberBytes.ToArray());
        vault.Time.Advance(CrlStore.RetryMin);
        (await FailAsync(vault, client)).ShouldBe(NotAllowed);
        (await FailAsync(vault, client)).ShouldBe(NotAllowed);
        http.Count.ShouldBe(3);
        await vault.ReopenAsync();
        (await FailAsync(vault, client)).ShouldBe(NotAllowed);
        http.Count.ShouldBe(3);
    }

    /// <summary>Else whoever was revoked could begin a login each minute, leave, and so keep the list that does not know it yet.</summary>
    [Fact]
    public async Task List_is_fetched_although_the_login_that_asks_for_it_is_abandoned()
    {
        byte[] published = [];
        TaskCompletionSource? hold = null;
        var asked = new TaskCompletionSource();
        using var http = new ByteHttp(() => (HttpStatusCode.OK, published), async () =>
        {
            asked.TrySetResult();
            if (hold is not null) await hold.Task;
        });
        await using var vault = await CreateAsync(http);
        using var root = CertTests.Authority(vault, "root");
        await CertTests.TrustAsync(vault, "web", root, "{}");
        using var client = CertTests.Issue(vault, root, "app.example", days: 8);
        published = Build(vault, root, days: 1);
        await vault.WriteAsync("auth/cert/crls/root", """{"url": "https://pki.example/root.crl"}""");
        published = Build(vault, root, days: 7, client.SerialNumberBytes.ToArray());
        vault.Time.Advance(TimeSpan.FromDays(2));

        (hold, asked) = (new(), new());
        using var gone = new CancellationTokenSource();
        var request = new VaultRequest(VaultOperation.Update, "auth/cert/login", "{}"u8.ToArray()) { Origin = new RequestOrigin { Address = vault.Address, Certificate = client } };
        var login = vault.Vault.HandleAsync(request, gone.Token).AsTask();
        await asked.Task;
        await gone.CancelAsync();
        hold.SetResult();
        await Record.ExceptionAsync(() => login);
        (await FailAsync(vault, client)).ShouldBe(NotAllowed);
    }

    [Fact]
    public async Task What_is_no_list_is_refused()
    {
        using var http = new ByteHttp(() => (HttpStatusCode.NotFound, []));
        await using var vault = await CreateAsync(http);
        using var root = CertTests.Authority(vault, "root");
        Task<string> FailAsync(JsonObject body) => RefusedAsync(() => vault.WriteAsync("auth/cert/crls/x", body.ToJsonString()));
        (await FailAsync([])).ShouldBe("one of 'crl' or 'url' must be provided");
        (await FailAsync(new() { ["url"] = "" })).ShouldBe("empty CRL url");
        (await FailAsync(new() { ["url"] = "http://pki.example/root.crl" })).ShouldBe("'url' is not an https URL");
        (await FailAsync(new() { ["url"] = "https://pki.example/root.crl" })).ShouldBe("unexpected response code 404 fetching CRL from https://pki.example/root.crl");
        (await FailAsync(new() { ["crl"] = "nonsense" })).ShouldBe("failed to parse CRL: it is no list in DER or PEM");
        (await FailAsync(new() { ["crl"] = root.ExportCertificatePem() })).ShouldBe("failed to parse CRL: the PEM holds something else");
        (await FailAsync(new() { ["crl"] = Convert.ToBase64String(root.RawData) })).ShouldBe("failed to parse CRL: it is no list in DER or PEM");
        (await Should.ThrowAsync<SecretException>(() => vault.ListAsync("auth/cert/crls"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    [Fact]
    public void Parse_takes_every_list_or_throws_Malformed_and_never_anything_else()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var builder = new CertificateRevocationListBuilder();
        for (var i = 1; i < 200; i++) builder.AddEntry(BitConverter.GetBytes(i), reason: X509RevocationReason.KeyCompromise);
        var der = builder.Build(new X500DistinguishedName("CN=x"), X509SignatureGenerator.CreateForECDsa(key), 1, DateTimeOffset.UnixEpoch.AddYears(200), HashAlgorithmName.SHA256, AuthorityKey(key), DateTimeOffset.UnixEpoch);
        Crl.Parse(der).Serials.Count.ShouldBe(199);
        Crl.Parse(der).NextUpdate!.Value.Year.ShouldBe(2170);
        var random = new Random(7);
        for (var i = 0; i < 3000; i++)
        {
            var changed = (byte[])der.Clone();
            for (var j = random.Next(1, 4); j > 0; j--) changed[random.Next(i % 2 == 0 ? 200 : changed.Length)] = (byte)random.Next(256);
            if (i % 5 == 0) changed = changed[..random.Next(changed.Length)];
            try
            {
                Crl.Parse(changed);
            }
            catch (SecretException e)
            {
                e.Kind.ShouldBe(SecretErrorKind.Malformed);
            }
        }
    }

    private static async Task<VaultBench> CreateAsync(HttpMessageHandler? http = null)
    {
        var vault = await VaultBench.CreateAsync(outbound: http);
        await vault.WriteAsync("sys/auth/cert", """{"type": "cert"}""");
        return vault;
    }

    private static byte[] Build(VaultBench vault, X509Certificate2 issuer, int days, params byte[][] serials)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (var serial in serials) builder.AddEntry(serial);
        using var key = issuer.GetECDsaPrivateKey()!;
        var now = vault.Time.GetUtcNow();
        return builder.Build(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(key), 1, now.AddDays(days), HashAlgorithmName.SHA256, AuthorityKey(key), now.AddDays(-1));
    }

    private static X509AuthorityKeyIdentifierExtension AuthorityKey(ECDsa key) => X509AuthorityKeyIdentifierExtension.CreateFromSubjectKeyIdentifier(SHA1.HashData(key.ExportSubjectPublicKeyInfo()));

    private static Task PutAsync(VaultBench vault, string name, string text) => vault.WriteAsync("auth/cert/crls/" + name, new JsonObject { ["crl"] = text }.ToJsonString());

    private static Task<VaultBench.Answer> LoginAsync(VaultBench vault, X509Certificate2 client)
    {
        vault.Certificate = client;
        return CertTests.LoginAsync(vault);
    }

    private static Task<string> FailAsync(VaultBench vault, X509Certificate2 client) => RefusedAsync(() => LoginAsync(vault, client));

    private static async Task<string> RefusedAsync(Func<Task> call)
    {
        var error = await Should.ThrowAsync<SecretException>(call);
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }

    /// <summary>Answers with bytes.</summary>
    private sealed class ByteHttp(Func<(HttpStatusCode Status, byte[] Body)> answer, Func<Task>? wait = null) : HttpMessageHandler
    {
        private int _count;

        public int Count => _count;

        protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
        {
            Interlocked.Increment(ref _count);
            if (wait is not null) await wait().WaitAsync(cancellationToken);
            var (status, body) = answer();
            return new HttpResponseMessage(status) { Content = new ByteArrayContent(body) };
        }
    }
}
