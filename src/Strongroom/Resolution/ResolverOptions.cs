namespace Strongroom.Resolution;

/// <summary>How a resolver works.</summary>
public sealed record ResolverOptions
{
}
