using System.Security.Cryptography;
using System.Text;
using Shouldly;
using Strongroom.Formats;
using Xunit;

namespace Strongroom.Tests.Formats;

public sealed class PulumiStackImportTests
{
    /// <summary>The salt of Pulumi's own tests (pkg/secrets/passphrase), whose passphrase is "password".</summary>
    private const string Salt = "v1:fozI5u6B030=:v1:F+6ZduKKd8G0/V7L:PGMFeIzwobWRKmEAzUdaQHqC5mMRIQ==";

    [Fact]
    public void Read_takes_plain_and_nested_values_under_the_names_of_variables()
    {
        using var import = Read("config:\n  aws:region: eu-west-1\n  shop:apiUrl: https://x\n  shop:database:\n    port: 5432\n");

        import.Faults.ShouldBeEmpty();
        import.Entries.Select(e => (e.Name, e.Value.RevealText())).ShouldBe([("AWS_REGION", "eu-west-1"), ("SHOP_API_URL", "https://x"), ("SHOP_DATABASE_PORT", "5432")]);
    }

    [Fact]
    public void Read_decrypts_with_the_passphrase_as_Pulumi_does()
    {
        var text = $"encryptionsalt: {Salt}\nconfig:\n  shop:apiKey:\n    secure: {Encrypted("sk_ключ", "password")}\n  shop:level: info\n";

        using var import = Read(text, ("PULUMI_CONFIG_PASSPHRASE", "password"));

        import.Faults.ShouldBeEmpty();
        import.Entries.Select(e => (e.Name, e.Value.RevealText())).ShouldBe([("SHOP_API_KEY", "sk_ключ"), ("SHOP_LEVEL", "info")]);
    }

    [Fact]
    public void Read_takes_the_empty_passphrase()
    {
        const string emptySalt = "v1:LVuDkcjhUns=:v1:WPbL+tmbxnqWswQ2:lebZxStyHT3IZkmbN+3xCx9zqtoPog==";
        var text = $"encryptionsalt: {emptySalt}\nconfig:\n  a:b: {{secure: {Encrypted("x", "", emptySalt)}}}\n";

        using var import = Read(text, ("PULUMI_CONFIG_PASSPHRASE", ""));

        import.Faults.ShouldBeEmpty();
        import.Entries.ShouldHaveSingleItem().Value.RevealText().ShouldBe("x");
    }

    [Theory]
    [InlineData($"encryptionsalt: {Salt}\n", null, "PULUMI_CONFIG_PASSPHRASE and PULUMI_CONFIG_PASSPHRASE_FILE are not set")]
    [InlineData($"encryptionsalt: {Salt}\n", "wrong", "the passphrase is another one")]
    [InlineData("encryptionsalt: v1:***:v1:a:b\n", "password", "encryptionsalt is damaged")]
    [InlineData("", "password", "only the Pulumi service has the key")]
    [InlineData("secretsprovider: awskms://alias/x\n", "password", "only its secrets provider has the key")]
    public void Read_says_why_a_value_stays_encrypted_and_repeats_nothing(string head, string? passphrase, string why)
    {
        using var import = Read($"{head}config:\n  shop:apiKey:\n    secure: AAABcanary\n", passphrase is null ? [] : [("PULUMI_CONFIG_PASSPHRASE", passphrase)]);

        var fault = import.Faults.ShouldHaveSingleItem();
        fault.Message.ShouldContain("shop:apiKey is encrypted");
        fault.Message.ShouldContain(why);
        fault.ToString().ShouldNotContain("canary");
        import.Entries.ShouldBeEmpty();
    }

    [Fact]
    public void Read_tells_a_value_that_was_changed_from_one_that_fits()
    {
        var changed = Encrypted("secret", "password");
        // Of the last character only the first two bits count.
        changed = changed[..^3] + (changed[^3] == 'A' ? "Q==" : "A==");

        using var import = Read($"encryptionsalt: {Salt}\nconfig:\n  a:b: {{secure: {changed}}}\n  a:c: {{secure: nonsense}}\n", ("PULUMI_CONFIG_PASSPHRASE", "password"));

        import.Faults.Select(f => f.Message).ShouldBe(["a:b cannot be decrypted with this passphrase", "a:c cannot be decrypted with this passphrase"]);
    }

    [Theory]
    [InlineData("Pulumi.production.yaml", ImportFormat.PulumiStack)]
    [InlineData("infra/Pulumi.dev.yaml", ImportFormat.PulumiStack)]
    [InlineData("Pulumi.yaml", ImportFormat.Yaml)]
    [InlineData("secrets.yaml", ImportFormat.Yaml)]
    public void Format_is_told_by_the_name(string file, ImportFormat format) => SecretImport.FormatOf(file).ShouldBe(format);

    private static SecretImport Read(string text, params (string Name, string Value)[] variables) => SecretImport.Read(
        Encoding.UTF8.GetBytes(text), ImportFormat.PulumiStack, "Pulumi.test.yaml", variable: name => variables.FirstOrDefault(v => v.Name == name).Value);

    private static string Encrypted(string text, string passphrase, string salt = Salt)
    {
        var key = Rfc2898DeriveBytes.Pbkdf2(passphrase, Convert.FromBase64String(salt.Split(':')[1]), 1_000_000, HashAlgorithmName.SHA256, 32);
        var (nonce, plain, tag) = (RandomNumberGenerator.GetBytes(12), Encoding.UTF8.GetBytes(text), new byte[16]);
        var sealedBytes = new byte[plain.Length];
        using var aes = new AesGcm(key, 16);
        aes.Encrypt(nonce, plain, sealedBytes, tag);
        return $"v1:{Convert.ToBase64String(nonce)}:{Convert.ToBase64String([.. sealedBytes, .. tag])}";
    }
}
