using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>The words that policies and <c>sys/capabilities</c> have for capabilities.</summary>
public static class CapabilityNames
{
    /// <summary>The words that may stand in a policy.</summary>
    public static IReadOnlyList<string> InPolicies => ["create", "delete", "deny", "list", "patch", "read", "sudo", "update"];

    /// <summary>The capability of a word that may stand in a policy; false for any other.</summary>
    public static bool TryParse(ReadOnlySpan<char> word, out Capability capability)
    {
        capability = word switch
        {
            "create" => Capability.Create,
            "delete" => Capability.Delete,
            "deny" => Capability.Deny,
            "list" => Capability.List,
            "patch" => Capability.Patch,
            "read" => Capability.Read,
            "sudo" => Capability.Sudo,
            "update" => Capability.Update,
            _ => Capability.None,
        };
        return capability != Capability.None;
    }

    /// <summary>The words in alphabetical order as <c>sys/capabilities</c> answers them: <c>root</c> or <c>deny</c> stand alone, nothing is <c>deny</c>.</summary>
    public static IReadOnlyList<string> Of(Capability capabilities)
    {
        if ((capabilities & Capability.Root) != Capability.None) return ["root"];
        if ((capabilities & Capability.Deny) != Capability.None || capabilities == Capability.None) return ["deny"];
        return InRule(capabilities);
    }

    /// <summary>The words of a rule's list, in alphabetical order.</summary>
    internal static List<string> InRule(Capability capabilities)
    {
        var names = new List<string>();
        foreach (var name in InPolicies)
            if (TryParse(name, out var one) && (capabilities & one) != Capability.None) names.Add(name);
        return names;
    }
}
