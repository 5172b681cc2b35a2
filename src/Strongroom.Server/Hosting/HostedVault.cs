using Strongroom.Server.Configuration;
using Strongroom.Server.Hcp;
using Strongroom.Vault.Served;

namespace Strongroom.Server.Hosting;

/// <summary>A vault with everything that is opened for it and closed after it.</summary>
internal abstract class HostedVault : IAsyncDisposable
{
    public abstract ServedVault Vault { get; }

    /// <summary>Where it is served.</summary>
    public abstract IReadOnlyList<ListenerConfiguration> Listeners { get; }

    /// <summary>From which level on the server's log tells.</summary>
    public virtual LogLevel LogLevel => LogLevel.Warning;

    /// <summary>The façade of HCP Vault Secrets; null leaves it off.</summary>
    public virtual HcpFacadeConfiguration? HcpFacade => null;

    /// <summary>Ends when all keys of the storage were looked at, or fails with the damage that was found.</summary>
    public Task StorageVerified { get; protected init; } = Task.CompletedTask;

    /// <summary>Tells that it is served now, and how to use it.</summary>
    public abstract Task AnnounceAsync(TextWriter output);

    public abstract ValueTask DisposeAsync();
}
