namespace Strongroom.Imports;

/// <summary>A key vault of Azure by its name or host.</summary>
internal static class AzurePlace
{
    public static StorePlace Of(string vault) =>
        StorePlace.Of("azure", "azure", ("address", vault.Contains('.', StringComparison.Ordinal) ? $"https://{vault}" : $"https://{vault}.vault.azure.net"));
}
