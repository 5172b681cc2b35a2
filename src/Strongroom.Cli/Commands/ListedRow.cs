using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>One secret as `list` shows it.</summary>
internal sealed record ListedRow(SecretDefinition Definition, SecretReference? Origin)
{
    public SecretMetadata? Metadata { get; init; }

    public AccessStatistic? Access { get; init; }

    public bool IsDeleted { get; init; }

    /// <summary>True when a store that may have it could not be listed.</summary>
    public bool IsUnknown { get; init; }

    /// <summary>True when a program that needs it could not start.</summary>
    public bool IsMissing => !IsUnknown && (Origin is null || IsDeleted) && Definition is { IsRequired: true, Default: null, Template: null };

    public string[] Cells(Ink ink, bool isLong)
    {
        var from = IsDeleted ? ink.Yellow("deleted")
            : Origin is { } origin ? origin.Store
            : IsUnknown ? ink.Dim("not listed")
            : Definition.Template is not null ? ink.Dim("composed")
            : Definition.Default is not null ? ink.Dim("default")
            : Definition.IsRequired ? ink.Red("missing") : ink.Dim("not set");
        var version = Metadata is { } m ? $"{m.CurrentVersion}" : "";
        var changed = Metadata is { } n ? Times.Local(n.UpdatedAt) : "";
        var description = Definition.Description ?? Custom(SecretMetadata.DescriptionKey) ?? "";
        if (!isLong) return [Definition.Name, from, version, changed, description];
        return
        [
            Definition.Name, from, version, changed, Definition.Owner ?? Custom(SecretMetadata.OwnerKey) ?? "",
            Access is { LastReadAt: { } last } ? Times.Local(last) : "", Access is { } a ? $"{a.Reads}" : "", description,
        ];
    }

    /// <summary>What `list --missing` shows.</summary>
    public string[] MissingCells => [Definition.Name, Definition.Owner ?? "", Definition.Description ?? ""];

    public static void WriteJson(Screen screen, string environment, List<ListedRow> rows) => JsonOutput.Write(screen, json =>
    {
        json.WriteStartObject();
        json.WriteString("environment", environment);
        json.WriteStartArray("secrets");
        foreach (var row in rows)
        {
            json.WriteStartObject();
            json.WriteString("name", row.Definition.Name);
            json.WriteString("from", row.IsDeleted ? null : row.Origin?.ToString());
            json.WriteBoolean("missing", row.IsMissing);
            if (row.IsUnknown) json.WriteBoolean("unknown", true);
            json.WriteBoolean("required", row.Definition.IsRequired);
            json.WriteString("description", row.Definition.Description ?? row.Custom(SecretMetadata.DescriptionKey));
            json.WriteString("owner", row.Definition.Owner ?? row.Custom(SecretMetadata.OwnerKey));
            if (row.Definition.Type is { } type) json.WriteString("type", type);
            if (row.Metadata is { } metadata)
            {
                json.WriteNumber("version", metadata.CurrentVersion);
                json.WriteString("createdAt", metadata.CreatedAt);
                json.WriteString("changedAt", metadata.UpdatedAt);
            }
            if (row.Access is { } access)
            {
                json.WriteNumber("reads", access.Reads);
                json.WriteNumber("readsLastDay", access.ReadsLastDay);
                if (access.LastReadAt is { } last) json.WriteString("lastReadAt", last);
            }
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
    });

    private string? Custom(string key) => Metadata is { } metadata && metadata.Custom.TryGetValue(key, out var value) ? value : null;
}
