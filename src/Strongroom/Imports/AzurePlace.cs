namespace Strongroom.Imports;

/// <summary>A key vault of Azure by its name or host.</summary>
internal static class AzurePlace
{
    private const string Public = ".vault.azure.net";

    public static StorePlace Of(string vault)
    {
        var name = vault.EndsWith(Public, StringComparison.OrdinalIgnoreCase) ? vault[..^Public.Length] : vault;
        return StorePlace.Of("azure", "azure", ("vault", name.Contains('.', StringComparison.Ordinal) ? $"https://{name}" : name));
    }
}
