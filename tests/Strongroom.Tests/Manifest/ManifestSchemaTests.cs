using System.Text.Json;
using System.Text.Json.Nodes;
using Shouldly;
using Strongroom.Manifest;
using Strongroom.Tests.Architecture;
using Xunit;

namespace Strongroom.Tests.Manifest;

/// <summary>The schema that editors use and the reader know the same keys.</summary>
public sealed class ManifestSchemaTests
{
    private static readonly JsonElement Schema = JsonDocument.Parse(File.ReadAllBytes(RepositoryFiles.PathOf("schema/strongroom.schema.json"))).RootElement;

    [Fact]
    public void Schema_has_the_keys_of_the_reader()
    {
        KeysOf(Schema).ShouldBe(ManifestKeys.Root);
        KeysOf(Definition("environment")).ShouldBe(ManifestKeys.Environment);
        KeysOf(Definition("secret")).ShouldBe(ManifestKeys.Secret);
    }

    /// <summary>With STRONGROOM_UPDATE_DOCS=1 it writes that part of the schema anew.</summary>
    [Fact]
    public void Schema_has_every_kind_with_its_settings()
    {
        var path = RepositoryFiles.PathOf("schema/strongroom.schema.json");
        var written = JsonNode.Parse(File.ReadAllText(path))!;
        var expected = StoreSchema();
        if (Environment.GetEnvironmentVariable("STRONGROOM_UPDATE_DOCS") is "1")
        {
            written["$defs"]!["store"] = expected.DeepClone();
            File.WriteAllText(path, written.ToJsonString(new JsonSerializerOptions { WriteIndented = true, Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }) + "\n");
        }
        JsonNode.DeepEquals(written["$defs"]!["store"], expected).ShouldBeTrue("run this test with STRONGROOM_UPDATE_DOCS=1");
    }

    [Fact]
    public void Open_gives_the_published_schema()
    {
        using var schema = ManifestSchema.Open();
        JsonElement.DeepEquals(JsonDocument.Parse(schema).RootElement, Schema).ShouldBeTrue();
    }

    [Fact]
    public void Reference_explains_every_key()
    {
        var reference = File.ReadAllText(RepositoryFiles.PathOf("docs/reference/manifest.md"));
        foreach (var key in ManifestKeys.Root.Concat(ManifestKeys.Environment).Concat(ManifestKeys.Store).Concat(ManifestKeys.Secret)
            .Concat(StoreKind.All.Select(k => k.Name)).Concat(StoreKind.All.SelectMany(k => k.AllSettings).Select(s => s.Key)).Concat(ManifestKeys.Namings))
            reference.ShouldContain($"`{key}`");
    }

    private static JsonObject StoreSchema() => new()
    {
        ["oneOf"] = new JsonArray(
        [
            new JsonObject
            {
                ["description"] = "A kind without required settings, by its name alone",
                ["enum"] = Words(StoreKind.All.Where(kind => !kind.Settings.Any(s => s.IsRequired)).Select(kind => kind.Name)),
            },
            .. StoreKind.All.Select(KindSchema),
        ]),
    };

    private static JsonNode KindSchema(StoreKind kind)
    {
        var properties = new JsonObject
        {
            ["kind"] = new JsonObject { ["description"] = kind.Description, ["const"] = kind.Name },
            ["naming"] = new JsonObject { ["description"] = "How names are written in this store", ["enum"] = Words(ManifestKeys.Namings), ["default"] = "as-is" },
            ["prefix"] = new JsonObject
            {
                ["description"] = "What stands before each name, literally; {environment} is replaced by the path of the environment",
                ["type"] = "string",
            },
        };
        foreach (var setting in kind.AllSettings) properties[setting.Key] = SettingSchema(setting);
        return new JsonObject
        {
            ["title"] = kind.Name,
            ["type"] = "object",
            ["additionalProperties"] = false,
            ["required"] = Words(kind.Settings.Where(s => s.IsRequired).Select(s => s.Key).Prepend("kind")),
            ["properties"] = properties,
        };
    }

    private static JsonObject SettingSchema(StoreSetting setting)
    {
        var schema = new JsonObject { ["description"] = setting.Description };
        if (setting.Choices.Count > 0) schema["enum"] = Words(setting.Choices);
        else schema["type"] = setting.Form switch { "flag" => "boolean", "number" => "number", _ => "string" };
        return schema;
    }

    private static JsonArray Words(IEnumerable<string> words) => [.. words.Select(word => (JsonNode)word)];

    private static JsonElement Definition(string name) => Schema.GetProperty("$defs").GetProperty(name);

    private static IEnumerable<string> KeysOf(JsonElement section) => section.GetProperty("properties").EnumerateObject().Select(p => p.Name);
}
