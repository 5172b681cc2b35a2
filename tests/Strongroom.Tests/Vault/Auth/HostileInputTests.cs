using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Text.Json;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Auth.Cert;
using Strongroom.Vault.Auth.Jwt;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Auth;

/// <summary>Whatever strangers send is taken or refused, and never anything else. Seeded, so that a failure comes again.</summary>
public sealed class HostileInputTests
{
    private const int Rounds = 20_000;

    [Fact]
    public void Jwt_of_any_bytes_is_read_or_refused()
    {
        var random = new Random(1);
        var header = """{"alg":"RS256","kid":"a","typ":"JWT"}"""u8.ToArray();
        var claims = Encoding.UTF8.GetBytes("""{"iss":"i","aud":["a","b"],"sub":"\u00e4","exp":1e9,"nbf":1,"n":{"m":[null,true,1.5]},"\u0061b":"\ud83d\ude00"}""");
        var role = new JwtRole { BoundAudiences = ["a"], BoundClaims = { ["/n/m"] = JsonDocument.Parse("\"x\"").RootElement } };
        for (var round = 0; round < Rounds; round++)
        {
            var token = $"{SignedJwt.Encode(Mutate(random, header))}.{SignedJwt.Encode(Mutate(random, claims))}.{SignedJwt.Encode(Mutate(random, header))}";
            OnlyRefused(() =>
            {
                var jwt = JwtText.Parse(Mutate(random, token));
                JwtClaims.RequireIssuer(jwt.Claims, "i");
                JwtClaims.RequireSubject(jwt.Claims, "ä");
                JwtClaims.RequireAudience(jwt.Claims, ["a"]);
                JwtClaims.RequireTime(jwt.Claims, role, 5);
                JwtClaims.RequireBound(jwt.Claims, role);
            });
        }
    }

    [Fact]
    public void Key_set_of_any_bytes_is_read_or_refused()
    {
        var random = new Random(2);
        using var rsa = RSA.Create(2048);
        var keys = Encoding.UTF8.GetBytes($$"""{"keys":[{{SignedJwt.Jwk(rsa, "a").ToJsonString()}},{"kty":"EC","crv":"P-256","x":"AAAA","y":"AAAA"},{"kty":"OKP"},{"kty":"oct","k":"AA"}]}""");
        JwtKey.FromJwks(keys).Count.ShouldBe(1);
        for (var round = 0; round < Rounds / 10; round++)
        {
            OnlyRefused(() =>
            {
                foreach (var key in JwtKey.FromJwks(Mutate(random, keys))) key.Verifies("RS256", [1], [2]);
            });
        }
    }

    [Fact]
    public void Certificate_of_any_extensions_is_read()
    {
        var random = new Random(3);
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName("dns.example");
        names.AddEmailAddress("ops@example");
        var good = names.Build().RawData;
        for (var round = 0; round < 300; round++)
        {
            var request = new CertificateRequest("CN=a", key, HashAlgorithmName.SHA256);
            request.CertificateExtensions.Add(new X509Extension("2.5.29.17", Mutate(random, good), critical: false));
            using var certificate = request.CreateSelfSigned(DateTimeOffset.UnixEpoch, DateTimeOffset.UnixEpoch.AddYears(1));
            OnlyRefused(() => new CertNames(certificate).Extension("2.5.29.17").ShouldNotBeNull());
        }
    }

    [Theory]
    [InlineData("\"\\ud800\"")]
    [InlineData("\"\\udc00\\ud800\"")]
    [InlineData("{\"\\ud800\": 1}")]
    [InlineData("\"\\u00\"")]
    public void Half_a_surrogate_pair_is_refused_wherever_it_stands(string json)
    {
        StrictJson.TryParse(Encoding.UTF8.GetBytes(json), default).ShouldBeNull();
        StrictJson.TryParse(Encoding.UTF8.GetBytes($$"""{"a": [{"b": {{json}}}]}"""), default).ShouldBeNull();
    }

    [Fact]
    public async Task Login_with_a_body_of_any_bytes_is_refused_by_every_method()
    {
        var random = new Random(4);
        await using var vault = await VaultBench.CreateAsync();
        foreach (var type in new[] { "approle", "jwt", "kubernetes", "cert", "userpass" }) await vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        await vault.WriteAsync("auth/approle/role/app", """{"role_id": "r"}""");
        await vault.WriteAsync("auth/userpass/users/bob", """{"password": "pw"}""");
        var body = Encoding.UTF8.GetBytes("""{"role_id": "r", "secret_id": "s\u0061", "password": "p\ud83d\ude00", "jwt": "a.b.c", "role": "x", "name": "y"}""");
        for (var round = 0; round < 150; round++)
        {
            foreach (var path in new[] { "approle/login", "jwt/login", "kubernetes/login", "cert/login", "userpass/login/bob", "userpass/login/B%00b" })
            {
                var request = new VaultRequest(VaultOperation.Update, "auth/" + path, Mutate(random, body)) { Origin = new RequestOrigin { RequestId = "r", Address = vault.Address } };
                await Should.ThrowAsync<SecretException>(async () => await vault.Vault.HandleAsync(request, CancellationToken.None));
            }
        }
    }

    private static void OnlyRefused(Action read)
    {
        try
        {
            read();
        }
        catch (SecretException)
        {
            // Refused: as good as read.
        }
    }

    private static string Mutate(Random random, string text) =>
        random.Next(4) > 0 ? text : Encoding.Latin1.GetString(Mutate(random, Encoding.Latin1.GetBytes(text)));

    /// <summary>The same bytes with a few changed, doubled, left out, or cut off.</summary>
    private static byte[] Mutate(Random random, byte[] bytes)
    {
        var mutated = bytes.ToList();
        for (var changes = random.Next(4); changes > 0 && mutated.Count > 0; changes--)
        {
            var at = random.Next(mutated.Count);
            switch (random.Next(5))
            {
                case 0: mutated[at] = (byte)random.Next(256); break;
                case 1: mutated[at] ^= (byte)(1 << random.Next(8)); break;
                case 2: mutated.RemoveAt(at); break;
                case 3: mutated.InsertRange(at, mutated.GetRange(at, Math.Min(8, mutated.Count - at))); break;
                default: mutated.RemoveRange(at, mutated.Count - at); break;
            }
        }
        return [.. mutated];
    }
}
