namespace Strongroom.Manifest;

/// <summary>The JSON schema (draft 2020-12) of the manifest, for editors.</summary>
public static class ManifestSchema
{
    /// <summary>The schema as UTF-8 text; the caller disposes the stream.</summary>
    public static Stream Open() => typeof(ManifestSchema).Assembly.GetManifestResourceStream("strongroom.schema.json")!;
}
