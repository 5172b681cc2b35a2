using Strongroom.Secrets;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>
/// The options of a device, by the names that Vault gives them (https://developer.hashicorp.com/vault/docs/audit). Faults are InvalidInput,
/// and an option that the device does not have is one.
/// </summary>
internal sealed class AuditDeviceOptions
{
    /// <summary>How long one write may take when <c>write_timeout</c> does not say.</summary>
    public static readonly TimeSpan WriteTimeoutDefault = TimeSpan.FromSeconds(2);

    private const int PrefixLengthMax = 64;

    private static readonly string[] Common =
        ["description", "log_raw", "hmac_accessor", "format", "elide_list_responses", "prefix", "fallback", "fail_closed", "write_timeout"];

    private readonly Dictionary<string, string> _values;

    public AuditDeviceOptions(AuditDeviceEntry entry)
    {
        _values = entry.Options;
        var own = AuditOutputs.OptionsOf(entry.Type);
        foreach (var name in _values.Keys)
        {
            if (!Common.Contains(name, StringComparer.Ordinal) && !own.Contains(name, StringComparer.Ordinal))
                throw RequestFields.Invalid($"unknown option \"{name}\"; a {entry.Type} device has: {string.Join(", ", own.Concat(Common))}");
        }
        if (Text("format") is { } format && format is not "json")
            throw RequestFields.Invalid(format is "jsonx" ? "the format jsonx is not supported; use json" : $"unknown format type \"{format}\"");
        LogRaw = Flag("log_raw", usual: false);
        HmacAccessor = Flag("hmac_accessor", usual: true);
        ElideListResponses = Flag("elide_list_responses", usual: false);
        FailClosed = Flag("fail_closed", usual: false);
        IsFallback = Flag("fallback", usual: false);
        if (FailClosed && IsFallback) throw RequestFields.Invalid("a fallback device cannot fail closed: it is asked when others fail");
        Prefix = Text("prefix") ?? "";
        // A line that begins as somebody likes is half a program (CVE-2025-6000): the prefix is short, one line, and no "#!".
        if (Prefix.Length > PrefixLengthMax || Prefix.Any(char.IsControl) || Prefix.StartsWith('#'))
            throw RequestFields.Invalid($"prefix is up to {PrefixLengthMax} printable characters and does not begin with '#'");
        WriteTimeout = Duration("write_timeout", WriteTimeoutDefault);
    }

    /// <summary>Whether values are written in the clear.</summary>
    public bool LogRaw { get; }

    /// <summary>Whether token accessors are replaced by codes.</summary>
    public bool HmacAccessor { get; }

    /// <summary>Whether the names in an answer to LIST are only counted.</summary>
    public bool ElideListResponses { get; }

    /// <summary>Whether requests fail when this device cannot take their entry.</summary>
    public bool FailClosed { get; }

    /// <summary>Whether this device gets only what no other took.</summary>
    public bool IsFallback { get; }

    /// <summary>Stands before each entry.</summary>
    public string Prefix { get; }

    public TimeSpan WriteTimeout { get; }

    public string? Text(string name) => _values.TryGetValue(name, out var text) && text.Length > 0 ? text : null;

    public string Require(string name) => Text(name) ?? throw RequestFields.Invalid($"{name} is required");

    public bool Flag(string name, bool usual) => Text(name) switch
    {
        null => usual,
        "true" or "1" or "t" or "T" or "TRUE" or "True" => true,
        "false" or "0" or "f" or "F" or "FALSE" or "False" => false,
        _ => throw RequestFields.Invalid($"{name} is not true or false"),
    };

    private TimeSpan Duration(string name, TimeSpan usual)
    {
        if (Text(name) is not { } text) return usual;
        try
        {
            var duration = GoDuration.Parse(text);
            if (duration > TimeSpan.Zero && duration <= TimeSpan.FromMinutes(1)) return duration;
        }
        catch (SecretException)
        {
            // Told below in the words of the option.
        }
        throw RequestFields.Invalid($"{name} is not a duration between nothing and a minute");
    }
}
