using System.Collections.Concurrent;
using System.Globalization;
using System.Security.Cryptography;
using Shouldly;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;
using Xunit;

namespace Strongroom.Server.Tests.Crash;

/// <summary>
/// kill -9 of the real server under mixed load, again and again: 100 times, or as often as STRONGROOM_TEST_KILLS says. After each nothing that
/// was acknowledged is missing, no token lives whose revocation was acknowledged, and in the end every byte and the audit chain verify.
/// </summary>
public sealed class KillTests
{
    private const int Workers = 6;

    private static int Kills =>
        int.TryParse(Environment.GetEnvironmentVariable("STRONGROOM_TEST_KILLS"), CultureInfo.InvariantCulture, out var count) ? Math.Min(count, 100) : 100;

    [Fact]
    public async Task Kill_under_load_loses_nothing_that_was_acknowledged()
    {
        await using var server = new ServerProcess();
        await server.StartAsync();
        await server.InitializeAsync();
        var ledger = new Ledger();
        var random = new Random(7);
        for (var kill = 0; kill < Kills; kill++)
        {
            using var stop = new CancellationTokenSource();
            var load = Enumerable.Range(0, Workers).Select(worker => Task.Run(() => LoadAsync(server, ledger, $"{kill}-{worker}", stop.Token))).ToArray();
            await Task.Delay(random.Next(20, 120));
            server.Kill();
            await stop.CancelAsync();
            await Task.WhenAll(load);
            await server.StartAsync();
            await ledger.RequireAsync(server, onlyOf: kill);
        }
        await ledger.RequireAsync(server, onlyOf: null);
        server.Kill();

        using var seal = new StaticKeySeal(System.Text.Encoding.ASCII.GetBytes(ServerProcess.RootKey), RandomNumberGenerator.Create());
        await using var vault = await EmbeddedVault.OpenAsync(
            SqliteStorage.Open(Path.Combine(server.VaultFolder, "vault.db")), seal,
            new EmbeddedVaultOptions { AuditPath = Path.Combine(server.VaultFolder, "audit.log") }, CancellationToken.None);
        var report = await vault.VerifyAsync(CancellationToken.None);
        report.IsIntact.ShouldBeTrue(report.ToString());
    }

    /// <summary>One client: writes secrets, makes tokens, revokes some, and notes what was acknowledged.</summary>
    private static async Task LoadAsync(ServerProcess server, Ledger ledger, string name, CancellationToken stop)
    {
        try
        {
            for (var i = 0; !stop.IsCancellationRequested; i++)
            {
                var path = $"secret/data/load/{name}/{i % 3}";
                var value = i.ToString(CultureInfo.InvariantCulture);
                ledger.Begin(path, value);
                if ((await server.SendAsync("POST", path, $$$"""{"data": {"value": "{{{value}}}"}}""")).Status == 200) ledger.Written[path] = value;

                var made = await server.SendAsync("POST", "auth/token/create", """{"ttl": "1h", "policies": ["default"]}""");
                if (made.Status != 200) continue;
                var token = made.Body!["auth"]!["client_token"]!.GetValue<string>();
                ledger.Alive[token] = name;
                if (i % 2 == 0) continue;
                ledger.Alive.TryRemove(token, out _);
                if ((await server.SendAsync("POST", "auth/token/revoke", $$"""{"token": "{{token}}"}""")).Status == 204) ledger.Revoked[token] = name;
            }
        }
        catch (HttpRequestException)
        {
            // Killed: what was on its way was not acknowledged.
        }
    }

    /// <summary>What the server has acknowledged.</summary>
    private sealed class Ledger
    {
        private readonly ConcurrentDictionary<string, string> _begun = new();

        public ConcurrentDictionary<string, string> Written { get; } = new();

        public ConcurrentDictionary<string, string> Alive { get; } = new();

        public ConcurrentDictionary<string, string> Revoked { get; } = new();

        public void Begin(string path, string value) => _begun[path] = value;

        public async Task RequireAsync(ServerProcess server, int? onlyOf)
        {
            bool Counts(string name) => onlyOf is not { } kill || name.StartsWith($"{kill}-", StringComparison.Ordinal);
            foreach (var (path, value) in Written)
            {
                if (!Counts(path.Split('/')[3])) continue;
                var (status, body) = await server.SendAsync("GET", path);
                status.ShouldBe(200, path);
                // The last acknowledged value, or a later one that the kill overtook before its acknowledgement.
                body!["data"]!["data"]!["value"]!.GetValue<string>().ShouldBeOneOf(value, _begun[path]);
            }
            foreach (var (token, name) in Alive)
            {
                if (Counts(name)) (await server.SendAsync("GET", "auth/token/lookup-self", token: token)).Status.ShouldBe(200);
            }
            foreach (var (token, name) in Revoked)
            {
                if (Counts(name)) (await server.SendAsync("GET", "auth/token/lookup-self", token: token)).Status.ShouldBe(403);
            }
        }
    }
}
