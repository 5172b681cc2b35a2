namespace Strongroom.Vault.Policies;

/// <summary>Names that are the same whatever their case, in one form.</summary>
internal static class NameCase
{
    /// <summary>
    /// The name in small letters, as far as comparisons without regard to case agree with them: the sign of Kelvin has the small letter k, and is
    /// no K to them. A deny for a name must be one for everything that leads to it.
    /// </summary>
    public static string Lower(string name)
    {
        var lower = name.ToLowerInvariant();
        return string.Equals(lower, name, StringComparison.OrdinalIgnoreCase) ? lower : string.Create(name.Length, name, static (text, name) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                var small = char.ToLowerInvariant(name[i]);
                text[i] = char.ToUpperInvariant(small) == char.ToUpperInvariant(name[i]) ? small : name[i];
            }
        });
    }
}
