namespace Strongroom.Vault.Hcl;

/// <summary>Ends the reading of a text at its first fault. Never leaves <see cref="HclDocument"/>.</summary>
internal sealed class HclSyntaxException(int line, int column, string message, string? suggestion = null) : Exception(message)
{
    public int Line => line;

    public int Column => column;

    public string? Suggestion => suggestion;
}
