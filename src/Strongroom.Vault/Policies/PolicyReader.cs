using Strongroom.Formats;
using Strongroom.Vault.Hcl;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>Makes rules of a tree. Whatever is not understood is a fault: a policy that means less than it says protects nobody.</summary>
internal sealed class PolicyReader(string file, TextFaults faults)
{
    private static readonly string[] InFile = ["path", "name"];

    private static readonly string[] InPath =
    [
        "capabilities", "policy", "allowed_parameters", "denied_parameters", "required_parameters", "min_wrapping_ttl", "max_wrapping_ttl",
    ];

    private static readonly string[] OldPolicies = ["read", "write", "sudo", "deny"];

    public List<PolicyRule> ReadRules(HclBody body)
    {
        var rules = new List<PolicyRule>();
        foreach (var item in body.Items)
        {
            switch (item.Key.Text)
            {
                case "path": ReadPaths(item, rules); break;
                case "name": Expect<HclText>(item.Value, "name", "a text"); break;
                case "policy": Add(item.Key, "a policy inside a policy", "write path \"…\" { … }; a file of several policies is read as such"); break;
                default: faults.AddUnknown(Place(item.Key), "key", item.Key.Text, InFile); break;
            }
        }
        return rules;
    }

    private void ReadPaths(HclItem item, List<PolicyRule> rules)
    {
        var blocks = new List<HclBlock>();
        if (item is { IsBlock: true, Labels.Count: 0 })
        {
            Add(item.Key, "a block without its path", "write path \"secret/data/app\" { … }");
            return;
        }
        if (!HclBody.TryReadLabelled(item, blocks, out var misfit))
        {
            Add(misfit, $"path: expected one path and a block, found {misfit.Shape}", "write path \"secret/data/app\" { … }");
            return;
        }
        foreach (var block in blocks) rules.Add(ReadRule(block.Label, block.Body));
    }

    private PolicyRule ReadRule(HclWord path, HclBody body)
    {
        CheckPath(path);
        var keys = new Dictionary<string, HclItem>();
        foreach (var item in body.Items)
        {
            if (!InPath.Contains(item.Key.Text)) AddUnknownKey(item.Key);
            else if (!keys.TryAdd(item.Key.Text, item))
                Add(item.Key, $"{item.Key.Text} stands on line {keys[item.Key.Text].Key.Line} already", "keep one of them");
        }
        var parameters = new ParameterReader(file, faults);
        var rule = new PolicyRule(path.Text, ReadCapabilities(path, keys))
        {
            Line = path.Line,
            Column = path.Column,
            Parameters = parameters.Read(keys.GetValueOrDefault("allowed_parameters"), keys.GetValueOrDefault("denied_parameters"), keys.GetValueOrDefault("required_parameters")),
            WrapTtlMin = ReadDuration(keys.GetValueOrDefault("min_wrapping_ttl")),
            WrapTtlMax = ReadDuration(keys.GetValueOrDefault("max_wrapping_ttl")),
        };
        if (rule.WrapTtlMin > rule.WrapTtlMax)
            Add(keys["max_wrapping_ttl"].Key, "max_wrapping_ttl is less than min_wrapping_ttl");
        return rule;
    }

    private void CheckPath(HclWord path)
    {
        if (PathTemplate.FindFault(path.Text) is { } fault)
            Add(path, fault + " in a path", "write {{identity.entity.id}}, .name, .metadata.<key>, .aliases.<accessor>.name, or identity.groups.…");
        else if (path.Text.Contains("+*", StringComparison.Ordinal))
            Add(path, "'+*' in a path", "write + for one segment, or * for all that follows");
    }

    private void AddUnknownKey(HclWord key)
    {
        if (key.Text is "control_group" or "mfa_methods" or "subscribe_event_types" or "pagination_limit" or "expiration" or "list_scan_response_keys_filter_path")
            Add(key, $"{key.Text} is not understood here", "it would be ignored, so it is refused; take it out");
        else faults.AddUnknown(Place(key), "key in path", key.Text, InPath);
    }

    private Capability ReadCapabilities(HclWord path, Dictionary<string, HclItem> keys)
    {
        var capabilities = Capability.None;
        if (!keys.ContainsKey("capabilities") && !keys.ContainsKey("policy"))
            Add(path, "this path says no capabilities", "write capabilities = [\"read\"]");
        if (keys.TryGetValue("capabilities", out var list))
        {
            foreach (var word in Words(list))
            {
                if (CapabilityNames.TryParse(word.Text, out var one)) capabilities |= one;
                else if (word.Text == "root") Add(word, "root cannot be granted by a path", "attach the policy named root");
                else faults.AddUnknown(Place(word), "capability", word.Text, CapabilityNames.InPolicies);
            }
        }
        if (keys.TryGetValue("policy", out var old) && Expect<HclText>(old.Value, "policy", "a text") is { } name)
        {
            const Capability write = Capability.Create | Capability.Read | Capability.Update | Capability.Delete | Capability.List;
            switch (name.Text)
            {
                case "read": capabilities |= Capability.Read | Capability.List; break;
                case "write": capabilities |= write; break;
                case "sudo": capabilities |= write | Capability.Sudo; break;
                case "deny": capabilities = Capability.Deny; break;
                default: faults.AddUnknown(Place(name), "policy", name.Text, OldPolicies); break;
            }
        }
        return (capabilities & Capability.Deny) != Capability.None ? Capability.Deny : capabilities;
    }

    /// <summary>A list of texts; HCL takes one text for a list of one.</summary>
    private List<HclText> Words(HclItem item)
    {
        var words = new List<HclText>();
        foreach (var value in item.Value is HclList list ? list.Items : [item.Value])
            if (Expect<HclText>(value, item.Key.Text, "a list of texts") is { } word) words.Add(word);
        return words;
    }

    private TimeSpan? ReadDuration(HclItem? item)
    {
        if (item is null) return null;
        var text = item.Value switch
        {
            HclText words => words.Text,
            HclNumber number when number.TryGetInteger(out _) => number.Text,
            _ => "",
        };
        if (GoDuration.TryParse(text, out var duration)) return duration == TimeSpan.Zero ? null : duration;
        Add(item.Value, $"{item.Key.Text}: expected a duration", "write a number of seconds, or 90s, 5m, 1h");
        return null;
    }

    private T? Expect<T>(HclValue value, string key, string what) where T : HclValue
    {
        if (value is T fits) return fits;
        Add(value, $"{key}: expected {what}, found {value.Shape}");
        return null;
    }

    private void Add(HclWord at, string message, string? suggestion = null) => faults.Add(Place(at), message, suggestion);

    private void Add(HclValue at, string message, string? suggestion = null) => faults.Add(Place(at), message, suggestion);

    private TextPlace Place(HclWord at) => new(file, at.Line, at.Column);

    private TextPlace Place(HclValue at) => new(file, at.Line, at.Column);
}
