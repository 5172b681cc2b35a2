namespace Strongroom.Manifest;

/// <summary>The keys a manifest may have, section by section. The reader, the schema's test and the reference go by these.</summary>
internal static class ManifestKeys
{
    public static IReadOnlyList<string> Root { get; } = ["version", "application", "environment", "environments", "stores", "chain", "secrets"];

    public static IReadOnlyList<string> Environment { get; } = ["path", "chain", "protected"];

    /// <summary>What every store has; its kind adds settings.</summary>
    public static IReadOnlyList<string> Store { get; } = ["kind", "naming", "prefix"];

    public static IReadOnlyList<string> Secret { get; } =
        ["description", "required", "type", "default", "value", "from", "path", "ref", "rotation", "probe", "owner", "tags", "setting"];

    public static IReadOnlyList<string> Namings { get; } = ["as-is", "upper-snake", "lower-snake", "kebab", "camel", "path"];
}
