using Strongroom.Secrets;
using Strongroom.Vault.Engines.Kv;

namespace Strongroom.Vault.Policies;

/// <summary>Durations of policies: those of the Vault API, without its exception.</summary>
internal static class VaultDuration
{
    public static bool TryParse(string text, out TimeSpan duration)
    {
        try
        {
            duration = GoDuration.Parse(text);
            return true;
        }
        catch (SecretException)
        {
            duration = default;
            return false;
        }
    }
}
