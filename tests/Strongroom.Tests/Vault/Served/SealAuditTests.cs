using System.Net;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>What is done with unseal keys leaves records in the vault's own log, also what is done while that log is sealed.</summary>
public sealed class SealAuditTests
{
    [Fact]
    public async Task Attempts_on_a_sealed_vault_are_the_first_records_of_the_unsealed_one()
    {
        await using var bench = new SealBench();
        var (keys, root) = await bench.InitializeAsync(3, 2);
        await SealLifeTests.Fault(bench.WriteAsync("sys/init", """{"secret_shares": 1, "secret_threshold": 1}"""));
        await SealLifeTests.Fault(bench.UnsealAsync("0011"));
        await bench.UnsealAsync(keys[0]);
        await bench.WriteAsync("sys/unseal", """{"reset": true}""");
        for (var i = 0; i < 3; i++) (await Should.ThrowAsync<SecretException>(() => bench.ReadAsync("sys/mounts", root))).Kind.ShouldBe(SecretErrorKind.Sealed);
        var began = Records(bench).Length;
        bench.Time.Advance(TimeSpan.FromHours(1));

        await bench.UnsealAsync(keys[1], keys[2]);

        var records = Records(bench)[began..];
        records.Take(8).Select(Text).ShouldBe(
        [
            "outcome anonymous update sys/init ok",
            "outcome anonymous update sys/init invalid-input",
            "outcome anonymous update sys/unseal invalid-input",
            "outcome anonymous update sys/unseal ok",
            "outcome anonymous update sys/unseal ok",
            "outcome anonymous update sys/unseal ok",
            "outcome anonymous refuse sealed sealed",
            "checkpoint vault checkpoint audit ",
        ]);
        records[6]["count"]!.GetValue<int>().ShouldBe(3);
        (DateTimeOffset.Parse(records[5]["time"]!.GetValue<string>()) - DateTimeOffset.Parse(records[0]["time"]!.GetValue<string>())).ShouldBe(TimeSpan.FromHours(1));
        Text(records[^1]).ShouldBe("outcome anonymous update sys/unseal ok");
        string.Concat(records.Select(record => record.ToJsonString())).ShouldNotContain(keys[0]);
    }

    [Fact]
    public async Task Rekeying_and_root_generation_leave_an_intent_and_an_outcome_of_every_attempt()
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(1, 1);
        await bench.UnsealAsync(keys);
        var began = Records(bench).Length;

        var nonce = (await bench.WriteAsync("sys/rekey/init", """{"secret_shares": 1, "secret_threshold": 1}"""))!["nonce"]!.GetValue<string>();
        await SealLifeTests.Fault(bench.WriteAsync("sys/rekey/update", $$"""{"key": "{{new string('0', 64)}}", "nonce": "{{nonce}}"}"""));
        (await Should.ThrowAsync<SecretException>(() => bench.DeleteAsync("sys/rekey/init"))).Kind.ShouldBe(SecretErrorKind.Denied);
        await bench.WriteAsync("sys/generate-root/attempt");
        await bench.ReadAsync("sys/generate-root/attempt");
        await bench.ReadAsync("sys/seal-status");

        var records = Records(bench)[began..];
        records.Select(Text).ShouldBe(
        [
            "intent anonymous update sys/rekey/init ", "outcome anonymous update sys/rekey/init ok",
            "intent anonymous update sys/rekey/update ", "outcome anonymous update sys/rekey/update invalid-input",
            "intent anonymous delete sys/rekey/init ", "outcome anonymous delete sys/rekey/init denied",
            "intent anonymous update sys/generate-root/attempt ", "outcome anonymous update sys/generate-root/attempt ok",
        ]);
        records[1]["intent"]!.GetValue<long>().ShouldBe(records[0]["seq"]!.GetValue<long>());
    }

    [Fact]
    public async Task More_attempts_than_are_kept_are_counted()
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(1, 1);
        for (var i = 0; i < Strongroom.Vault.Served.SealAudit.WaitingMax + 10; i++) await SealLifeTests.Fault(bench.UnsealAsync("0011"));

        await bench.UnsealAsync(keys);

        var omitted = Records(bench).Single(record => record["operation"]!.GetValue<string>() == "omit");
        // One of those that were kept is that of the making.
        omitted["count"]!.GetValue<int>().ShouldBe(11);
    }

    [Theory]
    [InlineData("sys/unseal", """{"key": "0011"}""")]
    [InlineData("sys/init", """{"secret_shares": 1, "secret_threshold": 1}""")]
    [InlineData("sys/rekey/update", """{"key": "0011", "nonce": "x"}""")]
    [InlineData("sys/generate-root/update", """{"key": "0011", "nonce": "x"}""")]
    public async Task Attempts_of_one_address_are_limited_and_those_of_others_are_not(string path, string body)
    {
        await using var bench = new SealBench();
        var (keys, _) = await bench.InitializeAsync(1, 1);
        bench.Address = IPAddress.Parse("192.0.2.1");
        for (var i = 0; i < Strongroom.Vault.Served.SealAudit.AttemptsPerMinute; i++)
            (await Should.ThrowAsync<SecretException>(() => bench.WriteAsync(path, body))).Kind.ShouldNotBe(SecretErrorKind.Throttled);

        var refused = await Should.ThrowAsync<SecretException>(() => bench.WriteAsync(path, body));
        refused.Kind.ShouldBe(SecretErrorKind.Throttled);
        refused.RetryAfter.ShouldBe(TimeSpan.FromMinutes(1));
        await bench.ReadAsync("sys/seal-status");
        bench.Time.Advance(TimeSpan.FromMinutes(1));
        (await Should.ThrowAsync<SecretException>(() => bench.WriteAsync(path, body))).Kind.ShouldNotBe(SecretErrorKind.Throttled);
        for (var i = 1; i <= Strongroom.Vault.Served.SealAudit.AttemptsPerMinute; i++) await Should.ThrowAsync<SecretException>(() => bench.WriteAsync(path, body));

        bench.Address = IPAddress.Parse("192.0.2.2");
        (await bench.UnsealAsync(keys))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
    }

    private static JsonNode[] Records(SealBench bench)
    {
        using var file = new FileStream(Path.Combine(bench.Folder, "audit.log"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        return [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];
    }

    private static string Text(JsonNode record) => $"{record["kind"]} {record["caller"]} {record["operation"]} {record["path"]} {record["outcome"]}";
}
