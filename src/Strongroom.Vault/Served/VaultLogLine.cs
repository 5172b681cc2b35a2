using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace Strongroom.Vault.Served;

/// <summary>How much a line of the log matters.</summary>
public enum VaultLogLevel
{
    /// <summary>Every step.</summary>
    Trace,

    /// <summary>For who looks for a fault.</summary>
    Debug,

    /// <summary>What happened.</summary>
    Info,

    /// <summary>What somebody should look at.</summary>
    Warn,

    /// <summary>What failed.</summary>
    Error,
}

/// <summary>One line of the server's log.</summary>
/// <param name="Time">When.</param>
/// <param name="Level">How much it matters.</param>
/// <param name="Logger">Which part of the server tells it.</param>
/// <param name="Text">What.</param>
public readonly record struct VaultLogLine(DateTimeOffset Time, VaultLogLevel Level, string Logger, string Text)
{
    /// <summary>As Vault writes it: <c>2026-11-22T10:15:00.123Z [INFO]  core: vault is unsealed</c>. One line, whatever the text holds.</summary>
    public override string ToString()
    {
        var line = new StringBuilder();
        line.Append(CultureInfo.InvariantCulture, $"{Time.UtcDateTime:yyyy-MM-ddTHH:mm:ss.fffZ} {"[" + NameOf(Level).ToUpperInvariant() + "]",-7} {Logger}: ");
        foreach (var character in Text) line.Append(char.IsControl(character) ? ' ' : character);
        return line.ToString();
    }

    /// <summary>Writes it as a JSON object, with the members that Vault's has.</summary>
    public void WriteJson(IBufferWriter<byte> output)
    {
        using var writer = new Utf8JsonWriter(output);
        writer.WriteStartObject();
        writer.WriteString("@level"u8, NameOf(Level));
        writer.WriteString("@message"u8, Text);
        writer.WriteString("@module"u8, Logger);
        writer.WriteString("@timestamp"u8, Time.UtcDateTime);
        writer.WriteEndObject();
    }

    /// <summary>The level of a name as configuration and requests write it; null for what is none.</summary>
    public static VaultLogLevel? LevelOf(string name) => name.ToLowerInvariant() switch
    {
        "trace" => VaultLogLevel.Trace,
        "debug" => VaultLogLevel.Debug,
        "info" or "notice" => VaultLogLevel.Info,
        "warn" or "warning" => VaultLogLevel.Warn,
        "error" or "err" => VaultLogLevel.Error,
        _ => null,
    };

    /// <summary>The name of a level.</summary>
    public static string NameOf(VaultLogLevel level) => level switch
    {
        VaultLogLevel.Trace => "trace",
        VaultLogLevel.Debug => "debug",
        VaultLogLevel.Info => "info",
        VaultLogLevel.Warn => "warn",
        _ => "error",
    };
}
