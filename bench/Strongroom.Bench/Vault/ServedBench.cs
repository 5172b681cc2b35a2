using System.Diagnostics;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Strongroom.Storage.Cached;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;

namespace Strongroom.Bench.Vault;

/// <summary>What one audited read by token costs without HTTP: alone, with 8 and with 64 callers; and the parts that it is made of.</summary>
internal static class ServedBench
{
    private const int Secrets = 100;
    private static readonly CancellationToken None = CancellationToken.None;

    public static async Task RunAsync(string[] arguments)
    {
        var duration = TimeSpan.FromSeconds(arguments.Length > 0 ? double.Parse(arguments[0], CultureInfo.InvariantCulture) : 2);
        var folder = Directory.CreateTempSubdirectory("strongroom-bench-");
        try
        {
            await MeasureAsync(folder.FullName, duration);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task MeasureAsync(string folder, TimeSpan duration)
    {
        using var random = RandomNumberGenerator.Create();
        using var seal = new StaticKeySeal("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="u8, random);
        await using var vault = new ServedVault(
            new CachedStorage(SqliteStorage.Create(Path.Combine(folder, "vault.db"))), new ServedVaultOptions { AuditPath = Path.Combine(folder, "audit.log"), Random = random });
        await vault.CreateAsync(seal, new Guid(RandomNumberGenerator.GetBytes(16)), withSecrets: true, None);
        var root = await vault.CreateRootTokenAsync("root", None);
        await SendAsync(vault, root, VaultOperation.Update, "sys/policies/acl/app", """{"policy": "path \"secret/*\" { capabilities = [\"read\"] }"}""");
        using var created = await vault.HandleAsync(Request(root, VaultOperation.Update, "auth/token/create", """{"policies": ["app"]}"""), None);
        var token = new ClientToken(created.Auth!.Token!.Reveal());
        for (var i = 0; i < Secrets; i++)
            await SendAsync(vault, root, VaultOperation.Update, $"secret/data/app/s{i}", """{"data": {"password": "one-two-three-four", "username": "application"}}""");

        Console.WriteLine("| part of a read | µs | bytes |");
        Console.WriteLine("|---|---:|---:|");
        var view = vault.Barrier.View("kv/secret/m/");
        string[] paths = [.. Enumerable.Range(0, Secrets).Select(i => $"app/s{i}")];
        string[] full = [.. Enumerable.Range(0, Secrets).Select(i => $"secret/data/app/s{i}")];
        var ids = Array.ConvertAll(paths, path => vault.Barrier.Keyring.Names.Entry(view.FullPath(path)));
        await PartAsync("hash of a token", _ => { var hash = TokenHash.Of("hvs.abcdefghijklmnopqrstuvwxyz12"); return hash.A == 1 ? throw new InvalidOperationException() : default; });
        await PartAsync("hash of a path", i => { vault.Barrier.Keyring.Names.Entry(view.FullPath(paths[i % Secrets])); return default; });
        await PartAsync("storage", async i => _ = await vault.Storage.GetAsync(ids[i % Secrets], None));
        await PartAsync("entry: hash, storage, cipher", async i => { using var entry = await view.GetAsync(paths[i % Secrets], None); });
        var caller = (await vault.System.Tokens.AuthenticateAsync(new RequestOrigin { Token = token }, None))!;
        await PartAsync("token", async _ => await vault.System.Tokens.AuthenticateAsync(new RequestOrigin { Token = token }, None));
        await PartAsync("policy", i => { caller.Acl.Check(full[i % Secrets], Capability.Read); return default; });
        var audit = HashChainedFile.Open(Path.Combine(folder, "other.log"), new byte[32], AuditFlush.Changes, TimeProvider.System);
        await PartAsync("audit", async i => await audit.AppendAsync(
            [new AuditRecord(AuditRecordKind.Outcome, DateTimeOffset.UnixEpoch, "token:token/abcdefghijklmnopqrstuvwx", "read", full[i % Secrets], "ok")], durable: false, None));
        AuditRecord[] many = [.. Enumerable.Range(0, 32).Select(i => new AuditRecord(AuditRecordKind.Outcome, DateTimeOffset.UnixEpoch, "token:token/abcdefghijklmnopqrstuvwx", "read", full[i], "ok"))];
        await PartAsync("audit, 32 in a group", async i => { if (i % 32 == 0) await audit.AppendAsync(many, durable: false, None); });
        await PartAsync("engine", async i =>
        {
            var mount = vault.System.Mounts.Table.Find(full[0])!;
            using var response = await mount.Engine.HandleAsync(new VaultRequest(VaultOperation.Read, full[i % Secrets]), "data/" + paths[i % Secrets], new RequestContext(view, null, caller), None);
        });
        await PartAsync("whole", async i => { using var response = await vault.HandleAsync(Request(token, VaultOperation.Read, full[i % Secrets]), None); });
        Console.WriteLine();
        Console.WriteLine("| callers | reads/s | µs of processor each | bytes each |");
        Console.WriteLine("|---:|---:|---:|---:|");
        foreach (var callers in new[] { 1, 1, 8, 64 })
        {
            var (bytes, processor, watch) = (GC.GetTotalAllocatedBytes(), Environment.CpuUsage.TotalTime, Stopwatch.StartNew());
            var counts = await Task.WhenAll(Enumerable.Range(0, callers).Select(caller => Task.Run(async () =>
            {
                var count = 0;
                for (; watch.Elapsed < duration; count++)
                {
                    using var response = await vault.HandleAsync(Request(token, VaultOperation.Read, $"secret/data/app/s{(count + caller) % Secrets}"), None);
                }
                return count;
            })));
            var reads = counts.Sum();
            Console.WriteLine(
                $"| {callers} | {reads / watch.Elapsed.TotalSeconds:N0} | {(Environment.CpuUsage.TotalTime - processor).TotalMicroseconds / reads:F1} | {(GC.GetTotalAllocatedBytes() - bytes) / reads} |");
        }
    }

    /// <summary>One part of a read alone: microseconds and bytes each.</summary>
    private static async Task PartAsync(string name, Func<int, ValueTask> part)
    {
        for (var i = 0; i < 60_000; i++) await part(i);
        const int Count = 20_000;
        var (bytes, watch) = (GC.GetTotalAllocatedBytes(), Stopwatch.StartNew());
        for (var i = 0; i < Count; i++) await part(i);
        Console.WriteLine($"| {name} | {watch.Elapsed.TotalMicroseconds / Count:F2} | {(GC.GetTotalAllocatedBytes() - bytes) / Count} |");
    }

    private static VaultRequest Request(ClientToken token, VaultOperation operation, string path, string? json = null) =>
        new(operation, path, json is null ? default : Encoding.UTF8.GetBytes(json)) { Origin = new RequestOrigin { RequestId = "r", Token = token } };

    private static async Task SendAsync(ServedVault vault, ClientToken token, VaultOperation operation, string path, string json)
    {
        using var response = await vault.HandleAsync(Request(token, operation, path, json), None);
    }
}
