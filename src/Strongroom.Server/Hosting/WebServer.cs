using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.AspNetCore.Server.Kestrel.Https;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hcp;
using Strongroom.Server.Http;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hosting;

/// <summary>The listeners and the one handler behind them.</summary>
internal static class WebServer
{
    /// <summary>Connections that are open at once, over all listeners; those beyond it are closed.</summary>
    public const int ConnectionsMax = 16 * 1024;

    /// <summary>How long running requests have when the server is told to stop.</summary>
    public static readonly TimeSpan StopTimeout = TimeSpan.FromSeconds(10);

    private const int HeadersLengthMax = 32 * 1024;
    private const int HeadersCountMax = 100;
    private const double BytesPerSecondMin = 240;

    // Who sends less than that for longer than this holds a connection and gives nothing for it.
    private static readonly TimeSpan SlowGrace = TimeSpan.FromSeconds(5);

    private static readonly object LimitsKey = new();

    /// <summary>Makes the application, with the façade of HCP Vault Secrets if it is configured. Throws InvalidInput when a certificate cannot be used.</summary>
    public static WebApplication Build(ServedVault vault, IReadOnlyList<ListenerConfiguration> listeners, LogLevel level, TimeProvider time, HcpFacadeConfiguration? hcp = null)
    {
        var certificates = new List<ServerCertificate>();
        var builder = WebApplication.CreateSlimBuilder();
        // A file that happens to lie in the folder configures nothing.
        builder.Configuration.Sources.Clear();
        var log = vault.Options.Log;
        log.Configure(LogBridge.LevelOf(level));
        // Followers may want more than the output: what this lets through, the log itself sorts.
        builder.Logging.ClearProviders().AddProvider(new LogBridge(log)).SetMinimumLevel(level == LogLevel.None ? level : LogLevel.Trace)
            .AddFilter("Microsoft", level < LogLevel.Warning ? LogLevel.Warning : level)
            // What strangers send is no fault of the server: whoever scans its port shall not fill its log.
            .AddFilter("Microsoft.AspNetCore.Server.Kestrel", LogLevel.Critical)
            // Nobody listens to its traces, which would be made for every request.
            .AddFilter("Microsoft.AspNetCore.Hosting.Diagnostics", LogLevel.None)
            // What keeps it from starting is told in our words.
            .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = StopTimeout);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            SetLimits(kestrel.Limits, listeners);
            foreach (var listener in listeners)
            {
                var certificate = listener.Tls is { } tls ? new ServerCertificate(tls, time) : null;
                if (certificate is not null) certificates.Add(certificate);
                kestrel.Listen(listener.Address, listen => Configure(listen, EdgeLimits.Of(listener), certificate));
            }
        });
        builder.Services.AddSingleton(certificates);
        var app = builder.Build();
        var facade = hcp is null ? null : new HcpFacade(vault, hcp);
        app.Lifetime.ApplicationStopping.Register(log.EndMonitors);
        app.Run(new VaultEdge(vault, LimitsOf, app.Services.GetRequiredService<ILogger<VaultEdge>>(), facade).HandleAsync);
        return app;
    }

    /// <summary>Begins to listen. Throws Unreachable with the address that is taken or forbidden.</summary>
    public static async Task StartAsync(WebApplication app, CancellationToken cancellationToken)
    {
        try
        {
            await app.StartAsync(cancellationToken);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            var taken = e.InnerException is AddressInUseException;
            throw new SecretException(
                SecretErrorKind.Unreachable, taken ? "the address is in use" : "the address cannot be listened on", operation: "start",
                help: taken ? "stop what uses it, or give another address" : "ports below 1024 need a right, and the address must be of this machine", inner: e);
        }
        var log = app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Strongroom.Server");
        foreach (var certificate in app.Services.GetRequiredService<List<ServerCertificate>>()) certificate.Log = log;
        foreach (var address in app.Urls) ServerLog.Listening(log, address);
        app.Lifetime.ApplicationStopping.Register(() => ServerLog.Stopping(log, (int)StopTimeout.TotalSeconds));
    }

    /// <summary>Reads the certificates of all listeners again.</summary>
    public static void Reload(WebApplication app)
    {
        ServerLog.Reloading(app.Services.GetRequiredService<ILoggerFactory>().CreateLogger("Strongroom.Server"));
        foreach (var certificate in app.Services.GetRequiredService<List<ServerCertificate>>()) certificate.Reload();
    }

    private static void Configure(ListenOptions listen, EdgeLimits limits, ServerCertificate? certificate)
    {
        // HTTP/2 without TLS would need every client to know of it beforehand.
        listen.Protocols = certificate is null ? HttpProtocols.Http1 : HttpProtocols.Http1AndHttp2;
        listen.Use(next => connection =>
        {
            connection.Items[LimitsKey] = limits;
            return next(connection);
        });
        if (certificate is not null) listen.UseHttps(new TlsHandshakeCallbackOptions { OnConnection = context => new(certificate.For(context.Connection)) });
    }

    private static EdgeLimits LimitsOf(HttpContext context) =>
        (EdgeLimits)context.Features.GetRequiredFeature<IConnectionItemsFeature>().Items[LimitsKey]!;

    private static void SetLimits(KestrelServerLimits limits, IReadOnlyList<ListenerConfiguration> listeners)
    {
        // The edge counts the body, by listener.
        limits.MaxRequestBodySize = null;
        limits.MaxRequestHeadersTotalSize = HeadersLengthMax;
        limits.MaxRequestHeaderCount = HeadersCountMax;
        limits.MaxConcurrentConnections = ConnectionsMax;
        limits.MinRequestBodyDataRate = new MinDataRate(BytesPerSecondMin, SlowGrace);
        limits.MinResponseDataRate = new MinDataRate(BytesPerSecondMin, SlowGrace);
        // These are the server's as a whole: the widest of its listeners.
        limits.RequestHeadersTimeout = listeners.Max(listener => listener.ReadHeaderTimeout);
        limits.KeepAliveTimeout = listeners.Max(listener => listener.IdleTimeout);
    }
}
