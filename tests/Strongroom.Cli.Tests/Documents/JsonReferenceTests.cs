using System.Text.Json;
using System.Text.RegularExpressions;
using Shouldly;

namespace Strongroom.Cli.Tests.Documents;

/// <summary>docs/reference/json.md names what comes out with <c>--json</c>, all of it and nothing else.</summary>
public sealed partial class JsonReferenceTests
{
    /// <summary>What shows up only with a server, with damage or as a list of lists; other tests look at it.</summary>
    private static readonly HashSet<string> ShownElsewhere =
    [
        "list --store: [].drift", "cache status: [].reference", "cache status: [].fetchedAt", "cache status: [].usable", "audit show: [].count",
        "audit check: provenUntil", "explain: parts[]",
    ];

    /// <summary>Commands in the order in which they are called, each under its heading of the page.</summary>
    private static readonly (string Heading, string Command)[] Calls =
    [
        ("init", "strongroom init --json"),
        ("A failure", "strongroom get NOPE --json"),
        ("A failure", "strongroom get vault://nope/NOPE --json"),
        ("import", "strongroom import .env --json"),
        ("import", "printf 'A=ref+vault://secret/app?address=https://v.test#/a\\nB=ref+sops://x#/y\\n' > refs.env && strongroom import refs.env --dry-run --json"),
        ("import", "printf '[secrets]\\nTWO={provider=\"hv\",value=\"x/y\"}\\n[providers]\\nhv={type=\"vault\",address=\"https://v.test\"}\\n' > fnox.toml && strongroom import fnox.toml --json"),
        ("import", "printf 'KEPT=ref+vault://secret/app?address=https://v.test#/a\\n' > kept.env && printf '  KEPT: {from: [vault]}\\n' >> strongroom.yaml && strongroom import kept.env --json"),
        ("set", "echo 1 | strongroom set ONE --json"),
        ("get", "strongroom get ONE --json"),
        ("get", "strongroom get ONE -o file --json"),
        ("get", "printf '\\377' | strongroom set BINARY -q && strongroom get BINARY --json"),
        ("copy", "strongroom copy ONE --to-env testing --json"),
        ("edit", "EDITOR='sed -i s/1/2/' strongroom edit ONE --json"),
        ("list", "printf '  TYPED: {type: api-key, required: false}\\n  AWAY: {from: [away]}\\n' >> strongroom.yaml && sed -i 's|^stores:|stores:\\n  away: {kind: vault, address: \"http://127.0.0.1:1\", retries: 0}|' strongroom.yaml && VAULT_TOKEN=t strongroom list --json"),
        ("list --all", "strongroom list --all --json"),
        ("list --store", "strongroom list --store vault --json"),
        ("explain", "ONE=other strongroom explain ONE --json"),
        ("explain", "printf '  MADE: {value: \"a${ONE}\"}\\n' >> strongroom.yaml && strongroom explain MADE --json"),
        ("explain", "VAULT_TOKEN=t strongroom explain AWAY --json"),
        ("doctor", "VAULT_TOKEN=t strongroom doctor --json"),
        ("doctor", "strongroom doctor away --json"),
        ("doctor --policy", "strongroom doctor away --policy --json"),
        ("delete", "strongroom delete ONE --json"),
        ("history", "strongroom history ONE --json"),
        ("restore", "strongroom restore ONE --json"),
        ("generate", "strongroom generate --json"),
        ("export", "strongroom export --only ONE -o out --json"),
        ("completion", "strongroom completion bash --json"),
        ("vault status", "strongroom vault status --json"),
        ("vault verify", "strongroom vault verify --json"),
        ("vault rotate-key", "strongroom vault rotate-key --json"),
        ("vault reseal", "strongroom vault reseal --seal key-file -q --json"),
        ("vault accept-restored", "strongroom vault accept-restored --yes --json"),
        ("audit show", "strongroom audit show --json"),
        ("audit checkpoint", "strongroom audit checkpoint --json"),
        ("audit key", "strongroom audit key --json"),
        ("audit check", "strongroom audit key > key.pem && cp .strongroom/audit.log log && strongroom audit check log --public-key key.pem --json"),
        ("audit check", "echo x > log && strongroom audit check log --public-key key.pem --json"),
        ("cache status", "strongroom cache status --json"),
        ("cache clear", "strongroom cache clear --json"),
        ("audit verify", "strongroom audit verify --json"),
        ("audit verify", "sed -i 's/ONE/TWO/' .strongroom/audit.log && strongroom audit verify --json"),
    ];

    [Fact]
    public void Page_names_what_comes_out()
    {
        using var workshop = new Workshop();
        File.WriteAllText(Path.Combine(workshop.Folder, ".env"), "ONE=1\nMORE=2\n");
        var page = ReadPage();
        var seen = page.Keys.ToDictionary(k => k, _ => new SortedSet<string>(StringComparer.Ordinal));
        foreach (var (heading, command) in Calls)
        {
            var outcome = workshop.Run(command);
            try
            {
                using var document = JsonDocument.Parse(outcome.Output);
                Collect(document.RootElement, "", seen[heading]);
            }
            catch (JsonException)
            {
                throw new InvalidOperationException($"{command}: no JSON document:\n{outcome.Output}{outcome.Error}");
            }
        }
        var faults = new List<string>();
        foreach (var (heading, members) in page)
        {
            if (heading == "schema") continue;
            foreach (var member in seen[heading].Except(members))
                if (!member.StartsWith("parts[].", StringComparison.Ordinal)) faults.Add($"{heading}: {member} comes out, and is not on the page");
            foreach (var member in members)
                if (!seen[heading].Contains(member) && !ShownElsewhere.Contains($"{heading}: {member}")) faults.Add($"{heading}: {member} is on the page, and did not come out");
        }
        faults.ShouldBeEmpty();
    }

    private static void Collect(JsonElement element, string path, SortedSet<string> into)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                foreach (var member in element.EnumerateObject()) Collect(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}", into);
                break;
            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray()) Collect(item, path + "[]", into);
                break;
            default:
                into.Add(path);
                break;
        }
    }

    /// <summary>The members that stand under each heading.</summary>
    private static Dictionary<string, List<string>> ReadPage()
    {
        var page = new Dictionary<string, List<string>>();
        List<string>? members = null;
        foreach (var line in File.ReadAllLines(Path.Combine(Workshop.Repository, "docs", "reference", "json.md")))
        {
            if (line.StartsWith("## ", StringComparison.Ordinal)) page.Add(line[3..], members = []);
            else if (Member().Match(line) is { Success: true } member) members!.Add(member.Groups[1].Value);
        }
        return page;
    }

    [GeneratedRegex(@"^\| `([^`]+)` \|")]
    private static partial Regex Member();
}
