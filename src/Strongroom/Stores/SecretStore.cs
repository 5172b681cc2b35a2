namespace Strongroom.Stores;

/// <summary>A configured backend with its resilience: what callers hold.</summary>
public sealed class SecretStore
{
}
