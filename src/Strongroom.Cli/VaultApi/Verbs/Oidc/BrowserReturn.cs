using System.Net;
using System.Net.Sockets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Listens on this machine for a browser that a provider sends back.</summary>
internal sealed class BrowserReturn : IAsyncDisposable
{
    // Browsers open connections ahead of what they send; more than a few are somebody else's.
    private const int ConnectionsMax = 32;

    private readonly List<TcpListener> _listeners;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _room = new(ConnectionsMax);
    private readonly TaskCompletionSource<BrowserVisit> _visit = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BrowserReturn(List<TcpListener> listeners)
    {
        _listeners = listeners;
        Port = ((IPEndPoint)listeners[0].LocalEndpoint).Port;
    }

    /// <summary>The port it listens on.</summary>
    public int Port { get; }

    /// <summary>Begins to listen. Throws InvalidInput where it cannot.</summary>
    public static async Task<BrowserReturn> ListenAsync(string address, int port, CancellationToken cancellationToken)
    {
        var listeners = new List<TcpListener>();
        try
        {
            // A browser may take either address of localhost first.
            foreach (var candidate in address == "localhost" ? [IPAddress.Loopback, IPAddress.IPv6Loopback] : await Dns.GetHostAddressesAsync(address, cancellationToken))
            {
                if (Listen(candidate, port, isNeeded: listeners.Count == 0) is not { } listener) continue;
                listeners.Add(listener);
                port = ((IPEndPoint)listener.LocalEndpoint).Port;
            }
        }
        catch (SocketException e)
        {
            foreach (var listener in listeners) listener.Dispose();
            throw ApiCall.Invalid($"cannot listen on {address}:{port} for the browser: {e.SocketErrorCode}", "port=… takes another port; the role and the provider must allow it");
        }
        return new BrowserReturn(listeners);
    }

    /// <summary>The visit that brings this state; others are turned away.</summary>
    public async Task<BrowserVisit> WaitAsync(string? state, CancellationToken cancellationToken)
    {
        foreach (var listener in _listeners) _ = AcceptAsync(listener, state);
        return await _visit.Task.WaitAsync(cancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var listener in _listeners) listener.Dispose();
        if (_visit.Task.IsCompletedSuccessfully) _visit.Task.Result.Dispose();
        _stop.Dispose();
    }

    private static TcpListener? Listen(IPAddress address, int port, bool isNeeded)
    {
        var listener = new TcpListener(address, port);
        try
        {
            listener.Start();
            return listener;
        }
        catch (SocketException) when (!isNeeded)
        {
            listener.Dispose();
            return null;
        }
    }

    private async Task AcceptAsync(TcpListener listener, string? state)
    {
        try
        {
            while (true)
            {
                await _room.WaitAsync(_stop.Token);
                _ = ServeAsync(await listener.AcceptTcpClientAsync(_stop.Token), state);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It is over.
        }
    }

    private async Task ServeAsync(TcpClient client, string? state)
    {
        try
        {
            if (await BrowserVisit.ReadAsync(client, state, _stop.Token) is { } visit && !_visit.TrySetResult(visit)) visit.Dispose();
        }
        finally
        {
            _room.Release();
        }
    }
}
