using System.Data.Common;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Strongroom.Extensions;
using Strongroom.Secrets;

namespace Strongroom.Npgsql;

/// <summary>Gives a program its database.</summary>
public static class StrongroomNpgsqlExtensions
{
    /// <summary>
    /// Adds <see cref="RotatingNpgsqlDataSource"/>, also as <see cref="DbDataSource"/>, with the login of a secret. The program does not
    /// start while the secret cannot be read. Wants what <c>AddStrongroom</c> adds.
    /// </summary>
    /// <param name="services">The services of the program.</param>
    /// <param name="reference">Name or reference, without a field, of a secret with <c>host, port, database, username, password</c>.</param>
    /// <param name="configure">Other settings of the connections, and how the login is followed.</param>
    /// <param name="serviceKey">Key of the service, where a program has several databases.</param>
    /// <exception cref="SecretException">When the program starts and the secret cannot be read.</exception>
    public static IServiceCollection AddStrongroomNpgsql(
        this IServiceCollection services, string reference, Action<RotatingDataSourceOptions>? configure = null, object? serviceKey = null)
    {
        services.AddKeyedSingleton(serviceKey, (provider, _) => Make(provider, reference, configure));
        services.AddKeyedSingleton<DbDataSource>(serviceKey, (provider, key) => provider.GetRequiredKeyedService<RotatingNpgsqlDataSource>(key));
        services.AddSingleton<IHostedService>(provider => new FirstLogin(provider.GetRequiredKeyedService<RotatingNpgsqlDataSource>(serviceKey)));
        return services;
    }

    private static RotatingNpgsqlDataSource Make(IServiceProvider provider, string reference, Action<RotatingDataSourceOptions>? configure)
    {
        var options = new RotatingDataSourceOptions { LoggerFactory = provider.GetService<ILoggerFactory>() };
        configure?.Invoke(options);
        return new RotatingNpgsqlDataSource(provider.GetRequiredService<ISecretSource>(), reference, options, provider.GetService<ILogger<RotatingNpgsqlDataSource>>());
    }

    /// <summary>Reads the login before the program does anything with it.</summary>
    private sealed class FirstLogin(RotatingNpgsqlDataSource source) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken) => source.PrepareAsync(cancellationToken);

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
