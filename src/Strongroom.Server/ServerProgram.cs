using System.Net;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Strongroom.Secrets;
using Strongroom.Server.Http;
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
            return await ServeAsync(arguments);
        }
        catch (SecretException e)
        {
            await Console.Error.WriteLineAsync("strongroom-server: " + e.Message);
            return 1;
        }
    }

    private static async Task<int> ServeAsync(ServerArguments arguments)
    {
        await using var dev = await DevVault.StartAsync(arguments, RandomNumberGenerator.Create(), TimeProvider.System, CancellationToken.None);
        await using var app = Build(dev.Vault, [arguments.DevListen]);
        await app.StartAsync();
        await dev.AnnounceAsync(Console.Out);
        await app.WaitForShutdownAsync();
        return 0;
    }

    /// <summary>The web application: limits, listeners and the one handler.</summary>
    public static WebApplication Build(ServedVault vault, IReadOnlyList<IPEndPoint> listeners)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            foreach (var listener in listeners) kestrel.Listen(listener, listen => listen.Protocols = HttpProtocols.Http1);
        });
        var app = builder.Build();
        var edge = new VaultEdge(vault, new EdgeLimits(), app.Services.GetRequiredService<ILogger<VaultEdge>>());
        app.Run(edge.HandleAsync);
        return app;
    }
}
