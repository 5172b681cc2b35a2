using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>The life of a vault that is opened with unseal keys.</summary>
public sealed class SealLifeTests
{
    [Fact]
    public async Task Init_hands_out_keys_and_leaves_the_vault_sealed()
    {
        await using var bench = new SealBench();
        (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeFalse();
        var made = await bench.WriteAsync("sys/init", """{"secret_shares": 5, "secret_threshold": 3}""");
        var keys = SealBench.Texts(made!["keys"]);
        keys.Length.ShouldBe(5);
        keys.ShouldAllBe(key => key.Length == 66);
        SealBench.Texts(made["keys_base64"]).Select(Convert.FromBase64String).Select(Convert.ToHexStringLower).ShouldBe(keys);
        made.AsObject().Select(member => member.Key).ShouldBe(["keys", "keys_base64", "root_token"]);

        (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeTrue();
        var status = await bench.ReadAsync("sys/seal-status");
        status!["sealed"]!.GetValue<bool>().ShouldBeTrue();
        (status["type"]!.GetValue<string>(), status["t"]!.GetValue<int>(), status["n"]!.GetValue<int>()).ShouldBe(("shamir", 3, 5));
        (await Fault(bench.WriteAsync("sys/init", """{"secret_shares": 1, "secret_threshold": 1}"""))).ShouldBe("Vault is already initialized");
        await Should.ThrowAsync<SecretException>(() => bench.ReadAsync("secret/x", made["root_token"]!.GetValue<string>()));
    }

    [Fact]
    public async Task Unseal_counts_keys_and_opens_with_the_last()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(5, 3);
        var first = await bench.UnsealAsync(keys[4]);
        first!["progress"]!.GetValue<int>().ShouldBe(1);
        first["nonce"]!.GetValue<string>().ShouldNotBeEmpty();
        (await bench.UnsealAsync(keys[4]))!["progress"]!.GetValue<int>().ShouldBe(1);
        (await bench.UnsealAsync(Convert.ToBase64String(Convert.FromHexString(keys[0]))))!["progress"]!.GetValue<int>().ShouldBe(2);
        var last = await bench.UnsealAsync(keys[2]);
        last!["sealed"]!.GetValue<bool>().ShouldBeFalse();
        (last["progress"]!.GetValue<int>(), last["nonce"]!.GetValue<string>()).ShouldBe((0, ""));
        (await bench.ReadAsync("auth/token/lookup-self", root))!["policies"]![0]!.GetValue<string>().ShouldBe("root");
        (await bench.UnsealAsync(keys[0]))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Unseal_with_a_wrong_key_begins_anew()
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(3, 2);
        await bench.UnsealAsync(keys[0]);
        var wrong = Convert.ToHexString([.. Convert.FromHexString(keys[1])[..^2], 1, Convert.FromHexString(keys[1])[^1]]);
        (await Fault(bench.UnsealAsync(wrong))).ShouldStartWith("invalid key");
        var status = await bench.ReadAsync("sys/seal-status");
        (status!["progress"]!.GetValue<int>(), status["nonce"]!.GetValue<string>()).ShouldBe((0, ""));
        await bench.UnsealAsync(keys[2], keys[1]);
        bench.Vault.IsSealed.ShouldBeFalse();
    }

    [Fact]
    public async Task Unseal_says_what_is_wrong_with_a_key()
    {
        await using var bench = new SealBench();
        (await Fault(bench.UnsealAsync("00112233445566778899aabbccddeeff"))).ShouldBe("Vault is not initialized");
        var (keys, _) = await bench.InitializeAsync(3, 2);
        (await Fault(bench.WriteAsync("sys/unseal"))).ShouldBe("'key' must be specified in request body as JSON, or 'reset' set to true");
        (await Fault(bench.UnsealAsync("not a key!"))).ShouldBe("'key' must be a valid hex or base64 string");
        (await Fault(bench.UnsealAsync("0011"))).ShouldBe("invalid key: key is shorter than minimum 16 bytes");
        (await Fault(bench.UnsealAsync(new string('0', 100)))).ShouldBe("invalid key: key is longer than maximum 33 bytes");
        await bench.UnsealAsync(keys[0]);
        (await bench.WriteAsync("sys/unseal", """{"reset": true}"""))!["progress"]!.GetValue<int>().ShouldBe(0);
        (await Fault(bench.WriteAsync("sys/unseal", """{"key": "00", "migrate": true}"""))).ShouldStartWith("migrate is not supported");
    }

    [Fact]
    public async Task One_share_is_the_key_itself()
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(1, 1);
        keys.Single().Length.ShouldBe(64);
        (await bench.UnsealAsync(keys))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Init_refuses_what_it_cannot_do()
    {
        await using var bench = new SealBench();
        (await Fault(bench.WriteAsync("sys/init", """{"secret_shares": 2, "secret_threshold": 3}""")))
            .ShouldBe("invalid seal configuration: threshold cannot be larger than shares");
        (await Fault(bench.WriteAsync("sys/init", """{"secret_shares": 1, "secret_threshold": 1, "pgp_keys": ["x"]}"""))).ShouldStartWith("pgp_keys is not supported");
        (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeFalse();
    }

    [Fact]
    public async Task Seal_needs_a_token_with_sudo_and_closes_the_vault()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(keys);
        (await Should.ThrowAsync<SecretException>(() => bench.WriteAsync("sys/seal"))).Kind.ShouldBe(SecretErrorKind.Denied);
        await bench.WriteAsync("sys/seal", token: root);
        bench.Vault.IsSealed.ShouldBeTrue();
        (await Should.ThrowAsync<SecretException>(() => bench.ReadAsync("auth/token/lookup-self", root))).Kind.ShouldBe(SecretErrorKind.Sealed);
        await bench.UnsealAsync(keys);
        (await bench.ReadAsync("auth/token/lookup-self", root)).ShouldNotBeNull();
    }

    [Fact]
    public async Task Vault_with_a_seal_of_its_own_opens_at_the_start_and_takes_no_keys()
    {
        using var random = System.Security.Cryptography.RandomNumberGenerator.Create();
        using var seal = new StaticKeySeal("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="u8, random);
        await using var bench = new SealBench(seal);
        var (keys, root) = await bench.InitializeAsync(5, 3);
        keys.ShouldBeEmpty();
        bench.Vault.IsSealed.ShouldBeFalse();
        await bench.RestartAsync();
        bench.Vault.IsSealed.ShouldBeFalse();
        (await bench.ReadAsync("sys/seal-status"))!["type"]!.GetValue<string>().ShouldBe("static-key");
        (await Fault(bench.WriteAsync("sys/rekey/init", """{"secret_shares": 1, "secret_threshold": 1}"""))).ShouldStartWith("rekeying is not supported");
        await bench.WriteAsync("sys/seal", token: root);
        (await Fault(bench.UnsealAsync(new string('0', 64)))).ShouldStartWith("this vault takes no unseal keys");
    }

    [Fact]
    public async Task Rotate_begins_a_term_and_key_status_tells_it()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(keys);
        (await bench.ReadAsync("sys/key-status", root))!["term"]!.GetValue<int>().ShouldBe(1);
        bench.Time.Advance(TimeSpan.FromDays(3));
        await bench.WriteAsync("sys/rotate", token: root);
        var status = await bench.ReadAsync("sys/key-status", root);
        status!["term"]!.GetValue<int>().ShouldBe(2);
        status["install_time"]!.GetValue<DateTimeOffset>().ShouldBe(DateTimeOffset.FromUnixTimeSeconds(bench.Time.GetUtcNow().ToUnixTimeSeconds()));
        (await bench.ReadAsync("sys/rotate/config", root))!["enabled"]!.GetValue<bool>().ShouldBeTrue();
        await Should.ThrowAsync<SecretException>(() => bench.WriteAsync("sys/rotate"));
    }

    [Fact]
    public async Task Generate_root_masks_a_token_with_the_password()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(3, 2);
        await bench.UnsealAsync(keys[0], keys[1]);
        var started = await bench.WriteAsync("sys/generate-root/attempt");
        var (nonce, otp) = (started!["nonce"]!.GetValue<string>(), started["otp"]!.GetValue<string>());
        otp.Length.ShouldBe(started["otp_length"]!.GetValue<int>());
        (await Fault(bench.WriteAsync("sys/generate-root/attempt"))).ShouldBe("root generation already in progress");
        (await Fault(bench.WriteAsync("sys/generate-root/update", $$"""{"key": "{{keys[0]}}", "nonce": "other"}"""))).ShouldStartWith("incorrect nonce");
        await bench.WriteAsync("sys/generate-root/update", $$"""{"key": "{{keys[0]}}", "nonce": "{{nonce}}"}""");
        var done = await bench.WriteAsync("sys/generate-root/update", $$"""{"key": "{{keys[2]}}", "nonce": "{{nonce}}"}""");
        done!["complete"]!.GetValue<bool>().ShouldBeTrue();
        var masked = Convert.FromBase64String(done["encoded_token"]!.GetValue<string>().PadRight(40, '='));
        var token = new string([.. masked.Select((value, i) => (char)(value ^ otp[i]))]);
        token.ShouldStartWith("hvs.");
        (await bench.ReadAsync("auth/token/lookup-self", token))!["policies"]![0]!.GetValue<string>().ShouldBe("root");
        (await bench.ReadAsync("sys/generate-root/attempt", root))!["started"]!.GetValue<bool>().ShouldBeFalse();
    }

    internal static async Task<string> Fault(Task<JsonNode?> call)
    {
        var fault = await Should.ThrowAsync<SecretException>(() => call);
        fault.Kind.ShouldBe(SecretErrorKind.InvalidInput);
        return fault.Reason;
    }
}
