using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Where a store keeps a secret, below its prefix.</summary>
internal static class StoreAddresses
{
    /// <summary>By the secret's path for this store, its path for all, or the naming of the store, whichever is given first.</summary>
    public static SecretAddress Of(StoreDefinition store, SecretDefinition secret)
    {
        if (secret.Paths.TryGetValue(store.Name, out var own)) return own;
        if (secret.Path is { } path && StoreKind.Find(store.Kind)?.KeepsPaths == true) return path;
        return SecretName.ToAddress(secret.Name, store.Naming);
    }
}
