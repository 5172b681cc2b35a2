using System.Text.Json;
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

    [Fact]
    public void Schema_has_every_kind_with_its_settings()
    {
        var ways = Definition("store").GetProperty("oneOf").EnumerateArray().ToArray();
        ways[0].GetProperty("enum").EnumerateArray().Select(k => k.GetString())
            .ShouldBe(StoreKind.All.Where(kind => !kind.Settings.Any(s => s.IsRequired)).Select(kind => kind.Name));
        ways.Length.ShouldBe(StoreKind.All.Count + 1);
        foreach (var (way, kind) in ways[1..].Zip(StoreKind.All))
        {
            way.GetProperty("properties").GetProperty("kind").GetProperty("const").GetString().ShouldBe(kind.Name);
            KeysOf(way).ShouldBe([.. ManifestKeys.Store, .. kind.Settings.Select(s => s.Key)]);
            way.GetProperty("required").EnumerateArray().Select(k => k.GetString()).ShouldBe(["kind", .. kind.Settings.Where(s => s.IsRequired).Select(s => s.Key)]);
            way.GetProperty("properties").GetProperty("naming").GetProperty("enum").EnumerateArray().Select(k => k.GetString()).ShouldBe(ManifestKeys.Namings);
        }
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
            .Concat(StoreKind.All.Select(k => k.Name)).Concat(StoreKind.All.SelectMany(k => k.Settings).Select(s => s.Key)).Concat(ManifestKeys.Namings))
            reference.ShouldContain($"`{key}`");
    }

    private static JsonElement Definition(string name) => Schema.GetProperty("$defs").GetProperty(name);

    private static IEnumerable<string> KeysOf(JsonElement section) => section.GetProperty("properties").EnumerateObject().Select(p => p.Name);
}
