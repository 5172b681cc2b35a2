using System.IO.Pipelines;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>What the server tells about itself: <c>sys/loggers</c>, <c>sys/monitor</c>, <c>sys/in-flight-req</c>.</summary>
public sealed class LogTests
{
    [Fact]
    public async Task Level_of_one_logger_or_all_is_set_and_restored()
    {
        await using var vault = await VaultBench.CreateAsync();
        var written = new List<VaultLogLine>();
        var log = vault.Vault.Options.Log;
        log.Output = written.Add;
        log.Configure(VaultLogLevel.Warn);

        (await vault.ReadAsync("sys/loggers")).Data!.ToJsonString().ShouldBe("""{"core":"warn","leases":"warn","server":"warn","http":"warn"}""");
        await vault.WriteAsync("sys/mounts/quiet", """{"type": "kv"}""");
        await vault.WriteAsync("sys/loggers/core", """{"level": "info"}""");
        await vault.WriteAsync("sys/mounts/told", """{"type": "kv"}""");
        (await vault.ReadAsync("sys/loggers/core")).Data!.ToJsonString().ShouldBe("""{"core":"info"}""");
        await vault.WriteAsync("sys/loggers", """{"level": "trace"}""");
        (await vault.ReadAsync("sys/loggers"))["http"]!.GetValue<string>().ShouldBe("trace");
        await vault.DeleteAsync("sys/loggers/core");
        (await vault.ReadAsync("sys/loggers"))["core"]!.GetValue<string>().ShouldBe("warn");
        await vault.DeleteAsync("sys/loggers");
        (await vault.ReadAsync("sys/loggers"))["http"]!.GetValue<string>().ShouldBe("warn");

        written.Select(line => line.Text).ShouldBe(["mounted kv at told/"]);
    }

    [Theory]
    [InlineData("sys/loggers", "{}", "level is required")]
    [InlineData("sys/loggers", """{"level": "loud"}""", "invalid level provided: unknown log level")]
    [InlineData("sys/loggers/nobody", """{"level": "info"}""", "logger \"nobody\" not found")]
    public async Task Level_that_is_none_is_refused(string path, string body, string reason)
    {
        await using var vault = await VaultBench.CreateAsync();
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync(path, body))).Reason.ShouldBe(reason);
    }

    [Fact]
    public async Task Monitor_gives_the_lines_of_its_level_until_the_token_ends()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/policies/acl/watch", """{"policy": "path \"sys/monitor\" { capabilities = [\"read\"] }"}""");
        var token = await vault.TokenAsync("watch");
        using var response = await FollowAsync(vault, token, ("log_level", "warn"));
        var pipe = new Pipe();
        var writing = response.Stream!.WriteAsync(pipe.Writer, CancellationToken.None).AsTask();

        var log = vault.Vault.Options.Log;
        log.Write(VaultLog.Core, VaultLogLevel.Info, "not asked for");
        log.Write(VaultLog.Core, VaultLogLevel.Warn, "one\nline");
        (await ReadAsync(pipe)).ShouldEndWith("Z [WARN]  core: one line\n");
        await vault.WriteAsync("auth/token/revoke", $$"""{"token": "{{token}}"}""");
        vault.Time.Advance(TimeSpan.FromSeconds(10));
        log.Write(VaultLog.Core, VaultLogLevel.Warn, "too late");

        await writing;
        await pipe.Writer.CompleteAsync();
        (await pipe.Reader.ReadAsync()).Buffer.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public async Task Monitor_ends_when_the_vault_is_sealed()
    {
        await using var vault = await VaultBench.CreateAsync();
        using var response = await FollowAsync(vault, VaultBench.RootToken, ("log_format", "json"));
        var pipe = new Pipe();
        var writing = response.Stream!.WriteAsync(pipe.Writer, CancellationToken.None).AsTask();
        await vault.WriteAsync("sys/mounts/new", """{"type": "kv"}""");

        await vault.Vault.SealAsync(CancellationToken.None);

        await writing;
        await pipe.Writer.CompleteAsync();
        var line = JsonNode.Parse(await ReadAsync(pipe))!;
        (line["@module"]!.GetValue<string>(), line["@level"]!.GetValue<string>(), line["@message"]!.GetValue<string>()).ShouldBe(("core", "info", "mounted kv at new/"));
    }

    [Fact]
    public async Task Monitor_tells_how_many_lines_were_lost_by_who_is_slow()
    {
        await using var vault = await VaultBench.CreateAsync();
        using var response = await FollowAsync(vault, VaultBench.RootToken);
        var log = vault.Vault.Options.Log;
        for (var i = 0; i < LogMonitor.WaitingMax + 7; i++) log.Write(VaultLog.Core, VaultLogLevel.Info, "line");
        var pipe = new Pipe(new PipeOptions(pauseWriterThreshold: 0));
        var writing = response.Stream!.WriteAsync(pipe.Writer, CancellationToken.None).AsTask();

        (await ReadAsync(pipe)).ShouldContain("7 lines were dropped");

        log.EndMonitors();
        await writing;
    }

    [Fact]
    public async Task Monitor_has_room_for_so_many_and_no_more()
    {
        await using var vault = await VaultBench.CreateAsync();
        var all = new List<VaultResponse>();
        for (var i = 0; i < VaultLog.MonitorsMax; i++) all.Add(await FollowAsync(vault, VaultBench.RootToken));
        (await Should.ThrowAsync<SecretException>(() => FollowAsync(vault, VaultBench.RootToken))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
        all[0].Dispose();
        (await FollowAsync(vault, VaultBench.RootToken)).Dispose();
        foreach (var response in all) response.Dispose();
    }

    [Fact]
    public async Task Failed_attempt_on_a_sealed_vault_is_told_in_the_log()
    {
        await using var bench = new SealBench();
        var written = new List<VaultLogLine>();
        bench.Vault.Options.Log.Output = written.Add;
        await SealLifeTests.Fault(bench.UnsealAsync("0011"));
        written.Single().Text.ShouldBe("update sys/unseal from this process failed: invalid-input");
    }

    [Fact]
    public async Task Requests_in_flight_are_told()
    {
        await using var vault = await VaultBench.CreateAsync();
        vault.Address = IPAddress.Parse("10.1.2.3");

        var request = (await vault.ReadAsync("sys/in-flight-req")).Data!.AsObject().Single().Value!;

        (request["request_path"]!.GetValue<string>(), request["request_method"]!.GetValue<string>(), request["client_remote_address"]!.GetValue<string>())
            .ShouldBe(("/v1/sys/in-flight-req", "GET", "10.1.2.3:0"));
        vault.Vault.Running.ShouldBeEmpty();
    }

    private static async Task<VaultResponse> FollowAsync(VaultBench vault, string token, params (string Name, string Value)[] query) =>
        await vault.Vault.HandleAsync(
            new VaultRequest(VaultOperation.Read, "sys/monitor")
            {
                Origin = new RequestOrigin { RequestId = "request", Token = new ClientToken(token), Address = IPAddress.Loopback },
                Query = query.ToDictionary(pair => pair.Name, pair => pair.Value, StringComparer.Ordinal),
            },
            CancellationToken.None);

    /// <summary>What was written so far.</summary>
    private static async Task<string> ReadAsync(Pipe pipe)
    {
        var read = await pipe.Reader.ReadAsync();
        var text = Encoding.UTF8.GetString(read.Buffer);
        pipe.Reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
