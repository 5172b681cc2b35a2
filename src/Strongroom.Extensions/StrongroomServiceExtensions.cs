using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strongroom.Extensions.Configuration;
using Strongroom.Extensions.Telemetry;
using Strongroom.Secrets;

namespace Strongroom.Extensions;

/// <summary>Adds Strongroom to a program.</summary>
public static class StrongroomServiceExtensions
{
    /// <summary>
    /// Everything at once: the secrets of the project in the configuration, <see cref="ISecretSource"/> for code that wants them at
    /// the time of use, and their values kept out of the program's logs.
    /// </summary>
    /// <exception cref="SecretException">One error for every secret without which the program cannot start.</exception>
    public static TBuilder AddStrongroom<TBuilder>(this TBuilder builder, Action<StrongroomOptions>? configure = null) where TBuilder : IHostApplicationBuilder
    {
        builder.Configuration.AddStrongroom(configure);
        builder.Services.AddStrongroom(builder.Configuration).AddStrongroomRedaction();
        return builder;
    }

    /// <summary>Adds <see cref="ISecretSource"/> and a report in the log, over what <c>AddStrongroom</c> added to <paramref name="configuration"/>.</summary>
    /// <exception cref="SecretException">InvalidInput when it added nothing.</exception>
    public static IServiceCollection AddStrongroom(this IServiceCollection services, IConfiguration configuration)
    {
        var provider = (configuration as IConfigurationRoot)?.Providers.OfType<StrongroomConfigurationProvider>().FirstOrDefault() ?? throw new SecretException(
            SecretErrorKind.InvalidInput, "the configuration has no secrets of Strongroom", help: "call AddStrongroom on the configuration first");
        // The configuration owns it and ends it.
        services.AddSingleton(provider);
        services.AddSingleton(provider.Source);
        services.AddHostedService<StrongroomReporter>();
        return services;
    }

    /// <summary>
    /// Takes the values of the secrets out of whatever the program logs: messages, their parts, scopes, exceptions. Call it after logging
    /// was added, as every host does.
    /// </summary>
    public static IServiceCollection AddStrongroomRedaction(this IServiceCollection services)
    {
        var known = services.LastOrDefault(service => service.ServiceType == typeof(ILoggerFactory));
        services.AddSingleton(provider => new SecretRedactor(() => provider.GetRequiredService<StrongroomConfigurationProvider>().Values));
        services.Replace(ServiceDescriptor.Singleton<ILoggerFactory>(provider => new RedactingLoggerFactory(Inner(provider, known), provider.GetRequiredService<SecretRedactor>())));
        return services;
    }

    /// <summary>Adds a check: degraded while secrets are the last known ones, unhealthy while one that is needed has no value.</summary>
    public static IHealthChecksBuilder AddStrongroom(this IHealthChecksBuilder builder, string name = "strongroom", HealthStatus? failureStatus = null, IEnumerable<string>? tags = null) =>
        builder.Add(new HealthCheckRegistration(
            name, provider => new StrongroomHealthCheck(provider.GetRequiredService<StrongroomConfigurationProvider>()), failureStatus, tags));

    private static ILoggerFactory Inner(IServiceProvider provider, ServiceDescriptor? known) => known switch
    {
        { ImplementationInstance: ILoggerFactory instance } => instance,
        { ImplementationFactory: { } make } => (ILoggerFactory)make(provider),
        { ImplementationType: { } type } => (ILoggerFactory)ActivatorUtilities.CreateInstance(provider, type),
        _ => throw new SecretException(SecretErrorKind.InvalidInput, "the program has no logging to keep secrets out of", help: "call AddLogging first"),
    };
}
