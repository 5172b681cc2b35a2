using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Policies;

/// <summary>The words for operations in explanations and case files.</summary>
internal static class Operations
{
    public static IReadOnlyList<string> Names => ["create", "delete", "list", "patch", "read", "sudo", "update"];

    public static bool TryParse(string word, out Capability needed) => CapabilityNames.TryParse(word, out needed) && needed != Capability.Deny;
}
