using Microsoft.Extensions.Configuration;
using Strongroom.Extensions.Configuration;
using Strongroom.Secrets;

// Where callers find what they configure, as the framework's own providers do.
#pragma warning disable IDE0130
namespace Strongroom.Extensions;

/// <summary>Adds the secrets of a project to the configuration of a program.</summary>
public static class StrongroomConfigurationExtensions
{
    /// <summary>
    /// Adds every secret that <c>strongroom.yaml</c> declares: under its name (<c>OPENAI_API_KEY</c>, <c>__</c> read as <c>:</c>) and
    /// under its <c>setting</c> (<c>Llm:OpenAiApiKey</c>). Changes come by the change tokens of configuration.
    /// </summary>
    /// <exception cref="SecretException">When the configuration is built: one error for every secret that is missing.</exception>
    public static IConfigurationBuilder AddStrongroom(this IConfigurationBuilder builder, Action<StrongroomOptions>? configure = null)
    {
        var options = new StrongroomOptions();
        configure?.Invoke(options);
        return builder.Add(new StrongroomConfigurationSource { Options = options });
    }
}
