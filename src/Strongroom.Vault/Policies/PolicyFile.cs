using Strongroom.Formats;
using Strongroom.Vault.Hcl;

namespace Strongroom.Vault.Policies;

/// <summary>What reading a file of policies gave.</summary>
/// <param name="Policies">The policies in the order of the file; empty when the file has a fault.</param>
/// <param name="Faults">All that is wrong with the file, by place in it.</param>
public sealed record PolicyFileReading(IReadOnlyList<AccessPolicy> Policies, IReadOnlyList<TextFault> Faults);

/// <summary>
/// Reads files that hold one policy, or several: <c>policy "app" { rules = &lt;&lt;EOT … EOT }</c>. Faults inside the rules of one
/// of several policies name their place in the file.
/// </summary>
public static class PolicyFile
{
    /// <summary>Reads a file. Whatever the text is, this returns policies or faults.</summary>
    /// <param name="text">The whole file.</param>
    /// <param name="name">The name of the policy if the file is a single one.</param>
    /// <param name="file">How faults call the file; empty for none.</param>
    public static PolicyFileReading Read(string text, string name, string file = "")
    {
        var document = HclDocument.Read(text, file);
        if (document.Body is not { } body) return new PolicyFileReading([], document.Faults);
        if (body.Find("policy") is null)
        {
            var single = AccessPolicy.Read(name, text, file);
            return new PolicyFileReading(single.Policy is null ? [] : [single.Policy], single.Faults);
        }
        var policies = new List<AccessPolicy>();
        var faults = new TextFaults();
        foreach (var item in body.Items)
        {
            var blocks = new List<HclBlock>();
            if (item.Key.Text != "policy")
                faults.Add(new TextPlace(file, item.Key.Line, item.Key.Column), $"'{TextFaults.Shorten(item.Key.Text)}' beside policies", "a file holds either path or policy blocks");
            else if (!HclBody.TryReadLabelled(item, blocks, out var misfit) || (item.IsBlock && item.Labels.Count == 0))
                faults.Add(new TextPlace(file, misfit.Line, misfit.Column), "policy: expected a name and a block", "write policy \"app\" { rules = <<EOT … EOT }");
            foreach (var block in blocks) ReadPolicy(block, file, policies, faults);
        }
        return faults.IsEmpty ? new PolicyFileReading(policies, []) : new PolicyFileReading([], faults.InOrder);
    }

    /// <summary>
    /// Reads the policy of one name out of a file: the file itself when it is a single policy, else the one of several that has
    /// the name. This is what writing a policy takes.
    /// </summary>
    public static PolicyReading ReadOne(string text, string name, string file = "")
    {
        var reading = Read(text, name, file);
        if (reading.Faults.Count > 0) return new PolicyReading(null, reading.Faults);
        foreach (var policy in reading.Policies)
            if (policy.Name == name) return new PolicyReading(policy, []);
        var names = reading.Policies.Select(p => p.Name);
        return new PolicyReading(null, [new TextFault(file, 1, 1, $"no policy '{name}' in this file", $"it has {string.Join(", ", names)}")]);
    }

    private static void ReadPolicy(HclBlock block, string file, List<AccessPolicy> policies, TextFaults faults)
    {
        var place = new TextPlace(file, block.Label.Line, block.Label.Column);
        var name = block.Label.Text;
        if (name.Length == 0) faults.Add(place, "a policy without a name");
        if (policies.Exists(p => p.Name == name)) faults.Add(place, $"policy '{TextFaults.Shorten(name)}' stands twice", "keep one of them");
        foreach (var item in block.Body.Items)
            if (item.Key.Text != "rules") faults.AddUnknown(new TextPlace(file, item.Key.Line, item.Key.Column), "key in policy", item.Key.Text, ["rules"]);
        if (block.Body.Find("rules")?.Value is not HclText rules)
        {
            faults.Add(place, "this policy has no rules", "write rules = <<EOT … EOT");
            return;
        }
        var reading = AccessPolicy.Read(name, rules.Text, file, rules.ContentLine, rules.Indentation);
        foreach (var fault in reading.Faults) faults.Add(new TextPlace(file, fault.Line, fault.Column), fault.Message, fault.Suggestion);
        if (reading.Policy is { } policy) policies.Add(policy);
    }
}
