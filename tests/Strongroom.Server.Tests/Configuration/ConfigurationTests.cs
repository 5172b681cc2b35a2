using System.Net;
using System.Security.Authentication;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Vault.Audit;
using Xunit;

namespace Strongroom.Server.Tests.Configuration;

public sealed class ConfigurationTests
{
    /// <summary>The file of a project that moves from Vault, as it stands.</summary>
    private const string Usual = """
        # vault-config.hcl
        listener "tcp" {
          address = "0.0.0.0:8200"
          tls_disable = 1  # Disable in production, enable with proper certs
        }

        storage "file" {
          path = "/vault/data"
        }

        api_addr = "http://localhost:8200"
        cluster_addr = "http://localhost:8201"
        ui = true
        """;

    [Theory]
    [InlineData("hcp_facade {}", "secret hcp/{organization}/{project}/{app} approle")]
    [InlineData("hcp_facade { mount = \"kv/\" prefix = \"/{project}/{app}/\" auth_mount = \"machines\" }", "kv {project}/{app} machines")]
    [InlineData("", null)]
    public void Hcp_facade_is_off_unless_it_is_there(string block, string? expected)
    {
        var read = Read(Usual + "\n" + block).HcpFacade;
        (read is null ? null : $"{read.Mount} {read.Prefix} {read.AuthMount}").ShouldBe(expected);
    }

    [Theory]
    [InlineData("hcp_facade { prefix = \"hcp/{app}/x\" }", "prefix: its last segment")]
    [InlineData("hcp_facade { prefix = \"../{app}\" }", "prefix: a segment must be")]
    [InlineData("hcp_facade { mount = \"\" }", "mount: names no engine")]
    [InlineData("hcp_facade { auth_mount = \"/\" }", "auth_mount: names no method")]
    [InlineData("hcp_facade \"x\" { }", "one block without a label")]
    public void Hcp_facade_with_faults_is_refused(string block, string expected) =>
        Should.Throw<SecretException>(() => Read(Usual + "\n" + block)).Message.ShouldContain(expected);

    [Fact]
    public void Usual_file_of_Vault_is_read_as_it_stands()
    {
        var read = Read(Usual);
        var listener = read.Listeners.ShouldHaveSingleItem();
        listener.Address.ShouldBe(new IPEndPoint(IPAddress.Any, 8200));
        listener.Tls.ShouldBeNull();
        listener.RequestSizeMax.ShouldBe(32 << 20);
        listener.RequestDurationMax.ShouldBe(TimeSpan.FromSeconds(90));
        read.Storage.ShouldBe(new StorageConfiguration("file", "/vault/data"));
        (read.ApiAddress, read.ClusterAddress, read.Seal).ShouldBe(("http://localhost:8200", "http://localhost:8201", null));
        read.Warnings.ShouldBe(["ui has no effect: this server has no console"]);
    }

    [Fact]
    public void Same_in_JSON_says_the_same()
    {
        const string json = """
            {
              "listener": [{"tcp": {"address": "0.0.0.0:8200", "tls_disable": "true"}}],
              "storage": {"file": {"path": "/vault/data"}},
              "api_addr": "http://localhost:8200", "cluster_addr": "http://localhost:8201", "ui": true
            }
            """;
        var (a, b) = (Read(Usual), Read(json));
        b.Listeners.ShouldBe(a.Listeners);
        (b with { Listeners = a.Listeners, Warnings = a.Warnings }).ShouldBe(a);
    }

    [Fact]
    public void Variables_of_the_environment_limit_requests()
    {
        var listener = Read(Usual, new() { ["VAULT_MAX_REQUEST_SIZE"] = "128MB", ["VAULT_MAX_REQUEST_DURATION"] = "30s" }).Listeners[0];
        (listener.RequestSizeMax, listener.RequestDurationMax).ShouldBe((128_000_000L, TimeSpan.FromSeconds(30)));
        Should.Throw<SecretException>(() => Read(Usual, new() { ["VAULT_MAX_REQUEST_SIZE"] = "lots" })).Name.ShouldBe("VAULT_MAX_REQUEST_SIZE");
    }

    [Fact]
    public void Every_setting_of_a_listener_is_read()
    {
        var listener = Read("""
            listener "tcp" {
              address = "[::]:8201"
              tls_cert_file = "/a.crt"
              tls_key_file = "/a.key"
              tls_min_version = "tls13"
              tls_client_ca_file = "/ca.pem"
              tls_require_and_verify_client_cert = true
              max_request_size = 1048576
              max_request_duration = "5s"
              http_read_header_timeout = "1s"
              http_read_timeout = "2s"
              http_idle_timeout = "3s"
              x_forwarded_for_authorized_addrs = ["10.0.0.0/8", "192.168.1.1"]
              x_forwarded_for_hop_skips = 1
              x_forwarded_for_reject_not_present = false
            }
            storage "inmem" {}
            """).Listeners[0];
        listener.Tls.ShouldBe(new TlsConfiguration("/a.crt", "/a.key", "/ca.pem", SslProtocols.Tls13, true, true));
        (listener.RequestSizeMax, listener.RequestDurationMax, listener.ReadHeaderTimeout, listener.ReadTimeout, listener.IdleTimeout)
            .ShouldBe((1 << 20, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(3)));
        listener.ForwardedFor!.Proxies.ShouldBe([IPNetwork.Parse("10.0.0.0/8"), IPNetwork.Parse("192.168.1.1/32")]);
        (listener.ForwardedFor.HopSkips, listener.ForwardedFor.RejectNotPresent, listener.ForwardedFor.RejectNotAuthorized).ShouldBe((1, false, true));
    }

    [Fact]
    public void Audit_log_is_flushed_as_it_is_set()
    {
        Read(Usual).AuditFlush.ShouldBe(AuditFlush.Changes);
        Read(Usual + "\naudit_flush = \"always\"").AuditFlush.ShouldBe(AuditFlush.Always);
        Should.Throw<SecretException>(() => Read(Usual + "\naudit_flush = \"often\"")).Message.ShouldContain("audit_flush");
    }

    [Fact]
    public void Unknown_keys_are_warnings_with_their_place()
    {
        Read(Usual + "\nmax_lease_tll = \"1h\"\ndisable_mlock = true").Warnings.ShouldBe(
        [
            "unknown or unsupported field max_lease_tll found in configuration at server.hcl:14:1; did you mean 'max_lease_ttl'?",
            "disable_mlock has no effect: keys lie in pinned memory that is zeroed, and the server locks no pages; encrypt the swap space",
            "ui has no effect: this server has no console",
        ]);
    }

    [Theory]
    [InlineData("ui = \"maybe\"", "server.hcl:1:6: ui: expected true or false, found a text")]
    [InlineData("default_lease_ttl = true", "server.hcl:1:21: default_lease_ttl: expected a duration, found true; write a number of seconds, or 90s, 5m, 768h")]
    [InlineData("log_level = \"loud\"", "server.hcl:1:13: log_level: unknown level 'loud'; known: trace, debug, info, notice, warn, warning, err, error")]
    [InlineData("storage \"files\" {}", "server.hcl:1:9: unknown kind of storage 'files'; did you mean 'file'?")]
    [InlineData("storage \"file\" {}", "server.hcl:1:9: storage \"file\" has no path; write path = \"/var/lib/strongroom\": the folder of the vault")]
    [InlineData("seal \"awskms\" {}", "server.hcl:1:6: unknown kind of seal 'awskms'; known: static, keyfile, shamir")]
    [InlineData("listener \"tcp\" { address = \"nowhere\" }", "server.hcl:1:28: address: 'nowhere' is not an address and port; write \"127.0.0.1:8200\", \"0.0.0.0:8200\" or \"[::]:8200\"")]
    [InlineData("listener \"tcp\" {}", "server.hcl:1:10: 'tls_cert_file' and 'tls_key_file' are needed; or write tls_disable = true where nobody else can listen")]
    [InlineData("ui = true\nui = false", "server.hcl:2:1: ui stands on line 1 already; keep one of them")]
    [InlineData("listener \"tcp\" { tls_disable = 1 max_request_size = \"big\" }", "server.hcl:1:53: max_request_size: expected a size, found a text; write a number of bytes, or 128MB, 32MiB")]
    public void Wrong_values_are_faults_with_their_place(string text, string fault) =>
        Should.Throw<SecretException>(() => Read(text)).Reason.ShouldContain("\n  " + fault);

    [Fact]
    public void Later_files_add_listeners_and_replace_the_rest()
    {
        var reader = new ConfigurationReader(_ => null);
        reader.Add(Usual, "a.hcl");
        reader.Add("listener \"tcp\" { address = \"127.0.0.1:9\" tls_disable = true }\ncluster_name = \"b\"", "b.hcl");
        var read = reader.Build("a.hcl, b.hcl");
        read.Listeners.Select(listener => listener.Address.Port).ShouldBe([8200, 9]);
        (read.ClusterName, read.ApiAddress).ShouldBe(("b", "http://localhost:8200"));
    }

    [Fact]
    public void Several_listeners_of_one_file_are_all_read() =>
        Read("listener \"tcp\" { address = \"127.0.0.1:8\" tls_disable = true }\nlistener \"tcp\" { address = \"127.0.0.1:9\" tls_disable = true }\nstorage \"inmem\" {}")
            .Listeners.Select(listener => listener.Address.Port).ShouldBe([8, 9]);

    [Theory]
    [InlineData("0", 0)]
    [InlineData("128MB", 128_000_000)]
    [InlineData("32MiB", 32 << 20)]
    [InlineData(" 5 kb ", 5000)]
    public void Sizes_are_read(string text, long bytes)
    {
        DataSize.TryParse(text, out var read).ShouldBeTrue();
        read.ShouldBe(bytes);
    }

    [Theory]
    [InlineData("")]
    [InlineData("MB")]
    [InlineData("-1")]
    [InlineData("1.5MB")]
    [InlineData("99999999999999999GB")]
    [InlineData("1PB")]
    public void Other_texts_are_no_sizes(string text) => DataSize.TryParse(text, out _).ShouldBeFalse();

    private static ServerConfiguration Read(string text, Dictionary<string, string>? variables = null)
    {
        var reader = new ConfigurationReader(name => variables?.GetValueOrDefault(name));
        reader.Add(text, "server.hcl");
        return reader.Build("server.hcl");
    }
}
