using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.Extensions.Logging;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hosting;
using Xunit;

namespace Strongroom.Server.Tests.Hosting;

/// <summary>A listener with TLS, with certificates made here.</summary>
public sealed class TlsTests : IAsyncLifetime
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("strongroom-test-");
    private readonly X509Certificate2 _authority = TestCertificates.Authority("authority");
    private DevVault _dev = null!;
    private WebApplication? _app;

    public async ValueTask InitializeAsync()
    {
        _dev = await DevVault.StartAsync(new ServerArguments { Dev = true }, RandomNumberGenerator.Create(), TimeProvider.System, default);
        using var certificate = TestCertificates.Leaf("localhost", _authority);
        TestCertificates.Write(_folder.FullName, certificate);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null) await _app.DisposeAsync();
        await _dev.DisposeAsync();
        _authority.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Clients_speak_HTTP_2_when_they_can_and_are_told_to_stay_with_TLS()
    {
        using var http = Client(await StartAsync());
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/sys/health") { Version = HttpVersion.Version20, VersionPolicy = HttpVersionPolicy.RequestVersionOrLower };
        using var response = await http.SendAsync(request);
        response.Version.ShouldBe(HttpVersion.Version20);
        response.Headers.GetValues("Strict-Transport-Security").ShouldHaveSingleItem();
        response.Headers.GetValues("X-Content-Type-Options").ShouldBe(["nosniff"]);
        (await http.GetAsync("/v1/sys/health")).Version.ShouldBe(HttpVersion.Version11);
    }

    [Theory]
    [InlineData(SslProtocols.Tls12, true)]
    [InlineData(SslProtocols.Tls13, true)]
#pragma warning disable CA5397, SYSLIB0039 // An old version is what must not work.
    [InlineData(SslProtocols.Tls11, false)]
#pragma warning restore CA5397, SYSLIB0039
    public async Task Old_versions_are_not_spoken(SslProtocols version, bool works)
    {
        var address = await StartAsync();
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        var handshake = () => tls.AuthenticateAsClientAsync(new SslClientAuthenticationOptions { TargetHost = "localhost", EnabledSslProtocols = version });
        if (works) await handshake();
        else await Should.ThrowAsync<Exception>(handshake);
    }

    [Fact]
    public async Task New_certificate_is_taken_when_asked_to_and_open_connections_stay()
    {
        var address = await StartAsync();
        using var before = Client(address);
        (await before.GetAsync("/v1/sys/health")).EnsureSuccessStatusCode();
        var old = await ShownAsync(address);

        using var next = TestCertificates.Leaf("localhost", _authority);
        TestCertificates.Write(_folder.FullName, next);
        WebServer.Reload(_app!);

        (await ShownAsync(address)).ShouldBe(next.Thumbprint);
        next.Thumbprint.ShouldNotBe(old);
        (await before.GetAsync("/v1/sys/health")).EnsureSuccessStatusCode();
    }

    [Fact]
    public async Task Bad_certificate_leaves_the_old_one()
    {
        var address = await StartAsync();
        var old = await ShownAsync(address);
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "tls.crt"), "not PEM");
        WebServer.Reload(_app!);
        (await ShownAsync(address)).ShouldBe(old);
        File.Delete(Path.Combine(_folder.FullName, "tls.key"));
        WebServer.Reload(_app!);
        (await ShownAsync(address)).ShouldBe(old);
    }

    [Fact]
    public async Task Changed_files_are_seen_by_themselves()
    {
        var time = new Conformance.FakeTime();
        var tls = Tls();
        var certificate = new ServerCertificate(tls, time);
        var first = certificate.Current;
        using var next = TestCertificates.Leaf("localhost", _authority);
        TestCertificates.Write(_folder.FullName, next);
        File.SetLastWriteTimeUtc(tls.KeyFile, DateTime.UtcNow.AddMinutes(1));
        certificate.Current.ShouldBeSameAs(first);
        time.Advance(TimeSpan.FromSeconds(2));
        certificate.Current.ShouldNotBeSameAs(first);
        await Task.CompletedTask;
    }

    [Fact]
    public async Task Required_client_certificates_are_checked()
    {
        var authority = Path.Combine(_folder.FullName, "ca.pem");
        await File.WriteAllTextAsync(authority, _authority.ExportCertificatePem());
        var address = await StartAsync(Tls() with { ClientAuthorityFile = authority, RequiresClientCertificate = true });
        using var stranger = TestCertificates.Authority("stranger");
        using var good = TestCertificates.Leaf("client", _authority, isClient: true);
        using var bad = TestCertificates.Leaf("client", stranger, isClient: true);

        (await Client(address, good).GetAsync("/v1/sys/health")).EnsureSuccessStatusCode();
        await Should.ThrowAsync<HttpRequestException>(() => Client(address).GetAsync("/v1/sys/health"));
        await Should.ThrowAsync<HttpRequestException>(() => Client(address, bad).GetAsync("/v1/sys/health"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Certificates_between_the_client_and_the_authority_may_be_sent_along(bool required)
    {
        var authority = Path.Combine(_folder.FullName, "ca.pem");
        await File.WriteAllTextAsync(authority, _authority.ExportCertificatePem());
        var address = await StartAsync(Tls() with { ClientAuthorityFile = authority, RequiresClientCertificate = required });
        using var below = TestCertificates.Authority("below", _authority);
        using var leaf = TestCertificates.Leaf("client", below, isClient: true);
        using var http = Client(address, SslStreamCertificateContext.Create(leaf, [below], offline: true));
        foreach (var (path, body) in new[]
        {
            ("sys/auth/cert", """{"type": "cert"}"""),
            ("auth/cert/certs/web", new JsonObject { ["certificate"] = _authority.ExportCertificatePem() }.ToJsonString()),
            ("auth/cert/login", "{}"),
        })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/v1/" + path) { Content = new StringContent(body) };
            request.Headers.Add("X-Vault-Token", "root");
            using var response = await http.SendAsync(request);
            response.IsSuccessStatusCode.ShouldBeTrue($"{path}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    [Theory]
    [InlineData(true, false)]
    [InlineData(false, true)]
    public void Session_is_resumed_only_where_no_certificates_can_be_missed(bool asks, bool resumes)
    {
        var certificate = new ServerCertificate(Tls() with { AsksForClientCertificate = asks }, TimeProvider.System);
        certificate.For(new DefaultConnectionContext()).AllowTlsResume.ShouldBe(resumes);
    }

    [Fact]
    public async Task Start_with_files_that_do_not_fit_says_which()
    {
        using var other = TestCertificates.Leaf("localhost", _authority);
        using var key = other.GetECDsaPrivateKey()!;
        await File.WriteAllTextAsync(Path.Combine(_folder.FullName, "tls.key"), key.ExportPkcs8PrivateKeyPem());
        (await Should.ThrowAsync<SecretException>(() => StartAsync())).Message.ShouldStartWith($"start {_folder.FullName}/tls.crt: cannot be used for TLS: ");
    }

    private TlsConfiguration Tls() => new(
        Path.Combine(_folder.FullName, "tls.crt"), Path.Combine(_folder.FullName, "tls.key"), null, SslProtocols.Tls12 | SslProtocols.Tls13, false, true);

    private async Task<Uri> StartAsync(TlsConfiguration? tls = null)
    {
        _app = WebServer.Build(
            _dev.Vault, [new ListenerConfiguration { Address = new IPEndPoint(IPAddress.Loopback, 0), Tls = tls ?? Tls() }], LogLevel.None, TimeProvider.System);
        await WebServer.StartAsync(_app, default);
        return new Uri(_app.Urls.Single());
    }

    private static HttpClient Client(Uri address, X509Certificate2? certificate = null)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        if (certificate is not null) handler.SslOptions.LocalCertificateSelectionCallback = (_, _, _, _, _) => certificate;
        return new HttpClient(handler) { BaseAddress = address };
    }

    private static HttpClient Client(Uri address, SslStreamCertificateContext certificate)
    {
        var handler = new SocketsHttpHandler();
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, _) => true;
        handler.SslOptions.ClientCertificateContext = certificate;
        return new HttpClient(handler) { BaseAddress = address };
    }

    private static async Task<string> ShownAsync(Uri address)
    {
        using var tcp = new TcpClient();
        await tcp.ConnectAsync(address.Host, address.Port);
        await using var tls = new SslStream(tcp.GetStream(), leaveInnerStreamOpen: false, (_, _, _, _) => true);
        await tls.AuthenticateAsClientAsync("localhost");
        return ((X509Certificate2)tls.RemoteCertificate!).Thumbprint;
    }
}
