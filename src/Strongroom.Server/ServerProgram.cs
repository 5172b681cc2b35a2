using System.Runtime.InteropServices;
using System.Security.Cryptography;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hosting;
using Strongroom.Vault.Served;

namespace Strongroom.Server;

/// <summary>The server from start to stop: the only place that wires everything.</summary>
internal static class ServerProgram
{
    public static async Task<int> RunAsync(string[] args)
    {
        try
        {
            if (ServerArguments.Parse(args) is not { } arguments) return 0;
            await using var output = new LogOutput(Console.Out);
            await using var hosted = await StartVaultAsync(arguments, RandomNumberGenerator.Create(), TimeProvider.System, CancellationToken.None);
            if (arguments.NewRootToken) await RootTokenCommand.RunAsync(hosted.Vault, Console.Out, CancellationToken.None);
            else await ServeAsync(hosted, output);
            return 0;
        }
        catch (SecretException e)
        {
            await Console.Error.WriteLineAsync("strongroom-server: " + e.Message);
            return 1;
        }
    }

    private static async ValueTask<HostedVault> StartVaultAsync(
        ServerArguments arguments, RandomNumberGenerator random, TimeProvider time, CancellationToken cancellationToken)
    {
        if (arguments.Dev) return await DevVault.StartAsync(arguments, random, time, cancellationToken);
        if (arguments.Project is { } project) return await ProjectVault.StartAsync(project, arguments.LocalListener, random, time, cancellationToken);
        var configuration = ConfigurationFiles.Load(arguments.Configurations, Environment.GetEnvironmentVariable);
        return await ConfiguredVault.StartAsync(configuration, arguments.AcceptRestored, random, time, cancellationToken);
    }

    private static async Task ServeAsync(HostedVault hosted, LogOutput output)
    {
        output.Attach(hosted.Vault.Options.Log);
        _ = TellDamageAsync(hosted);
        await using var app = WebServer.Build(hosted.Vault, hosted.Listeners, hosted.LogLevel, TimeProvider.System, hosted.HcpFacade);
        using var hangUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, context =>
        {
            context.Cancel = true;
            WebServer.Reload(app);
            hosted.Vault.ReopenAuditDevices();
        });
        await WebServer.StartAsync(app, CancellationToken.None);
        await hosted.AnnounceAsync(Console.Out);
        await app.WaitForShutdownAsync();
    }

    private static async Task TellDamageAsync(HostedVault hosted)
    {
        try
        {
            await hosted.StorageVerified;
        }
        catch (SecretException e)
        {
            hosted.Vault.Options.Log.Write(VaultLog.Core, VaultLogLevel.Error, e.Message);
        }
        catch (ObjectDisposedException)
        {
            // The server stops before it knows.
        }
    }
}
