using System.Text;
using Shouldly;
using Strongroom.Cli.Processes;
using Strongroom.Secrets;

namespace Strongroom.Cli.Tests.Processes;

public sealed class OutputMaskTests
{
    private const string Secret = "s3cr3t/värde+\"quoted\"&x=1";

    private static string Mask(string text, int chunk, params string[] secrets)
    {
        var output = new MemoryStream();
        var masked = new MaskedStream(output, new OutputMask(secrets.Select(s => SecretValue.FromText(s))));
        var bytes = Encoding.UTF8.GetBytes(text);
        for (var at = 0; at < bytes.Length; at += chunk) masked.Write(bytes.AsSpan(at, Math.Min(chunk, bytes.Length - at)));
        masked.Complete();
        return Encoding.UTF8.GetString(output.ToArray());
    }

    public static TheoryData<string> Forms() =>
    [
        Secret,
        Uri.EscapeDataString(Secret),
        System.Text.Json.JsonSerializer.Serialize(Secret)[1..^1],
        Convert.ToHexStringLower(Encoding.UTF8.GetBytes(Secret)),
    ];

    [Theory]
    [MemberData(nameof(Forms))]
    public void Write_masks_every_form_however_it_is_cut(string form)
    {
        for (var chunk = 1; chunk <= form.Length + 12; chunk++)
        {
            Mask($"before {form} after {form}", chunk, Secret).ShouldBe("before ******** after ********");
        }
    }

    [Theory]
    [InlineData("")]
    [InlineData("u")]
    [InlineData("us")]
    [InlineData("user:")]
    public void Write_masks_base64_at_every_alignment(string head)
    {
        var text = Convert.ToBase64String(Encoding.UTF8.GetBytes(head + Secret));
        var masked = Mask(text, 7, Secret);
        masked.ShouldContain("********");
        // What stays visible is at most the two characters at each side that the neighbours share.
        masked.Replace("********", "").Length.ShouldBeLessThanOrEqualTo(head.Length * 4 / 3 + 6);
    }

    [Fact]
    public void Write_prefers_the_longer_of_two_secrets_with_one_beginning()
    {
        for (var chunk = 1; chunk < 30; chunk++) Mask("a password-long b", chunk, "password", "password-long").ShouldBe("a ******** b");
        Mask("a password-lon b", 3, "password", "password-long").ShouldBe("a ********-lon b");
    }

    [Fact]
    public void Write_leaves_short_values_alone() => Mask("port 5432, level 1", 4, "5432", "1").ShouldBe("port 5432, level 1");

    [Fact]
    public void Write_does_not_hold_back_what_cannot_be_a_secret()
    {
        var output = new MemoryStream();
        var masked = new MaskedStream(output, new OutputMask([SecretValue.FromText("password")]));
        masked.Write("Continue? [y/n] "u8);
        Encoding.UTF8.GetString(output.ToArray()).ShouldBe("Continue? [y/n] ");
    }

    [Fact]
    public void Write_masks_single_lines_of_a_key()
    {
        const string Key = "-----BEGIN KEY-----\nMIIBVgIBADANBgkqhkiG9w0\n-----END KEY-----";
        Mask("found MIIBVgIBADANBgkqhkiG9w0 here", 5, Key).ShouldBe("found ******** here");
    }
}
