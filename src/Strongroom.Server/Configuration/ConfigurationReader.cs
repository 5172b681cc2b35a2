using Strongroom.Formats;
using Strongroom.Server.Hcp;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Hcl;

namespace Strongroom.Server.Configuration;

/// <summary>
/// Makes a configuration of one or several files: a later one adds listeners and takes the place of anything else. All faults are
/// reported at once.
/// </summary>
internal sealed class ConfigurationReader(Func<string, string?> variable)
{
    private static readonly string[] Known =
    [
        "listener", "storage", "backend", "seal", "api_addr", "cluster_addr", "cluster_name", "ui", "default_lease_ttl", "max_lease_ttl",
        "log_level", "disable_mlock", "disable_cache", "pid_file", "audit_flush", "hcp_facade",
    ];

    private static readonly string[] LogLevels = ["trace", "debug", "info", "notice", "warn", "warning", "err", "error"];
    private static readonly string[] StorageKinds = ["file", "sqlite", "inmem"];
    private static readonly string[] SealKinds = ["static", "keyfile", "shamir"];

    private readonly TextFaults _faults = new();
    private readonly List<string> _warnings = [];
    private readonly List<ListenerConfiguration> _listeners = [];
    private ServerConfiguration _made = new() { Storage = new StorageConfiguration("", "") };

    /// <summary>Adds a file. Relative paths in it are those of the folder that the server runs in, as with Vault.</summary>
    public void Add(string text, string file)
    {
        var reading = HclDocument.Read(text, file);
        if (reading.Body is not { } body)
        {
            foreach (var fault in reading.Faults) _faults.Add(new TextPlace(fault.File, fault.Line, fault.Column), fault.Message, fault.Suggestion);
            return;
        }
        var section = new ConfigurationSection(Merge(body), file, Known, _faults, _warnings);
        foreach (var block in section.Blocks("listener", "listener \"tcp\" { … }")) AddListener(block, file);
        foreach (var key in new[] { "storage", "backend" })
            foreach (var block in section.Blocks(key, "storage \"file\" { path = \"/var/lib/strongroom\" }")) AddStorage(block, file);
        foreach (var block in section.Blocks("seal", "seal \"keyfile\" { path = \"/etc/strongroom/vault.key\" }")) AddSeal(block, file);
        if (section.Has("disable_mlock") && section.Flag("disable_mlock") is not null)
            _warnings.Add("disable_mlock has no effect: keys lie in pinned memory that is zeroed, and the server locks no pages; encrypt the swap space");
        if (section.Flag("ui") == true) _warnings.Add("ui has no effect: this server has no console");
        if (section.Has("disable_cache") && section.Flag("disable_cache") == true) _warnings.Add("disable_cache has no effect");
        _made = _made with
        {
            ApiAddress = section.Text("api_addr") ?? _made.ApiAddress,
            ClusterAddress = section.Text("cluster_addr") ?? _made.ClusterAddress,
            ClusterName = section.Text("cluster_name") ?? _made.ClusterName,
            DefaultLeaseTtl = section.Duration("default_lease_ttl") ?? _made.DefaultLeaseTtl,
            MaxLeaseTtl = section.Duration("max_lease_ttl") ?? _made.MaxLeaseTtl,
            LogLevel = ReadLogLevel(section) ?? _made.LogLevel,
            PidFile = section.Text("pid_file") ?? _made.PidFile,
            AuditFlush = ReadAuditFlush(section) ?? _made.AuditFlush,
            HcpFacade = ReadHcpFacade(section, file) ?? _made.HcpFacade,
        };
        if (_made.DefaultLeaseTtl > _made.MaxLeaseTtl)
            section.Fault(section.Has("default_lease_ttl") ? "default_lease_ttl" : "max_lease_ttl", "default_lease_ttl is longer than max_lease_ttl");
    }

    /// <summary>The configuration. Throws InvalidInput with every fault.</summary>
    public ServerConfiguration Build(string what)
    {
        FormatFaults.ThrowIfAny(_faults.InOrder, what);
        var start = new TextPlace(what, 1, 1);
        if (_made.Storage.Kind.Length == 0) _faults.Add(start, "no storage", "write storage \"file\" { path = \"/var/lib/strongroom\" }");
        if (_listeners.Count == 0) _faults.Add(start, "no listener", "write listener \"tcp\" { address = \"127.0.0.1:8200\" … }");
        FormatFaults.ThrowIfAny(_faults.InOrder, what);
        return _made with { Listeners = _listeners, Warnings = _warnings };
    }

    private void AddListener(HclBlock block, string file)
    {
        if (block.Label.Text != "tcp")
        {
            _faults.AddUnknown(new TextPlace(file, block.Label.Line, block.Label.Column), "kind of listener", block.Label.Text, ["tcp"]);
            return;
        }
        if (ListenerReader.Read(block, file, variable, _faults, _warnings) is { } listener) _listeners.Add(listener);
    }

    private void AddStorage(HclBlock block, string file)
    {
        var place = new TextPlace(file, block.Label.Line, block.Label.Column);
        if (!StorageKinds.Contains(block.Label.Text))
        {
            _faults.AddUnknown(place, "kind of storage", block.Label.Text, StorageKinds);
            return;
        }
        var section = new ConfigurationSection(block.Body, file, ["path"], _faults, _warnings);
        var path = section.Text("path");
        if (path is null && block.Label.Text != "inmem") _faults.Add(place, $"storage \"{block.Label.Text}\" has no path", "write path = \"/var/lib/strongroom\": the folder of the vault");
        _made = _made with { Storage = new StorageConfiguration(block.Label.Text, path is null or "" ? "" : Path.GetFullPath(path)) };
    }

    private void AddSeal(HclBlock block, string file)
    {
        var place = new TextPlace(file, block.Label.Line, block.Label.Column);
        if (!SealKinds.Contains(block.Label.Text))
        {
            _faults.AddUnknown(place, "kind of seal", block.Label.Text, SealKinds);
            return;
        }
        var section = new ConfigurationSection(block.Body, file, block.Label.Text == "shamir" ? [] : ["path"], _faults, _warnings);
        var path = section.Text("path");
        if (path is null && block.Label.Text == "keyfile") _faults.Add(place, "seal \"keyfile\" has no path", "write path = \"/etc/strongroom/vault.key\"");
        _made = _made with { Seal = block.Label.Text == "shamir" ? null : new SealConfiguration(block.Label.Text, path is null ? null : Path.GetFullPath(path)) };
    }

    private HcpFacadeConfiguration? ReadHcpFacade(ConfigurationSection section, string file)
    {
        if (section.Body("hcp_facade", "hcp_facade { mount = \"secret\" }") is not { } body) return null;
        var inner = new ConfigurationSection(body, file, ["mount", "prefix", "auth_mount"], _faults, _warnings);
        var defaults = HcpFacadeConfiguration.Default;
        var made = new HcpFacadeConfiguration(
            inner.Text("mount")?.Trim('/') ?? defaults.Mount, inner.Text("prefix")?.Trim('/') ?? defaults.Prefix, inner.Text("auth_mount")?.Trim('/') ?? defaults.AuthMount);
        if (made.Mount.Length == 0) inner.Fault("mount", "names no engine", "write mount = \"secret\"");
        if (made.AuthMount.Length == 0) inner.Fault("auth_mount", "names no method", "write auth_mount = \"approle\"");
        if (HcpFacadeConfiguration.FaultOfPrefix(made.Prefix) is { } fault) inner.Fault("prefix", fault, $"write prefix = \"{defaults.Prefix}\"");
        return made;
    }

    private static AuditFlush? ReadAuditFlush(ConfigurationSection section)
    {
        switch (section.Text("audit_flush"))
        {
            case null: return null;
            case "changes": return AuditFlush.Changes;
            case "always": return AuditFlush.Always;
            default:
                section.Fault("audit_flush", "is neither changes nor always", "always flushes the audit log before every answer");
                return null;
        }
    }

    private static LogLevel? ReadLogLevel(ConfigurationSection section)
    {
        if (section.Text("log_level") is not { } text) return null;
        switch (text.ToLowerInvariant())
        {
            case "trace": return LogLevel.Trace;
            case "debug": return LogLevel.Debug;
            case "info" or "notice" or "": return LogLevel.Information;
            case "warn" or "warning": return LogLevel.Warning;
            case "err" or "error": return LogLevel.Error;
            default:
                section.Fault("log_level", $"unknown level '{TextFaults.Shorten(text)}'", "known: " + string.Join(", ", LogLevels));
                return null;
        }
    }

    /// <summary>Blocks may stand in a file more than once: they become one entry with several blocks.</summary>
    private static HclBody Merge(HclBody body)
    {
        var items = new List<HclItem>(body.Items.Count);
        foreach (var item in body.Items)
        {
            var at = items.FindIndex(other => other.Key.Text == item.Key.Text);
            if (at < 0 || item.Key.Text is not "listener") items.Add(item);
            else items[at] = item with { Key = items[at].Key, Labels = [], IsBlock = false, Value = new HclList(item.Key.Line, item.Key.Column, [.. Values(items[at]), .. Values(item)]) };
        }
        return body with { Items = items };
    }

    private static IEnumerable<HclValue> Values(HclItem item) => item switch
    {
        { Labels: [var label], Value: HclBody body } => [new HclBody(label.Line, label.Column, [new HclItem(label, [], body, IsBlock: false)])],
        { Value: HclList list } => list.Items,
        _ => [item.Value],
    };
}
