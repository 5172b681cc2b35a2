using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace Strongroom.Extensions;

/// <summary>Typed settings made from <c>strongroom.yaml</c> by the generator.</summary>
public interface IManifestSettings
{
    /// <summary>Takes the values from the configuration; returns the names of required secrets that have none.</summary>
    IReadOnlyList<string> Read(IConfiguration configuration);
}

/// <summary>Hands typed settings to a program.</summary>
public static class ManifestSettingsExtensions
{
    /// <summary>
    /// Adds <c>IOptions</c>, <c>IOptionsSnapshot</c> and <c>IOptionsMonitor</c> of the settings. They follow changes of the secrets; a
    /// program that lacks one does not start, and is told all that it lacks.
    /// </summary>
    public static IServiceCollection AddStrongroomSettings<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TSettings>(this IServiceCollection services)
        where TSettings : class, IManifestSettings, new()
    {
        services.AddOptions<TSettings>().ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<TSettings>>(provider => new Changes<TSettings>(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IOptionsFactory<TSettings>>(provider => new Factory<TSettings>(provider.GetRequiredService<IConfiguration>()));
        return services;
    }

    private sealed class Changes<TSettings>(IConfiguration configuration) : IOptionsChangeTokenSource<TSettings>
    {
        public string? Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => configuration.GetReloadToken();
    }

    /// <summary>Made anew at each change. What was there stays there, so nothing is missing later that was not at the start.</summary>
    private sealed class Factory<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TSettings>(IConfiguration configuration) : IOptionsFactory<TSettings> where TSettings : class, IManifestSettings, new()
    {
        public TSettings Create(string name)
        {
            var settings = new TSettings();
            var missing = settings.Read(configuration);
            return missing.Count == 0 ? settings : throw new OptionsValidationException(
                name, typeof(TSettings), [.. missing.Select(secret => $"{secret} has no value: strongroom explain {secret} tells why")]);
        }
    }
}
