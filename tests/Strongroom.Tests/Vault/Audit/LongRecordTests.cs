using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Vault.Served;
using Strongroom.Vault.Audit;
using Xunit;

namespace Strongroom.Tests.Vault.Audit;

public sealed class LongRecordTests
{
    /// <summary>A line longer than its readers take would keep the vault from being opened, and anybody may ask for any path.</summary>
    [Theory]
    [InlineData('"', 8_170)]
    [InlineData('\u0085', 8_170)]
    [InlineData('a', 60_000)]
    public async Task Path_of_any_length_makes_no_line_that_cannot_be_read(char letter, int count)
    {
        await using var vault = await VaultBench.CreateAsync();
        for (var i = 0; i < 3; i++) await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("nosuch/" + new string(letter, count), token: null));
        (await File.ReadAllLinesAsync(vault.AuditPath)).Max(line => System.Text.Encoding.UTF8.GetByteCount(line)).ShouldBeLessThanOrEqualTo(AuditLine.LengthMax);
        await vault.ReopenAsync();
        await vault.ReadAsync("auth/token/lookup-self");
    }
}
