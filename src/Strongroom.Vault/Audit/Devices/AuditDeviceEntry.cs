using System.Text.Json.Serialization;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>One audit device as stored and as <c>sys/audit</c> tells it.</summary>
internal sealed record AuditDeviceEntry
{
    /// <summary>Its name, ending in a slash: <c>file/</c>.</summary>
    public required string Path { get; init; }

    /// <summary>Where it writes: see <see cref="AuditOutputs"/>.</summary>
    public required string Type { get; init; }

    public string Description { get; set; } = "";

    public Dictionary<string, string> Options { get; set; } = [];

    public bool Local { get; init; }

    /// <summary>Key of the codes in its entries. Its own, so that entries of two devices cannot be joined.</summary>
    public required string Salt { get; init; }
}

/// <summary>How the table of audit devices is stored.</summary>
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(AuditDeviceEntry[]))]
internal sealed partial class AuditDeviceJson : JsonSerializerContext;
