using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Shouldly;
using Strongroom.Backends.Kubernetes;
using Strongroom.Backends.Kubernetes.Access;
using Strongroom.Fakes;
using Strongroom.Secrets;
using Strongroom.Stores;
using Xunit;

namespace Strongroom.Backends.Tests.Kubernetes;

/// <summary>Kubeconfig files, pods, certificates and plugins.</summary>
public sealed class KubernetesAccessTests : IAsyncLifetime
{
    private KubernetesPlaceOfTest _place = null!;

    public async ValueTask InitializeAsync()
    {
        _place = await KubernetesPlaceOfTest.StartAsync();
        _place.Fake.Put("one", new Dictionary<string, byte[]> { ["value"] = "1"u8.ToArray() });
    }

    public ValueTask DisposeAsync() => _place.DisposeAsync();

    [Fact]
    public async Task Token_file_is_read_for_each_request()
    {
        _place.Files.Write("token", "old\n");
        _place.Fake.Tokens["old"] = true;
        await using var backend = _place.Backend(config: _place.WriteConfig("tokenFile: token"));
        await ReadAsync(backend);
        _place.Fake.Tokens.Remove("old");
        _place.Files.Write("token", "good\n");

        await ReadAsync(backend);
    }

    [Fact]
    public async Task Plugin_runs_once_and_again_when_its_credential_ends_or_is_refused()
    {
        var time = new MovedTime();
        var script = Script("""
            echo run >> "$COUNT"
            printf '{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"%s"}}' "$1" "2026-01-01T01:00:00Z"
            """);
        var count = Path.Combine(_place.Files.Folder, "count");
        await using var backend = _place.Backend(config: _place.WriteConfig($"""
            exec:
              apiVersion: client.authentication.k8s.io/v1
              command: ./{Path.GetFileName(script)}
              args: [good]
              env: [{"{"}name: COUNT, value: {count}{"}"}]
              interactiveMode: IfAvailable
            """), time: time);

        await ReadAsync(backend);
        await ReadAsync(backend);
        Runs().ShouldBe(1);
        _place.Fake.Faults.Next(new Fault.ExpiredCredential());
        await ReadAsync(backend);
        Runs().ShouldBe(2);
        time.Now += TimeSpan.FromMinutes(59.6);
        await ReadAsync(backend);
        Runs().ShouldBe(3);

        int Runs() => File.ReadAllLines(count).Length;
    }

    [Theory]
    [InlineData("exit 3", SecretErrorKind.Denied, "ended with code 3")]
    [InlineData("echo no json", SecretErrorKind.Malformed, "no ExecCredential")]
    [InlineData("echo '{\"status\":{}}'", SecretErrorKind.Denied, "gives no credential")]
    [InlineData("head -c 2000000 /dev/zero", SecretErrorKind.Malformed, "says more than")]
    public async Task Plugin_that_fails_says_how_and_repeats_nothing(string script, SecretErrorKind kind, string message)
    {
        await using var backend = _place.Backend(config: Plugin("./" + Path.GetFileName(Script("echo canary-noise >&2\n" + script))));

        var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(backend));

        error.Kind.ShouldBe(kind);
        error.Message.ShouldContain(message);
        error.ToString().ShouldNotContain("canary");
    }

    [Fact]
    public async Task Plugin_that_is_not_there_or_hangs_is_told()
    {
        await using var missing = _place.Backend(config: Plugin("no-such-plugin"));
        await using var hanging = _place.Backend(config: Plugin("./" + Path.GetFileName(Script("sleep 600"))));
        using var source = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));

        (await Should.ThrowAsync<SecretException>(() => ReadAsync(missing))).Help.ShouldBe("install it from there");
        await Should.ThrowAsync<OperationCanceledException>(async () => await hanging.ReadAsync(new SecretAddress("one"), source.Token));
    }

    [Fact]
    public async Task Certificate_of_the_server_is_checked_against_the_authority_of_the_configuration()
    {
        await using var place = await KubernetesPlaceOfTest.StartAsync(withTls: true);
        place.Fake.Put("one", new Dictionary<string, byte[]> { ["value"] = "1"u8.ToArray() });
        var authority = Convert.ToBase64String(Encoding.UTF8.GetBytes(place.Fake.Certificate!.ExportCertificatePem()));
        var other = place.Files.Write("other.pem", OtherCertificate().ExportCertificatePem());

        await using (var pinned = place.Backend(config: place.WriteConfig("token: good", $"certificate-authority-data: {authority}"))) await ReadAsync(pinned);
        await using (var careless = place.Backend(config: place.WriteConfig("token: good", "insecure-skip-tls-verify: true")))
        {
            await ReadAsync(careless);
            (await careless.ProbeAsync(CancellationToken.None)).ShouldContain("CERTIFICATE IS NOT CHECKED");
        }
        foreach (var (i, cluster) in new[] { "", $"certificate-authority: {other}", $"certificate-authority-data: {authority}\ntls-server-name: another.test" }.Index())
        {
            await using var distrusting = place.Backend(config: place.WriteConfig("token: good", cluster));
            var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(distrusting), $"case {i}");
            error.Kind.ShouldBe(SecretErrorKind.Unreachable);
            error.Help!.ShouldContain("certificate");
        }
    }

    [Fact]
    public async Task Pod_finds_server_authority_token_and_namespace()
    {
        await using var place = await KubernetesPlaceOfTest.StartAsync(withTls: true);
        place.Fake.Put("one", new Dictionary<string, byte[]> { ["value"] = "1"u8.ToArray() }, nameSpace: "shop");
        place.Files.Write("ca.crt", place.Fake.Certificate!.ExportCertificatePem());
        place.Files.Write("token", "good");
        place.Files.Write("namespace", "shop");
        var pod = new KubernetesPlace([], Context: null, "KUBERNETES_SERVICE_HOST", place.Fake.Address.Host, $"{place.Fake.Address.Port}") { PodFolder = place.Files.Folder };
        await using var backend = new KubernetesBackend(Settings.Of([]), pod, secret: null, nameSpace: null);

        await ReadAsync(backend);
        (await backend.ProbeAsync(CancellationToken.None)).ShouldContain("namespace shop");
        ClusterAccess.OfPod("fd00::1", "443", place.Files.Folder).Server.AbsoluteUri.ShouldBe("https://[fd00::1]/");
    }

    [Fact]
    public void Client_certificate_is_read_from_the_file_or_from_inside()
    {
        using var certificate = OtherCertificate();
        var pem = certificate.ExportCertificatePem();
        var key = certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem();
        _place.Files.Write("me.pem", pem);
        _place.Files.Write("me.key", key);

        using var fromFile = new KubeConfig([_place.WriteConfig("client-certificate: me.pem\nclient-key: me.key")]).Access(contextName: null);
        using var inside = new KubeConfig([_place.WriteConfig($"client-certificate-data: {Base64(pem)}\nclient-key-data: {Base64(key)}")]).Access("test");

        fromFile.Certificate!.Thumbprint.ShouldBe(certificate.Thumbprint);
        inside.Certificate!.Thumbprint.ShouldBe(certificate.Thumbprint);
        inside.Certificate.HasPrivateKey.ShouldBeTrue();

        static string Base64(string text) => Convert.ToBase64String(Encoding.UTF8.GetBytes(text));
    }

    [Theory]
    [InlineData("username: a\npassword: b", "no user name and password")]
    [InlineData("auth-provider: {name: gcp}", "auth-provider")]
    [InlineData("client-certificate-data: '***'", "no base64")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1alpha1, command: x}", "version that is not known")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1, command: x, interactiveMode: Always}", "wants to talk")]
    [InlineData("exec: {apiVersion: client.authentication.k8s.io/v1}", "no command")]
    [InlineData("token: \"x", "cannot be read from line")]
    public async Task Configuration_that_cannot_be_used_says_why(string user, string message)
    {
        await using var backend = _place.Backend(config: _place.WriteConfig(user));

        var error = await Should.ThrowAsync<SecretException>(() => ReadAsync(backend));

        error.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        error.Message.ShouldContain(message);
    }

    [Fact]
    public async Task Configuration_of_several_files_takes_the_first_that_has_an_entry()
    {
        var second = _place.Files.Write("second", "contexts:\n- name: test\n  context: {cluster: wrong, user: wrong}\ncurrent-context: other\n");
        await using var backend = KubernetesBackend.Create(Settings.Of([], [("KUBECONFIG", $"/none:{_place.Config}:{second}")]));
        await using var named = KubernetesBackend.Create(Settings.Of([("context", "absent")], [("KUBECONFIG", _place.Config)]));

        await ReadAsync(backend);
        backend.Identity.ShouldContain(" test");
        (await Should.ThrowAsync<SecretException>(() => ReadAsync(named))).Message.ShouldContain("no context named 'absent'");
    }

    [Fact]
    public async Task Store_without_a_configuration_says_what_to_set()
    {
        await using var backend = KubernetesBackend.Create(Settings.Of([], [("HOME", "/none")]));

        (await Should.ThrowAsync<SecretException>(() => ReadAsync(backend))).Help!.ShouldContain("KUBECONFIG");
    }

    private string Plugin(string command) => _place.WriteConfig(
        $"exec:\n  apiVersion: client.authentication.k8s.io/v1\n  command: {command}\n  installHint: install it from there", name: Path.GetFileName(command) + ".yaml");

    private string Script(string text)
    {
        var path = _place.Files.Write($"plugin-{Guid.NewGuid():N}", "#!/bin/sh\n" + text + "\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    /// <summary>A clock that is set; waiting takes real time.</summary>
    private sealed class MovedTime : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }

    private static X509Certificate2 OtherCertificate()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new CertificateRequest("CN=other", key, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
    }

    private static async Task ReadAsync(SecretBackend backend)
    {
        using var value = (await backend.ReadAsync(new SecretAddress("one"), CancellationToken.None)).Value;
        value.RevealText().ShouldBe("1");
    }
}
