using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

public sealed class CertTests
{
    private const string ClientUse = "1.3.6.1.5.5.7.3.2";
    private const string ServerUse = "1.3.6.1.5.5.7.3.1";

    [Fact]
    public async Task Login_takes_what_the_authority_issued_and_tells_who_it_was()
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        await TrustAsync(vault, "web", root, """{"token_policies": ["ro"], "display_name": "web"}""");
        using var client = Issue(vault, root, "app.example");
        vault.Certificate = client;
        var login = await LoginAsync(vault);
        login.Auth!.Policies.ShouldBe(["default", "ro"]);
        login.Auth.Metadata!["cert_name"].ShouldBe("web");
        login.Auth.Metadata["common_name"].ShouldBe("app.example");
        login.Auth.EntityId.ShouldNotBeEmpty();
        (await vault.ReadAsync("auth/token/lookup-self", login.Token))["display_name"]!.GetValue<string>().ShouldBe("cert-web");
        vault.Certificate = null;
        (await FailAsync(vault)).ShouldBe("client certificate must be supplied");
    }

    [Fact]
    public async Task Login_refuses_another_authority_other_times_and_other_uses()
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        using var other = Authority(vault, "root");
        await TrustAsync(vault, "web", root, "{}");
        foreach (var (issuer, use, from, days) in new[] { (other, ClientUse, -1, 2), (root, ServerUse, -1, 2), (root, ClientUse, -10, 5), (root, ClientUse, 5, 5) })
        {
            using var client = Issue(vault, issuer, "app.example", use, from, days);
            vault.Certificate = client;
            (await FailAsync(vault)).ShouldBe("invalid certificate or no client certificate supplied");
        }
        using var good = Issue(vault, root, "app.example");
        vault.Certificate = good;
        await LoginAsync(vault);
        vault.Time.Advance(TimeSpan.FromDays(3));
        await FailAsync(vault);
    }

    /// <summary>CVE-2025-6037, CVE-2024-2048: beside a trusted certificate that is no authority, another with its key, number or name was taken.</summary>
    [Fact]
    public async Task Cve_2025_6037_certificate_that_is_no_authority_trusts_itself_alone()
    {
        await using var vault = await CreateAsync();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var trusted = SelfSigned(vault, key, "app.example", authority: false);
        using var sameKey = SelfSigned(vault, key, "admin.example", authority: false);
        using var otherKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var sameName = SelfSigned(vault, otherKey, "app.example", authority: false);
        await TrustAsync(vault, "web", trusted, "{}");
        vault.Certificate = trusted;
        await LoginAsync(vault);
        foreach (var certificate in new[] { sameKey, sameName })
        {
            vault.Certificate = certificate;
            await FailAsync(vault);
        }
        // It cannot issue either.
        using var issued = Issue(vault, trusted, "admin.example");
        vault.Certificate = issued;
        await FailAsync(vault);
    }

    [Fact]
    public async Task Authority_below_another_is_trusted_by_itself()
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        using var below = Authority(vault, "below", root);
        await TrustAsync(vault, "web", below, "{}");
        using var client = Issue(vault, below, "app.example");
        vault.Certificate = client;
        await LoginAsync(vault);
        using var stranger = Issue(vault, root, "app.example");
        vault.Certificate = stranger;
        await FailAsync(vault);
    }

    [Fact]
    public async Task Certificates_that_the_client_sends_lead_to_a_trusted_authority_and_are_not_trusted_themselves()
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        using var below = Authority(vault, "below", root);
        using var farBelow = Authority(vault, "far below", below);
        using var stranger = Authority(vault, "stranger");
        await TrustAsync(vault, "web", root, "{}");
        using var client = Issue(vault, farBelow, "app.example");
        vault.Certificate = client;
        await FailAsync(vault);
        vault.SentCertificates = [farBelow];
        await FailAsync(vault);
        vault.SentCertificates = [below, farBelow, stranger];
        await LoginAsync(vault);

        using var strange = Issue(vault, stranger, "app.example");
        vault.Certificate = strange;
        await FailAsync(vault);
        // Who has a certificate of the authority can issue none in its name.
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var withKey = EndEntity(vault, key, root);
        using var forged = Issue(vault, withKey, "admin.example");
        vault.Certificate = forged;
        vault.SentCertificates = [withKey];
        await FailAsync(vault);
    }

    [Theory]
    [InlineData("allowed_common_names", "app.*", "web.*")]
    [InlineData("allowed_names", "dns.example", "no.example")]
    [InlineData("allowed_dns_sans", "*.example", "*.invalid")]
    [InlineData("allowed_email_sans", "ops@*", "dev@*")]
    [InlineData("allowed_uri_sans", "spiffe://example/*", "spiffe://other/*")]
    [InlineData("allowed_organizational_units", "plat*", "sales")]
    [InlineData("required_extensions", "1.2.3.4:val*", "1.2.3.4:other")]
    public async Task Names_and_extensions_are_held_against_their_patterns(string parameter, string fits, string fitsNot)
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        using var client = Issue(vault, root, "app.example");
        vault.Certificate = client;
        await TrustAsync(vault, "web", root, new JsonObject { [parameter] = new JsonArray(fits, "nothing:x") }.ToJsonString().Replace(",\"nothing:x\"", parameter == "required_extensions" ? "" : ",\"nothing:x\"", StringComparison.Ordinal));
        await LoginAsync(vault);
        await TrustAsync(vault, "web", root, new JsonObject { [parameter] = fitsNot }.ToJsonString());
        await FailAsync(vault);
    }

    [Fact]
    public async Task Login_names_the_trusted_certificate_and_networks_bind_it()
    {
        await using var vault = await CreateAsync();
        using var root = Authority(vault, "root");
        using var client = Issue(vault, root, "app.example");
        vault.Certificate = client;
        await TrustAsync(vault, "a", root, """{"token_policies": "a"}""");
        await TrustAsync(vault, "b", root, """{"token_policies": "b", "token_bound_cidrs": "127.0.0.1"}""");
        (await LoginAsync(vault, """{"name": "b"}""")).Auth!.Policies.ShouldBe(["b", "default"]);
        vault.Address = IPAddress.Parse("10.0.0.1");
        await FailAsync(vault, """{"name": "b"}""");
        (await vault.ListAsync("auth/cert/certs"))["keys"]!.AsArray().Count.ShouldBe(2);
        (await vault.ReadAsync("auth/cert/certs/a"))["certificate"]!.GetValue<string>().ShouldContain("BEGIN CERTIFICATE");
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("auth/cert/certs/c", """{"certificate": "nonsense"}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    private static async Task<VaultBench> CreateAsync()
    {
        var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/auth/cert", """{"type": "cert"}""");
        return vault;
    }

    internal static Task TrustAsync(VaultBench vault, string name, X509Certificate2 certificate, string parameters)
    {
        var body = JsonNode.Parse(parameters)!.AsObject();
        body["certificate"] = certificate.ExportCertificatePem();
        return vault.WriteAsync("auth/cert/certs/" + name, body.ToJsonString());
    }

    internal static Task<VaultBench.Answer> LoginAsync(VaultBench vault, string body = "{}") => vault.WriteAsync("auth/cert/login", body, token: null);

    private static async Task<string> FailAsync(VaultBench vault, string body = "{}")
    {
        var error = await Should.ThrowAsync<SecretException>(() => LoginAsync(vault, body));
        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return error.Reason;
    }

    internal static X509Certificate2 Authority(VaultBench vault, string name, X509Certificate2? issuer = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        if (issuer is null) return SelfSigned(vault, key, name, authority: true);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        using var certificate = request.Create(issuer, vault.Time.GetUtcNow().AddDays(-1), vault.Time.GetUtcNow().AddDays(9), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    internal static X509Certificate2 SelfSigned(VaultBench vault, ECDsa key, string name, bool authority)
    {
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(authority, false, 0, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request.CreateSelfSigned(vault.Time.GetUtcNow().AddDays(-1), vault.Time.GetUtcNow().AddDays(10));
    }

    private static X509Certificate2 EndEntity(VaultBench vault, ECDsa key, X509Certificate2 issuer)
    {
        var request = new CertificateRequest("CN=app.example", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        using var certificate = request.Create(issuer, vault.Time.GetUtcNow().AddDays(-1), vault.Time.GetUtcNow().AddDays(9), RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }

    internal static X509Certificate2 Issue(VaultBench vault, X509Certificate2 issuer, string name, string use = ClientUse, int fromDay = -1, int days = 3)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}, OU=platform", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("dns.example");
        names.AddEmailAddress("ops@example");
        names.AddUri(new Uri("spiffe://example/app"));
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509Extension("1.2.3.4", [0x0C, 5, .. "value"u8], critical: false));
        using var issuerKey = issuer.GetECDsaPrivateKey()!;
        var start = vault.Time.GetUtcNow().AddDays(fromDay);
        return request.Create(issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuerKey), start, start.AddDays(days), RandomNumberGenerator.GetBytes(8));
    }
}
