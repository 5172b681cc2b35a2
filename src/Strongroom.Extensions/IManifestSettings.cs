using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;
using Strongroom.Extensions.Configuration;

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
    /// program that lacks one does not start, and is told all that it lacks. <c>Configure</c>, <c>PostConfigure</c> and <c>Validate</c> work as on any options.
    /// </summary>
    public static IServiceCollection AddStrongroomSettings<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TSettings>(this IServiceCollection services)
        where TSettings : class, IManifestSettings, new()
    {
        services.AddOptions<TSettings>().ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<TSettings>>(provider => new Changes<TSettings>(provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IOptionsFactory<TSettings>>(provider => new Factory<TSettings>(
            provider.GetRequiredService<IConfiguration>(), provider.GetServices<IConfigureOptions<TSettings>>(),
            provider.GetServices<IPostConfigureOptions<TSettings>>(), provider.GetServices<IValidateOptions<TSettings>>()));
        return services;
    }

    private sealed class Changes<TSettings>(IConfiguration configuration) : IOptionsChangeTokenSource<TSettings>
    {
        public string? Name => Options.DefaultName;

        public IChangeToken GetChangeToken() => configuration.GetReloadToken();
    }

    /// <summary>
    /// Made anew at each change, then configured and validated as any options are. What was there stays there, so nothing is missing later
    /// that was not at the start.
    /// </summary>
    private sealed class Factory<[DynamicallyAccessedMembers(DynamicallyAccessedMemberTypes.PublicParameterlessConstructor)] TSettings>(
        IConfiguration configuration, IEnumerable<IConfigureOptions<TSettings>> setups, IEnumerable<IPostConfigureOptions<TSettings>> postConfigures,
        IEnumerable<IValidateOptions<TSettings>> validations) : OptionsFactory<TSettings>(setups, postConfigures, validations)
        where TSettings : class, IManifestSettings, new()
    {
        protected override TSettings CreateInstance(string name)
        {
            var settings = new TSettings();
            var provider = (configuration as IConfigurationRoot)?.Providers.OfType<StrongroomConfigurationProvider>().FirstOrDefault();
            var missing = settings.Read(configuration).Where(secret => provider?.CanDoWithout(secret) != true).ToList();
            return missing.Count == 0 ? settings : throw new OptionsValidationException(
                name, typeof(TSettings), missing.Select(secret => $"{secret} has no value: strongroom explain {secret} tells why"));
        }
    }
}
