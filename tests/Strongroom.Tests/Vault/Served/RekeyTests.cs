using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class RekeyTests
{
    [Fact]
    public async Task Rekey_makes_new_keys_and_the_old_ones_no_longer_open()
    {
        await using var bench = new SealBench();
        var (old, _) = await bench.InitializeAsync(3, 2);
        await bench.UnsealAsync(old[0], old[1]);
        var fresh = await RekeyAsync(bench, old, 5, 4);
        fresh.Length.ShouldBe(5);

        await bench.RestartAsync();
        (await SealLifeTests.Fault(bench.UnsealAsync(old[0], old[1], old[2], fresh[4]))).ShouldStartWith("invalid key");
        (await bench.UnsealAsync(fresh[..4]))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Rekey_whose_answer_is_lost_leaves_the_old_keys_good_until_the_new_ones_are_used()
    {
        await using var bench = new SealBench();
        var (old, _) = await bench.InitializeAsync(3, 2);
        await bench.UnsealAsync(old[0], old[1]);
        bench.AnswersArrive = false;
        var fresh = await RekeyAsync(bench, old, 1, 1);

        await bench.RestartAsync();
        (await bench.UnsealAsync(old[1], old[2]))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
        await bench.RestartAsync();
        (await bench.UnsealAsync(fresh))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
        await bench.RestartAsync();
        await SealLifeTests.Fault(bench.UnsealAsync(old[0]));
        (await bench.UnsealAsync(fresh))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Rekey_with_verification_counts_only_when_the_new_keys_were_given_back()
    {
        await using var bench = new SealBench();
        var (old, root) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(old);
        var started = await bench.WriteAsync("sys/rekey/init", """{"secret_shares": 3, "secret_threshold": 2, "require_verification": true}""");
        started!["verification_required"]!.GetValue<bool>().ShouldBeTrue();
        var done = await UpdateAsync(bench, old[0], started["nonce"]!.GetValue<string>());
        done!["verification_required"]!.GetValue<bool>().ShouldBeTrue();
        var (fresh, nonce) = (SealBench.Texts(done["keys"]), done["verification_nonce"]!.GetValue<string>());

        (await VerifyAsync(bench, fresh[0], nonce))!["progress"]!.GetValue<int>().ShouldBe(1);
        await SealLifeTests.Fault(VerifyAsync(bench, new string('1', 66), nonce));
        (await bench.ReadAsync("sys/rekey/verify", root))!["progress"]!.GetValue<int>().ShouldBe(0);
        var again = await bench.DeleteAsync("sys/rekey/verify", root);
        nonce = again!["nonce"]!.GetValue<string>();
        await VerifyAsync(bench, fresh[2], nonce);
        (await VerifyAsync(bench, fresh[1], nonce))!["complete"]!.GetValue<bool>().ShouldBeTrue();

        await bench.RestartAsync();
        await SealLifeTests.Fault(bench.UnsealAsync(old[0], fresh[0]));
        (await bench.UnsealAsync(fresh[..2]))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Rekey_without_verification_given_back_changes_nothing()
    {
        await using var bench = new SealBench();
        var (old, _) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(old);
        var started = await bench.WriteAsync("sys/rekey/init", """{"secret_shares": 3, "secret_threshold": 2, "require_verification": true}""");
        await UpdateAsync(bench, old[0], started!["nonce"]!.GetValue<string>());
        await bench.RestartAsync();
        (await bench.UnsealAsync(old))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
        (await bench.ReadAsync("sys/rekey/init"))!["started"]!.GetValue<bool>().ShouldBeFalse();
    }

    /// <summary>CVE-2025-52894 (OpenBao): anybody could end a rekeying under way.</summary>
    [Fact]
    public async Task Rekey_cannot_be_cancelled_without_nonce_or_token()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(2, 2);
        await bench.UnsealAsync(keys);
        var nonce = (await StartAsync(bench))!["nonce"]!.GetValue<string>();

        (await bench.ReadAsync("sys/rekey/init"))!["nonce"]!.GetValue<string>().ShouldBeEmpty();
        (await bench.ReadAsync("sys/rekey/init", root))!["nonce"]!.GetValue<string>().ShouldBe(nonce);
        (await Should.ThrowAsync<SecretException>(() => bench.DeleteAsync("sys/rekey/init"))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await Should.ThrowAsync<SecretException>(() => bench.DeleteAsync("sys/rekey/init", "hvs.wrong"))).Kind.ShouldBe(SecretErrorKind.Denied);
        await SealLifeTests.Fault(bench.DeleteAsync("sys/rekey/init", json: """{"nonce": "guess"}"""));
        (await SealLifeTests.Fault(UpdateAsync(bench, keys[0], "guess"))).ShouldNotContain(nonce);
        (await bench.ReadAsync("sys/rekey/init"))!["started"]!.GetValue<bool>().ShouldBeTrue();

        await bench.DeleteAsync("sys/rekey/init", json: $$"""{"nonce": "{{nonce}}"}""");
        (await bench.ReadAsync("sys/rekey/init"))!["started"]!.GetValue<bool>().ShouldBeFalse();
        await StartAsync(bench);
        await bench.DeleteAsync("sys/rekey/init", root);
        (await bench.ReadAsync("sys/rekey/init"))!["started"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Rekey_with_wrong_keys_is_refused_and_can_go_on()
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(3, 2);
        await bench.UnsealAsync(keys[0], keys[1]);
        var nonce = (await StartAsync(bench))!["nonce"]!.GetValue<string>();
        await UpdateAsync(bench, keys[0], nonce);
        (await SealLifeTests.Fault(UpdateAsync(bench, keys[0], nonce))).ShouldBe("given key has already been provided during this generation operation");
        (await SealLifeTests.Fault(UpdateAsync(bench, new string('5', 66), nonce))).ShouldStartWith("invalid key");
        await UpdateAsync(bench, keys[0], nonce);
        (await UpdateAsync(bench, keys[2], nonce))!["complete"]!.GetValue<bool>().ShouldBeTrue();
    }

    [Fact]
    public async Task Recovery_keys_are_refused_with_a_clear_text()
    {
        await using var bench = new SealBench();
        (await SealLifeTests.Fault(bench.ReadAsync("sys/rekey-recovery-key/init"))).ShouldStartWith("recovery rekeying not supported");
    }

    internal static async Task<string[]> RekeyAsync(SealBench bench, string[] keys, int shares, int threshold)
    {
        var nonce = (await StartAsync(bench, shares, threshold))!["nonce"]!.GetValue<string>();
        foreach (var key in keys)
        {
            var answer = await UpdateAsync(bench, key, nonce);
            if (answer!["complete"]?.GetValue<bool>() == true) return SealBench.Texts(answer["keys"]);
        }
        throw new InvalidOperationException("there were too few keys");
    }

    private static Task<JsonNode?> StartAsync(SealBench bench, int shares = 1, int threshold = 1) =>
        bench.WriteAsync("sys/rekey/init", $$"""{"secret_shares": {{shares}}, "secret_threshold": {{threshold}}}""");

    private static Task<JsonNode?> UpdateAsync(SealBench bench, string key, string nonce) =>
        bench.WriteAsync("sys/rekey/update", $$"""{"key": "{{key}}", "nonce": "{{nonce}}"}""");

    private static Task<JsonNode?> VerifyAsync(SealBench bench, string key, string nonce) =>
        bench.WriteAsync("sys/rekey/verify", $$"""{"key": "{{key}}", "nonce": "{{nonce}}"}""");
}
