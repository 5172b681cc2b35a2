using Shouldly;
using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>
/// Walks every path with every operation and proves for each that it is refused without the right, refused with all rights but the one it
/// needs, refused where a rule denies, and let through with the right.
/// </summary>
public sealed class PermissionMatrixTests
{
    private static readonly VaultOperation[] Operations =
        [VaultOperation.Read, VaultOperation.List, VaultOperation.Update, VaultOperation.Patch, VaultOperation.Delete];

    /// <summary>What answers by what the caller may do elsewhere, as Vault has it.</summary>
    private static readonly string[] ByAccess = ["sys/internal/specs/openapi", "sys/internal/ui/mounts"];

    public static TheoryData<string> Paths => [.. AllRoutes.Paths, "nothing/here"];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task Every_operation_is_refused_without_its_right_and_let_through_with_it(string path)
    {
        await using var vault = await AllRoutes.VaultAsync();
        foreach (var operation in Operations)
        {
            var asked = operation == VaultOperation.List ? path + "/" : path;
            var rights = Rights(operation, asked);
            if (Array.Exists(ByAccess, open => path.StartsWith(open, StringComparison.Ordinal)) || IsOpen(vault, operation, path)) continue;

            (await IsRefusedAsync(vault, operation, asked, "")).ShouldBeTrue($"{operation} without any rule");
            foreach (var missing in rights)
                (await IsRefusedAsync(vault, operation, asked, Rule(asked, AllBut(missing)))).ShouldBeTrue($"{operation} without {string.Join(" and ", missing)}");
            (await IsRefusedAsync(vault, operation, asked, $"path \"*\" {{ capabilities = [{Words(CapabilityNames.InPolicies.Where(name => name != "deny"))}] }} {Rule(asked, ["deny"])}"))
                .ShouldBeTrue($"{operation} where a rule denies");
            (await IsRefusedAsync(vault, operation, asked, Rule(asked, rights.SelectMany(names => names)))).ShouldBeFalse($"{operation} with {string.Join(", ", rights.SelectMany(names => names))}");
        }
    }

    /// <summary>Whether the operation needs no token: logins, and what is done with unseal keys.</summary>
    private static bool IsOpen(VaultBench vault, VaultOperation operation, string path) =>
        !vault.Vault.IsSealed && vault.Vault.System.Mounts.Table.Find(path) is { } mount && mount.Engine.IsOpen(operation, path[mount.Path.Length..]);

    /// <summary>The rights that an operation needs; of the names of one right any is enough.</summary>
    private static string[][] Rights(VaultOperation operation, string path)
    {
        // A write asks for create or for update, by what is there.
        string[] right = operation == VaultOperation.Update ? ["create", "update"] : [operation.ToString().ToLowerInvariant()];
        return ProtectedPaths.Contains(path) ? [right, ["sudo"]] : [right];
    }

    private static IEnumerable<string> AllBut(string[] names) => CapabilityNames.InPolicies.Where(name => name != "deny" && !names.Contains(name, StringComparer.Ordinal));

    /// <summary>A rule for the path and, where that leads to a secret whose usual path is another, one for that.</summary>
    private static string Rule(string path, IEnumerable<string> names)
    {
        var rule = $"path \"{path}\" {{ capabilities = [{Words(names)}] }}";
        var usual = path.Replace("secret/fields/", "secret/data/", StringComparison.Ordinal).Replace("secret/append/", "secret/data/", StringComparison.Ordinal);
        return usual == path ? rule : $"{rule} path \"{usual}\" {{ capabilities = [{Words(names)}] }}";
    }

    private static string Words(IEnumerable<string> names) => string.Join(", ", names.Select(name => $"\"{name}\""));

    /// <summary>Whether the pipeline refuses. What the engine thinks of the request is another matter.</summary>
    private static async Task<bool> IsRefusedAsync(VaultBench vault, VaultOperation operation, string path, string policy)
    {
        if (vault.Vault.IsSealed) await vault.ReopenAsync();
        await vault.WriteAsync("sys/policies/acl/p", $$"""{"policy": "{{(policy.Length == 0 ? "path \\\"none\\\" { capabilities = [\\\"read\\\"] }" : policy.Replace("\"", "\\\"", StringComparison.Ordinal))}}"}""");
        var token = (await vault.WriteAsync("auth/token/create", """{"policies": ["p"], "no_default_policy": true, "ttl": "1h"}""")).Token;
        try
        {
            await vault.SendAsync(operation, path, "{}", token);
            return false;
        }
        catch (SecretException e)
        {
            return e.Kind == SecretErrorKind.Denied && e.Name == path;
        }
    }
}
