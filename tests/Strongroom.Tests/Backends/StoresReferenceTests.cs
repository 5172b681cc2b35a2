using Shouldly;
using Strongroom.Backends;
using Strongroom.Conformance.Backends;
using Strongroom.Manifest;
using Strongroom.Resolution;
using Strongroom.Secrets;
using Strongroom.Stores;
using Strongroom.Tests.Architecture;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Backends;

/// <summary>The tables of docs/reference/stores.md say what the code does.</summary>
public sealed class StoresReferenceTests
{
    private static readonly string Page = File.ReadAllText(RepositoryFiles.PathOf("docs/reference/stores.md"));

    [Fact]
    public void Page_has_the_capabilities_of_every_kind()
    {
        var capabilities = Enum.GetValues<BackendCapabilities>().Where(c => c != BackendCapabilities.None).ToList();
        var table = Row(["kind", .. capabilities.Select(c => Words(c))]) + Row(capabilities.Select(_ => "---").Prepend("---"));
        foreach (var kind in StoreKind.All)
            table += Row([$"`{kind.Name}`", .. capabilities.Select(c => Make(kind).Capabilities.HasFlag(c) ? "yes" : "")]);

        Page.ShouldContain(table, customMessage: "the page must have this table:\n" + table);
    }

    [Fact]
    public async Task Page_says_after_which_failures_the_next_store_is_asked()
    {
        var table = Row(["failure", "the next store is asked"]) + Row(["---", "---"]);
        foreach (var kind in Enum.GetValues<SecretErrorKind>()) table += Row([Words(kind), await FallsThroughAsync(kind) ? "yes" : "no"]);

        Page.ShouldContain(table, customMessage: "the page must have this table:\n" + table);
    }

    [Fact]
    public void Manifest_backends_and_page_have_the_same_settings()
    {
        StoreKind.All.Select(k => k.Name).ShouldBe([EmbeddedVaultBackend.KindName, .. All.Kinds], ignoreOrder: true);
        foreach (var kind in StoreKind.All.Where(k => All.Kinds.Contains(k.Name) && k.Name is not "memory"))
        {
            var refusal = Should.Throw<SecretException>(() => All.Find(kind.Name)!(Settings(("no-such-setting", "x"))));
            var told = refusal.Message[(refusal.Message.IndexOf("no-such-setting is not a setting here (", StringComparison.Ordinal) + 39)..^1];
            told.Split(", ").ShouldBe(kind.Settings.Select(s => s.Key), ignoreOrder: true, kind.Name);
        }
        foreach (var kind in StoreKind.All)
        {
            kind.IsRemote.ShouldBe(!Make(kind).IsLocal, kind.Name);
            var section = Page[Page.IndexOf($"\n## `{kind.Name}`", StringComparison.Ordinal)..];
            section = section[..(section.IndexOf("\n## ", 1, StringComparison.Ordinal) is var end and > 0 ? end : section.Length)];
            foreach (var setting in kind.Settings) section.ShouldContain($"| `{setting.Key}` |");
        }
    }

    private static SecretBackend Make(StoreKind kind) => kind.Name is EmbeddedVaultBackend.KindName
        ? new EmbeddedVaultBackend(_ => throw new InvalidOperationException("capabilities are told without opening anything"))
        : All.Find(kind.Name)!(Settings([.. kind.Settings.Where(s => s.IsRequired).Select(s => (s.Key, "somewhere"))]));

    private static BackendSettings Settings(params (string Key, string Value)[] values) =>
        new("store", values.ToDictionary(v => v.Key, v => v.Value), "/", new Dictionary<string, string>(), TimeProvider.System);

    private static async Task<bool> FallsThroughAsync(SecretErrorKind kind)
    {
        var options = new StoreOptions { Resilience = new StoreResilienceOptions { RetriesMax = 0 } };
        await using var first = new SecretStore("first", new ScriptedBackend().Fails(kind), options);
        await using var second = new SecretStore("second", new ScriptedBackend().Answers("value"), options);
        var address = new SecretAddress("KEY");
        using var resolver = new Resolver([first, second], [new ResolutionPlan("KEY", [new("first", address), new("second", address)])]);
        using var report = await resolver.ResolveAllAsync();
        return report.Secrets.Count == 1;
    }

    private static string Words(Enum value) =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsUpper(c) ? $" {char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    private static string Row(IEnumerable<string> cells) => $"| {string.Join(" | ", cells)} |\n";
}
