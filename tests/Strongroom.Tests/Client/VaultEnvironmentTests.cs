using Shouldly;
using Strongroom.Client;
using Strongroom.Files;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Client;

public sealed class VaultEnvironmentTests
{
    [Fact]
    public void Read_of_an_empty_environment_is_what_vault_takes()
    {
        var options = Read();
        options.Address.ShouldBe(new Uri("https://127.0.0.1:8200"));
        options.Timeout.ShouldBe(TimeSpan.FromSeconds(60));
        options.RetriesMax.ShouldBe(2);
        options.Namespace.ShouldBeNull();
    }

    [Fact]
    public void Read_takes_the_variables_of_vault()
    {
        var options = Read(
            ("VAULT_ADDR", "unix:///run/vault.sock"), ("VAULT_NAMESPACE", "team"), ("VAULT_WRAP_TTL", "5m"), ("VAULT_CLIENT_TIMEOUT", "1m30s"), ("VAULT_MAX_RETRIES", "0"),
            ("VAULT_CACERT", "ca.pem"), ("VAULT_CAPATH", "cas"), ("VAULT_CLIENT_CERT", "c.pem"), ("VAULT_CLIENT_KEY", "k.pem"), ("VAULT_TLS_SERVER_NAME", "v"), ("VAULT_SKIP_VERIFY", "true"));
        options.Address.Scheme.ShouldBe("unix");
        options.Namespace.ShouldBe("team");
        options.WrapTtl.ShouldBe("5m");
        options.Timeout.ShouldBe(TimeSpan.FromSeconds(90));
        options.RetriesMax.ShouldBe(0);
        options.Tls.ShouldBe(new VaultTls { AuthorityFile = "ca.pem", AuthorityFolder = "cas", CertificateFile = "c.pem", KeyFile = "k.pem", ServerName = "v", SkipsVerification = true });
    }

    [Theory]
    [InlineData("VAULT_ADDR", "localhost:8200")]
    [InlineData("VAULT_ADDR", "ftp://x")]
    [InlineData("VAULT_ADDR", "http://user:password@x")]
    [InlineData("VAULT_CLIENT_TIMEOUT", "soon")]
    [InlineData("VAULT_MAX_RETRIES", "-1")]
    [InlineData("VAULT_SKIP_VERIFY", "maybe")]
    public void Read_refuses_what_it_does_not_understand_without_repeating_it(string name, string value)
    {
        var e = Should.Throw<SecretException>(() => Read((name, value)));
        e.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        e.Message.ShouldContain(name);
        e.Message.ShouldNotContain("password");
    }

    [Fact]
    public void Token_of_the_variable_goes_before_the_file()
    {
        var home = Directory.CreateTempSubdirectory().FullName;
        try
        {
            new VaultTokenFile(Path.Combine(home, ".vault-token")).Write(SecretValue.FromText("of-the-file"));
            VaultTokenFile.Find(n => n == "HOME" ? home : null)!.RevealText().ShouldBe("of-the-file");
            VaultTokenFile.Find(n => n == "HOME" ? home : n == "VAULT_TOKEN" ? " of-the-variable\n" : null)!.RevealText().ShouldBe("of-the-variable");
            PrivateFile.IsOpenToOthers(Path.Combine(home, ".vault-token")).ShouldBeFalse();
        }
        finally
        {
            Directory.Delete(home, recursive: true);
        }
    }

    [Fact]
    public void Token_with_a_line_break_is_refused() =>
        Should.Throw<SecretException>(() => VaultTokenFile.Find(n => n == "VAULT_TOKEN" ? "a\r\nX-Vault-Policy-Override: true" : null)).Message.ShouldNotContain("Override");

    [Theory]
    [InlineData("60", 60)]
    [InlineData("1.5", 1.5)]
    [InlineData("1h30m", 5400)]
    [InlineData("250ms", 0.25)]
    [InlineData("2d", 172800)]
    public void Duration_is_read_as_vault_reads_it(string text, double seconds)
    {
        GoDuration.TryParse(text, out var duration).ShouldBeTrue();
        duration.TotalSeconds.ShouldBe(seconds);
    }

    [Theory]
    [InlineData("")]
    [InlineData("h")]
    [InlineData("-1s")]
    [InlineData("1y")]
    [InlineData("99999999h")]
    public void Duration_refuses_the_rest(string text) => GoDuration.TryParse(text, out _).ShouldBeFalse();

    [Theory]
    [InlineData(0, "0s")]
    [InlineData(45, "45s")]
    [InlineData(2764800, "768h")]
    [InlineData(3605, "1h0m5s")]
    [InlineData(5400, "1h30m")]
    public void Duration_is_written_as_vault_writes_it(int seconds, string text) => GoDuration.Format(TimeSpan.FromSeconds(seconds)).ShouldBe(text);

    private static VaultClientOptions Read(params (string Name, string Value)[] variables) =>
        VaultEnvironment.Read(name => variables.Where(v => v.Name == name).Select(v => v.Value).FirstOrDefault());
}
