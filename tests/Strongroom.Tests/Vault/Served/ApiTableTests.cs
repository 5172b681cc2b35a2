using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Architecture;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>What docs/reference/api.md says of each endpoint of Vault's description is so.</summary>
public sealed class ApiTableTests
{
    [Fact]
    public async Task Every_endpoint_is_there_or_absent_as_the_table_says()
    {
        await using var vault = await VaultBench.CreateAsync();
        foreach (var type in new[] { "approle", "jwt", "kubernetes", "userpass" }) await vault.WriteAsync("sys/auth/" + type, $$"""{"type": "{{type}}"}""");
        await vault.WriteAsync("sys/mounts/kv1", """{"type": "kv"}""");
        var rows = File.ReadLines(Path.Combine(RepositoryFiles.Root, "docs", "reference", "api.md"))
            .Where(line => line.StartsWith("| `/", StringComparison.Ordinal)).Select(line => line.Split('|', StringSplitOptions.TrimEntries)).ToArray();
        rows.Length.ShouldBe(168);
        var wrong = new List<string>();
        foreach (var row in rows)
        {
            var path = row[1].Trim('`', '/').Replace("{kv_v1_mount_path}", "kv1").Replace("{kv_v2_mount_path}", "secret").Replace("_mount_path}", "").Replace("{approle", "approle")
                .Replace("{jwt", "jwt").Replace("{kubernetes", "kubernetes").Replace("{userpass", "userpass").Replace("{database", "database").Replace("{transit", "transit");
            while (path.IndexOf('{') is var open and >= 0) path = path[..open] + "x" + path[(path.IndexOf('}', open) + 1)..];
            // These end the vault or the token that the test works with.
            if (path is "sys/seal" or "auth/token/revoke-self") continue;
            foreach (var method in row[2].Split(','))
            {
                var operation = method switch { "GET" => row[1].Contains("/`", StringComparison.Ordinal) ? VaultOperation.List : VaultOperation.Read, "DELETE" => VaultOperation.Delete, _ => VaultOperation.Update };
                if (await IsThereAsync(vault, operation, path) == (row[3] is "absent")) wrong.Add($"{method} {path}");
            }
        }
        wrong.ShouldBeEmpty();
    }

    private static async Task<bool> IsThereAsync(VaultBench vault, VaultOperation operation, string path)
    {
        try
        {
            await vault.SendAsync(operation, path, operation == VaultOperation.Update ? "{}" : null, VaultBench.RootToken);
            return true;
        }
        catch (SecretException e)
        {
            e.Kind.ShouldNotBeOneOf(SecretErrorKind.Denied, SecretErrorKind.Sealed);
            return e.Kind != SecretErrorKind.Unsupported && !e.Reason.StartsWith("no handler for route", StringComparison.Ordinal) && !e.Reason.StartsWith("unsupported path", StringComparison.Ordinal);
        }
    }
}
