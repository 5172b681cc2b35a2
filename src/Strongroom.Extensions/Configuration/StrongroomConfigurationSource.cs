using Microsoft.Extensions.Configuration;

namespace Strongroom.Extensions.Configuration;

/// <summary>The secrets of a project as a source of configuration.</summary>
public sealed class StrongroomConfigurationSource : IConfigurationSource
{
    /// <summary>How the secrets are got.</summary>
    public StrongroomOptions Options { get; init; } = new();

    /// <inheritdoc/>
    public IConfigurationProvider Build(IConfigurationBuilder builder) => new StrongroomConfigurationProvider(Options);
}
