using System.Reflection;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.Text;
using Microsoft.Extensions.Configuration;
using Shouldly;
using Strongroom.Generators;
using Xunit;

namespace Strongroom.Extensions.Tests;

public sealed class SettingsGeneratorTests
{
    [Fact]
    public void Settings_are_grouped_and_typed_and_read_their_values()
    {
        var (assembly, faults) = Compile("""
            version: 1
            secrets:
              OPENAI_API_KEY: {setting: Llm.OpenAiApiKey, description: "Chat & <embeddings>"}
              GEMINI_API_KEY:
                setting: llm.gemini_api_key
                required: false
              LOG_LEVEL:
                default: 'in"fo'
              class:
            """);
        faults.ShouldBeEmpty();
        var settings = (IManifestSettings)Activator.CreateInstance(assembly!.GetType("Made.AppSecrets")!)!;

        settings.Read(new ConfigurationBuilder().Build()).ShouldBe(["OPENAI_API_KEY", "class"]);
        settings.Read(Configuration(("Llm:OpenAiApiKey", "sk"), ("class", "c"))).ShouldBeEmpty();

        var llm = settings.GetType().GetProperty("Llm")!.GetValue(settings)!;
        Property(llm, "OpenAiApiKey").ShouldBe("sk");
        Property(settings, "LogLevel").ShouldBe("in\"fo");
        Property(settings, "Class").ShouldBe("c");
    }

    [Theory]
    [InlineData("secrets:\n  A:\n    setting: X.Key\n  B:\n    setting: x.key\n", "A and B would both be the setting X.Key")]
    [InlineData("secrets:\n  A:\n    setting: X-Y\n", "A: the setting must be names divided by dots")]
    [InlineData("secrets: [\n", "")]
    public void Fault_of_the_manifest_is_a_fault_of_the_build(string manifest, string words)
    {
        var (_, faults) = Compile(manifest);

        faults.ShouldHaveSingleItem().ShouldContain("SR0001");
        faults[0].ShouldContain(words);
    }

    private static object? Property(object target, string name) => target.GetType().GetProperty(name)!.GetValue(target);

    private static IConfiguration Configuration(params (string, string)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => v.Item1, v => (string?)v.Item2)).Build();

    private static (Assembly? Assembly, IReadOnlyList<string> Faults) Compile(string manifest)
    {
        var references = AppDomain.CurrentDomain.GetAssemblies().Append(typeof(IManifestSettings).Assembly).Append(typeof(IConfiguration).Assembly)
            .Where(a => !a.IsDynamic && a.Location.Length > 0).Select(a => a.Location).Distinct().Select(location => MetadataReference.CreateFromFile(location));
        var compilation = CSharpCompilation.Create("made", [], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(
                [new SettingsGenerator().AsSourceGenerator()], [new ManifestText(manifest)],
                optionsProvider: new Names(new Dictionary<string, string> { ["build_property.RootNamespace"] = "Made" }))
            .RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var diagnostics);
        var faults = diagnostics.Concat(updated.GetDiagnostics()).Where(d => d.Severity == DiagnosticSeverity.Error).Select(d => d.ToString()).ToList();
        if (faults.Count > 0) return (null, faults);
        using var bytes = new MemoryStream();
        updated.Emit(bytes).Success.ShouldBeTrue();
        return (Assembly.Load(bytes.ToArray()), []);
    }

    private sealed class ManifestText(string text) : AdditionalText
    {
        public override string Path => "/app/strongroom.yaml";

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Names(Dictionary<string, string> values) : Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptionsProvider
    {
        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GlobalOptions { get; } = new Values(values);

        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GetOptions(AdditionalText textFile) => GlobalOptions;

        private sealed class Values(Dictionary<string, string> values) : Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
