using System.Globalization;
using System.Reflection;
using System.Security.Cryptography;
using System.Text.Json;
using Strongroom.Files;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hcp;
using Strongroom.Storage.Cached;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Storage;

namespace Strongroom.Server.Hosting;

/// <summary>The vault of a configuration: in a folder of its own, or in memory.</summary>
internal sealed class ConfiguredVault : HostedVault
{
    private readonly ServerConfiguration _configuration;
    private readonly VaultFolder? _folder;
    private readonly DirectoryInfo? _temporary;
    private readonly VaultSeal? _seal;

    private ConfiguredVault(ServedVault vault, ServerConfiguration configuration, VaultFolder? folder, DirectoryInfo? temporary, VaultSeal? seal) =>
        (Vault, _configuration, _folder, _temporary, _seal) = (vault, configuration, folder, temporary, seal);

    public override ServedVault Vault { get; }

    public override IReadOnlyList<ListenerConfiguration> Listeners => _configuration.Listeners;

    public override LogLevel LogLevel => _configuration.LogLevel;

    public override HcpFacadeConfiguration? HcpFacade => _configuration.HcpFacade;

    /// <summary>Opens storage and seal; the vault is open too when its seal needs no people.</summary>
    public static async ValueTask<ConfiguredVault> StartAsync(
        ServerConfiguration configuration, bool acceptRestored, RandomNumberGenerator random, TimeProvider time, CancellationToken cancellationToken)
    {
        VaultFolder? folder = null;
        DirectoryInfo? temporary = null;
        VaultSeal? seal = null;
        VaultStorage? storage = null;
        try
        {
            if (configuration.Storage.Kind == "inmem") temporary = Directory.CreateTempSubdirectory("strongroom-");
            else folder = VaultFolder.Take(configuration.Storage.Folder, isOwn: true);
            var file = folder?.OpenStorage();
            // Nobody else changes the file, so what was read stays in memory.
            storage = file is null ? new MemoryStorage() : new CachedStorage(file);
            if (configuration.Seal is { } chosen)
                seal = SealFactory.Make(chosen, await VaultHeader.ReadAsync(storage, cancellationToken) is not null, random);
            var vault = new ServedVault(storage, Options(configuration, folder?.AuditPath ?? Path.Combine(temporary!.FullName, "audit.log"), seal, random, time) with { AcceptRestored = acceptRestored });
            await vault.StartAsync(cancellationToken);
            if (configuration.PidFile is { } pid) WritePid(pid);
            return new ConfiguredVault(vault, configuration, folder, temporary, seal) { StorageVerified = file?.Verified ?? Task.CompletedTask };
        }
        catch
        {
            if (storage is not null) await storage.DisposeAsync();
            seal?.Dispose();
            folder?.Dispose();
            temporary?.Delete(recursive: true);
            throw;
        }
    }

    public override async Task AnnounceAsync(TextWriter output)
    {
        var version = typeof(ConfiguredVault).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0];
        var rows = new List<(string Name, string Value)> { ("Api Address", _configuration.ApiAddress) };
        foreach (var listener in Listeners) rows.Add(("Listener", Describe(listener)));
        rows.Add(("Log Level", _configuration.LogLevel.ToString().ToLowerInvariant()));
        rows.Add(("Seal", _seal?.Kind ?? ShamirSeal.KindName));
        rows.Add(("Storage", _folder is null ? _configuration.Storage.Kind : $"{_configuration.Storage.Kind} ({_folder.FullPath})"));
        rows.Add(("Version", $"Strongroom {version}, API of Vault {ServedVaultOptions.ApiVersion}"));
        await output.WriteLineAsync("==> Strongroom server configuration:\n");
        foreach (var (name, value) in rows) await output.WriteLineAsync($"{name,20}: {value}");
        foreach (var warning in _configuration.Warnings) await output.WriteLineAsync($"\nWARNING: {warning}");
        await output.WriteLineAsync("\n==> Strongroom server started! Log data will stream in below:\n");
        await output.FlushAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        if (_configuration.PidFile is { } pid) File.Delete(pid);
        _seal?.Dispose();
        _folder?.Dispose();
        _temporary?.Delete(recursive: true);
    }

    private static ServedVaultOptions Options(
        ServerConfiguration configuration, string auditPath, VaultSeal? seal, RandomNumberGenerator random, TimeProvider time) => new()
        {
            AuditPath = auditPath,
            AuditFlush = configuration.AuditFlush,
            Time = time,
            Random = random,
            Seal = seal,
            StorageType = configuration.Storage.Kind,
            ClusterName = configuration.ClusterName,
            ApiAddress = configuration.ApiAddress,
            ClusterAddress = configuration.ClusterAddress,
            DefaultLeaseTtl = (long)configuration.DefaultLeaseTtl.TotalSeconds,
            MaxLeaseTtl = (long)configuration.MaxLeaseTtl.TotalSeconds,
            DescribeServer = writer => Describe(writer, configuration, seal?.Kind ?? ShamirSeal.KindName),
        };

    private static void Describe(Utf8JsonWriter writer, ServerConfiguration configuration, string seal)
    {
        writer.WriteString("log_level"u8, configuration.LogLevel.ToString().ToLowerInvariant());
        writer.WriteString("pid_file"u8, configuration.PidFile ?? "");
        writer.WriteStartArray("listeners"u8);
        foreach (var listener in configuration.Listeners)
        {
            writer.WriteStartObject();
            writer.WriteString("type"u8, "tcp"u8);
            writer.WriteStartObject("config"u8);
            writer.WriteString("address"u8, listener.Address.ToString());
            writer.WriteBoolean("tls_disable"u8, listener.Tls is null);
            writer.WriteEndObject();
            writer.WriteEndObject();
        }
        writer.WriteEndArray();
        writer.WriteStartArray("seals"u8);
        writer.WriteStartObject();
        writer.WriteString("type"u8, seal);
        writer.WriteBoolean("disabled"u8, value: false);
        writer.WriteEndObject();
        writer.WriteEndArray();
    }

    private static void WritePid(string path)
    {
        try
        {
            File.WriteAllText(path, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw FileFaults.Explain(e, "start", path);
        }
    }

    private static string Describe(ListenerConfiguration listener) =>
        $"tcp (addr: \"{listener.Address}\", max_request_duration: \"{GoDuration.Format(listener.RequestDurationMax)}\", "
        + $"max_request_size: \"{listener.RequestSizeMax}\", tls: \"{(listener.Tls is null ? "disabled" : "enabled")}\")";
}
