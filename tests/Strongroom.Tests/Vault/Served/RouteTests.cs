using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Secrets;
using Strongroom.Tests.Architecture;
using Strongroom.Vault.Requests;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>What the engines declare of their endpoints is what they answer; help and the OpenAPI description are made of it.</summary>
public sealed class RouteTests
{
    private static readonly (VaultOperation Operation, Capability Capability)[] Operations =
    [
        (VaultOperation.Read, Capability.Read), (VaultOperation.List, Capability.List), (VaultOperation.Update, Capability.Update),
        (VaultOperation.Patch, Capability.Patch), (VaultOperation.Delete, Capability.Delete),
    ];

    /// <summary>
    /// What ends the vault or the token that the test works with; what is refused before it is looked at (a vault without unseal keys, plugins); and
    /// paths that are also others: that of a mount called <c>tune</c>, the folder of all secrets.
    /// </summary>
    private static readonly string[] NotTried =
        ["sys/seal", "sys/step-down", "auth/token/revoke-self", "sys/rekey", "sys/generate-root", "sys/plugins/catalog", "sys/mounts/x/tune", "sys/auth/x/tune", "secret/metadata"];

    /// <summary>It stands in the id of each operation: a long one would make an answer of gigabytes.</summary>
    [Fact]
    public async Task OpenApi_takes_a_short_context_alone()
    {
        await using var vault = await VaultBench.CreateAsync();
        await vault.WriteAsync("sys/internal/specs/openapi", """{"context": "ui"}""");
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/internal/specs/openapi", $$"""{"context": "{{new string('a', 1000)}}"}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Capabilities_of_a_path_are_told_once_and_not_of_any_number()
    {
        await using var vault = await VaultBench.CreateAsync();
        var told = (await vault.WriteAsync("sys/capabilities-self", """{"paths": ["a", "a", "b", "capabilities"]}""")).Data!.AsObject();
        told.Select(member => member.Key).ShouldBe(["a", "b", "capabilities"]);
        var many = string.Join(',', Enumerable.Range(0, 2000));
        (await Should.ThrowAsync<SecretException>(() => vault.WriteAsync("sys/capabilities-self", $$"""{"paths": "{{many}}"}"""))).Kind.ShouldBe(SecretErrorKind.InvalidInput);
    }

    [Fact]
    public async Task Declared_operations_are_those_that_are_answered()
    {
        await using var vault = await AllRoutes.VaultAsync();
        var wrong = new List<string>();
        foreach (var (path, route) in AllRoutes.Of(vault).ToArray())
        {
            if (Array.Exists(NotTried, path.StartsWith)) continue;
            foreach (var (operation, capability) in Operations)
            {
                var declared = (route.Operations & capability) != Capability.None;
                var answered = await IsAnsweredAsync(vault, operation, path);
                // Many listings answer a plain GET, too; that is kindness and no promise.
                if (declared != answered && !(answered && operation is VaultOperation.Read or VaultOperation.List)) wrong.Add($"{operation} {path}: {(answered ? "answered" : "not answered")}");
            }
        }
        wrong.ShouldBeEmpty();
        await vault.ReadAsync("auth/token/lookup-self");
    }

    [Fact]
    public async Task Description_has_every_endpoint_that_the_documents_say_works()
    {
        await using var vault = await AllRoutes.VaultAsync();
        var paths = (await DescribeAsync(vault, generic: true))["paths"]!.AsObject();
        var known = paths.ToDictionary(path => Anonymous(path.Key), path => path.Value!.AsObject(), StringComparer.Ordinal);
        var missing = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(RepositoryFiles.Root, "docs", "reference", "api.md")).Where(line => line.StartsWith("| `/", StringComparison.Ordinal)))
        {
            var row = line.Split('|', StringSplitOptions.TrimEntries);
            if (row[3] == "absent") continue;
            var methods = known.GetValueOrDefault(Anonymous(row[1].Trim('`')));
            foreach (var method in row[2].Split(',')) if (methods?.ContainsKey(method.ToLowerInvariant()) != true) missing.Add($"{method} {row[1]}");
        }
        missing.ShouldBeEmpty();
        paths.Select(path => path.Value!.AsObject()).SelectMany(path => path.Where(member => member.Value is JsonObject)).Select(operation => operation.Value!["operationId"]!.GetValue<string>())
            .ShouldBeUnique();
    }

    [Fact]
    public async Task Description_has_the_paths_of_mounts_and_marks_what_is_special()
    {
        await using var vault = await AllRoutes.VaultAsync();
        var paths = (await DescribeAsync(vault, generic: false))["paths"]!;

        paths["/secret/data/{path}"]!["x-vault-createSupported"]!.GetValue<bool>().ShouldBeTrue();
        paths["/sys/audit/{path}"]!["x-vault-sudo"]!.GetValue<bool>().ShouldBeTrue();
        paths["/auth/userpass/login/{username}"]!["x-vault-unauthenticated"]!.GetValue<bool>().ShouldBeTrue();
        paths["/sys/seal-status"]!["x-vault-unauthenticated"]!.GetValue<bool>().ShouldBeTrue();
        paths["/secret/data/{path}"]!["x-vault-unauthenticated"].ShouldBeNull();
        paths["/secret/metadata/{path}/"]!["get"]!["parameters"]![0]!["name"]!.GetValue<string>().ShouldBe("list");
    }

    [Fact]
    public async Task Description_has_only_mounts_that_the_caller_may_use()
    {
        await using var vault = await AllRoutes.VaultAsync();
        await vault.WriteAsync("sys/policies/acl/app", """{"policy": "path \"secret/data/app\" { capabilities = [\"read\"] }"}""");
        var token = (await vault.WriteAsync("auth/token/create", """{"policies": ["app"], "no_default_policy": true}""")).Token;

        var paths = (await vault.ReadAsync("sys/internal/specs/openapi", token))["paths"]!.AsObject();

        paths.ShouldAllBe(path => path.Key.StartsWith("/secret/"));
        paths.ShouldNotBeEmpty();
        (await Should.ThrowAsync<SecretException>(() => vault.ReadAsync("sys/internal/specs/openapi", token: null))).Kind.ShouldBe(SecretErrorKind.Denied);
    }

    [Fact]
    public async Task Help_tells_what_a_path_is_for()
    {
        await using var vault = await AllRoutes.VaultAsync();

        var help = await HelpAsync(vault, "secret/data/app/db/");
        help["help"]!.GetValue<string>().ShouldStartWith("Request:        data/app/db\nMatching Route: data/{path}\n\nA version of a secret");
        help["openapi"]!["paths"]!.AsObject().Single().Key.ShouldBe("/secret/data/{path}");
        (await HelpAsync(vault, "auth/approle/role/ci/secret-id/"))["help"]!.GetValue<string>().ShouldContain("Matching Route: role/{role_name}/secret-id\n");
        (await HelpAsync(vault, "sys/seal-status/"))["help"]!.GetValue<string>().ShouldContain("Whether the vault is sealed");
        (await HelpAsync(vault, "secret/"))["help"]!.GetValue<string>().ShouldContain("\n    undelete/{path}\n        Brings deleted versions back.\n");
    }

    [Fact]
    public async Task Help_needs_a_token_and_no_rule()
    {
        await using var vault = await AllRoutes.VaultAsync();
        var token = (await vault.WriteAsync("auth/token/create", """{"policies": ["none"], "no_default_policy": true}""")).Token;

        (await HelpAsync(vault, "secret/", token))["help"].ShouldNotBeNull();
        (await Should.ThrowAsync<SecretException>(() => HelpAsync(vault, "secret/", token: null))).Kind.ShouldBe(SecretErrorKind.Denied);
        (await Should.ThrowAsync<SecretException>(() => HelpAsync(vault, "secret/nothing/"))).Reason.ShouldBe("no handler for route 'secret/nothing'");
        (await Should.ThrowAsync<SecretException>(() => HelpAsync(vault, "nothing/"))).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    private static async Task<JsonNode> HelpAsync(VaultBench vault, string path, string? token = VaultBench.RootToken) => (await vault.SendAsync(VaultOperation.Help, path, null, token)).Data!;

    private static async Task<JsonNode> DescribeAsync(VaultBench vault, bool generic) =>
        (await vault.WriteAsync("sys/internal/specs/openapi", $$"""{"generic_mount_paths": {{(generic ? "true" : "false")}}}""")).Data!;

    /// <summary>The path without the names of what differs, except of mounts.</summary>
    private static string Anonymous(string path) =>
        string.Join('/', path.Split('/').Select(segment => segment.StartsWith('{') && !segment.EndsWith("_mount_path}", StringComparison.Ordinal) ? "{}" : segment));

    private static async Task<bool> IsAnsweredAsync(VaultBench vault, VaultOperation operation, string path)
    {
        try
        {
            var answer = await vault.SendAsync(operation, operation == VaultOperation.List ? path + "/" : path, operation is VaultOperation.Update or VaultOperation.Patch ? "{}" : null, VaultBench.RootToken);
            return answer.Warnings is not [var warning] || !warning.StartsWith("Invalid path", StringComparison.Ordinal);
        }
        catch (SecretException e)
        {
            e.Kind.ShouldNotBe(SecretErrorKind.Sealed, path);
            return e.Kind != SecretErrorKind.Unsupported && !e.Reason.StartsWith("no handler for route", StringComparison.Ordinal) && !e.Reason.StartsWith("unsupported path", StringComparison.Ordinal);
        }
    }
}
