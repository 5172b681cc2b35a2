using Strongroom.Formats;

namespace Strongroom.Vault.Policies;

/// <summary>Makes cases of a tree.</summary>
internal sealed class PolicyCaseReader(TextFaults faults)
{
    private static readonly string[] InFile = ["cases"];
    private static readonly string[] InCase = ["path", "operation", "expect", "policies", "identity"];

    public List<PolicyCase> Read(MapNode root)
    {
        CheckKeys(root, "the file", InFile);
        var cases = new List<PolicyCase>();
        if (root.Find("cases")?.Node is not ListNode list)
        {
            faults.Add(root.Place, "no list of cases", "write cases: and a list under it");
            return cases;
        }
        foreach (var item in list.Items)
        {
            if (item is MapNode map) cases.Add(ReadCase(map));
            else faults.Add(item.Place, $"expected a case, found {item.Shape}", "write path, operation and expect");
        }
        return cases;
    }

    private PolicyCase ReadCase(MapNode map)
    {
        CheckKeys(map, "a case", InCase);
        var operations = Words(map, "operation", isRequired: true) ?? [];
        foreach (var operation in operations)
            if (!Operations.TryParse(operation.Text, out _)) faults.AddUnknown(operation.Place, "operation", operation.Text, Operations.Names);
        var expect = Word(map, "expect");
        if (expect is not (null or { Text: "allow" or "deny" })) faults.AddUnknown(expect.Place, "expectation", expect.Text, ["allow", "deny"]);
        return new PolicyCase(map.Place.Line, Word(map, "path")?.Text ?? "", Texts(operations), expect?.Text == "allow")
        {
            Policies = Words(map, "policies", isRequired: false) is { } names ? Texts(names) : null,
            Identity = ReadIdentity(map),
        };
    }

    private IdentityValues ReadIdentity(MapNode map)
    {
        switch (map.Find("identity")?.Node)
        {
            case null:
                return IdentityValues.None;
            case MapNode identity:
                var values = new Dictionary<string, string>();
                foreach (var entry in identity.Entries)
                {
                    if (entry.Node is not ScalarNode value) faults.Add(entry.Node.Place, $"{entry.Key}: expected a text, found {entry.Node.Shape}");
                    else if (!PathTemplate.IsKnown(entry.Key)) faults.Add(entry.Place, "an unknown template", "write identity.entity.id, .name, …");
                    else values[entry.Key] = value.Text;
                }
                return new IdentityValues(values);
            case var other:
                faults.Add(other.Place, $"identity: expected a mapping, found {other.Shape}", "write identity.entity.name: alice under it");
                return IdentityValues.None;
        }
    }

    private ScalarNode? Word(MapNode map, string key)
    {
        var words = Words(map, key, isRequired: true);
        if (words?.Count > 1) faults.Add(words[1].Place, $"{key}: expected one text");
        return words is [var word, ..] ? word : null;
    }

    private List<ScalarNode>? Words(MapNode map, string key, bool isRequired)
    {
        if (map.Find(key)?.Node is not { } node || node is ScalarNode { IsEmpty: true })
        {
            if (isRequired) faults.Add(map.Place, $"a case without {key}");
            return null;
        }
        var words = new List<ScalarNode>();
        foreach (var item in node is ListNode list ? list.Items : [node])
        {
            if (item is ScalarNode word) words.Add(word);
            else faults.Add(item.Place, $"{key}: expected a text, found {item.Shape}");
        }
        return words;
    }

    private void CheckKeys(MapNode map, string what, string[] known)
    {
        foreach (var entry in map.Entries)
            if (!known.Contains(entry.Key)) faults.AddUnknown(entry.Place, $"key in {what}", entry.Key, known);
    }

    private static List<string> Texts(List<ScalarNode> words) => words.ConvertAll(static w => w.Text);
}
