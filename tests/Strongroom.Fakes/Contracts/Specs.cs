using System.Text.Json.Nodes;
using Xunit;

namespace Strongroom.Fakes.Contracts;

/// <summary>
/// The vendors' descriptions: <c>tests/specs</c>, or the folder that <c>STRONGROOM_SPECS</c> names. A test that needs one and finds no
/// folder is skipped and says so.
/// </summary>
public static class Specs
{
    /// <summary>The folder, if there is one.</summary>
    public static string? Folder { get; } = Find();

    /// <summary>The full path of a file.</summary>
    public static string PathOf(string file)
    {
        if (Folder is null) Assert.Skip("The vendors' API descriptions are not here: STRONGROOM_SPECS names no folder.");
        return Path.Combine(Folder, file);
    }

    /// <summary>A description, JSON or YAML, with what is known to be wrong in it corrected.</summary>
    public static JsonObject Read(string file)
    {
        var text = File.ReadAllText(PathOf(file));
        var document = (file.EndsWith(".yaml", StringComparison.Ordinal) ? YamlText.Parse(text) : JsonNode.Parse(text))!.AsObject();
        Errata.Correct(file, document);
        return document;
    }

    private static string? Find()
    {
        if (Environment.GetEnvironmentVariable("STRONGROOM_SPECS") is { Length: > 0 } named) return Directory.Exists(named) ? named : null;
        for (var at = AppContext.BaseDirectory; at is not null; at = Path.GetDirectoryName(at))
        {
            var folder = Path.Combine(at, "tests", "specs");
            if (Directory.Exists(folder)) return folder;
        }
        return null;
    }
}
