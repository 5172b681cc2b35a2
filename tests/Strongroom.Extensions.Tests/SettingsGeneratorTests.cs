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

    [Theory]
    [InlineData("secrets:\n  A:\n    setting: X\n  B:\n    setting: X.Key\n", "A would be the setting X, and B one below it", 4)]
    [InlineData("secrets:\n  A:\n    setting: X.Key\n  B:\n    setting: x\n", "B would be the setting X, and A one below it", 4)]
    [InlineData("secrets:\n  A:\n    setting: Y\n  APP_SECRETS:\n", "APP_SECRETS cannot be the setting AppSecrets", 4)]
    [InlineData("secrets:\n  READ:\n", "READ cannot be the setting Read", 2)]
    [InlineData("secrets:\n  A:\n    setting: X.GetType\n", "A cannot be the setting X.GetType", 2)]
    [InlineData("secrets:\n  A:\n    setting: X.Key\n  X_SETTINGS:\n", "X_SETTINGS cannot be the setting XSettings", 4)]
    [InlineData("secrets:\n  A:\n    setting: X.XSettings\n", "A cannot be the setting X.XSettings", 2)]
    [InlineData("secrets:\n  A-B:\n    setting: X\n", "A-B is no name for a secret", 2)]
    [InlineData("secrets:\n  A:\n  B:\n    setting: a\n", "A and B would both be the setting A", 3)]
    public void Setting_that_would_not_compile_is_a_fault_at_its_line(string manifest, string words, int line)
    {
        var (_, faults) = Compile(manifest);

        faults.ShouldHaveSingleItem().ShouldContain(words);
        faults[0].ShouldContain($"strongroom.yaml({line},");
    }

    [Fact]
    public void Name_with_two_underscores_is_found_where_configuration_has_it()
    {
        var (assembly, faults) = Compile("secrets:\n  ConnectionStrings__Main:\n  llm__api_key:\n");
        faults.ShouldBeEmpty();
        var settings = (IManifestSettings)Activator.CreateInstance(assembly!.GetType("Made.AppSecrets")!)!;

        settings.Read(Configuration(("ConnectionStrings:Main", "Host=db"), ("llm:api_key", "sk"))).ShouldBeEmpty();

        Property(Property(settings, "ConnectionStrings")!, "Main").ShouldBe("Host=db");
        Property(Property(settings, "Llm")!, "ApiKey").ShouldBe("sk");
    }

    [Theory]
    [InlineData("my-app.2nd", "my_app._2nd.AppSecrets")]
    [InlineData("class", "class.AppSecrets")]
    public void Root_namespace_of_any_project_compiles(string rootNamespace, string type)
    {
        var (assembly, faults) = Compile("secrets:\n  A:\n", rootNamespace);

        faults.ShouldBeEmpty();
        assembly!.GetType(type).ShouldNotBeNull();
    }

    [Fact]
    public void Class_name_that_is_none_is_a_fault() =>
        Compile("secrets:\n  A:\n", className: "My.Secrets").Faults.ShouldHaveSingleItem().ShouldContain("StrongroomSettingsClass is 'My.Secrets'");

    [Fact]
    public void Manifest_that_the_build_names_may_be_called_anything_and_goes_before_others()
    {
        var (assembly, faults) = Compile([new ManifestText("secrets:\n  OTHER:\n"), new ManifestText("secrets:\n  NAMED:\n", "/app/production.yaml", isNamed: true)]);

        faults.ShouldBeEmpty();
        assembly!.GetType("Made.AppSecrets")!.GetProperty("Named").ShouldNotBeNull();
    }

    [Fact]
    public void Two_manifests_are_a_fault() =>
        Compile([new ManifestText("secrets:\n  A:\n"), new ManifestText("secrets:\n  B:\n", "/app/other/strongroom.yaml")]).Faults.ShouldHaveSingleItem()
            .ShouldContain("two manifests, /app/strongroom.yaml and /app/other/strongroom.yaml");

    private static object? Property(object target, string name) => target.GetType().GetProperty(name)!.GetValue(target);

    private static IConfiguration Configuration(params (string, string)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.ToDictionary(v => v.Item1, v => (string?)v.Item2)).Build();

    private static (Assembly? Assembly, IReadOnlyList<string> Faults) Compile(string manifest, string rootNamespace = "Made", string? className = null) =>
        Compile([new ManifestText(manifest)], rootNamespace, className);

    private static (Assembly? Assembly, IReadOnlyList<string> Faults) Compile(ManifestText[] manifests, string rootNamespace = "Made", string? className = null)
    {
        var references = AppDomain.CurrentDomain.GetAssemblies().Append(typeof(IManifestSettings).Assembly).Append(typeof(IConfiguration).Assembly)
            .Where(a => !a.IsDynamic && a.Location.Length > 0).Select(a => a.Location).Distinct().Select(location => MetadataReference.CreateFromFile(location));
        var compilation = CSharpCompilation.Create("made", [], references, new CSharpCompilationOptions(OutputKind.DynamicallyLinkedLibrary, nullableContextOptions: NullableContextOptions.Enable));
        CSharpGeneratorDriver.Create(
                [new SettingsGenerator().AsSourceGenerator()], manifests,
                optionsProvider: new Names(new Dictionary<string, string> { ["build_property.RootNamespace"] = rootNamespace, ["build_property.StrongroomSettingsClass"] = className ?? "" }))
            .RunGeneratorsAndUpdateCompilation(compilation, out var updated, out var diagnostics);
        var faults = diagnostics.Concat(updated.GetDiagnostics()).Where(d => d.Severity >= DiagnosticSeverity.Warning).Select(d => d.ToString()).ToList();
        if (faults.Count > 0) return (null, faults);
        using var bytes = new MemoryStream();
        updated.Emit(bytes).Success.ShouldBeTrue();
        return (Assembly.Load(bytes.ToArray()), []);
    }

    private sealed class ManifestText(string text, string path = "/app/strongroom.yaml", bool isNamed = false) : AdditionalText
    {
        public override string Path => path;

        public bool IsNamed => isNamed;

        public override SourceText GetText(CancellationToken cancellationToken = default) => SourceText.From(text);
    }

    private sealed class Names(Dictionary<string, string> values) : Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptionsProvider
    {
        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GlobalOptions { get; } = new Values(values);

        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GetOptions(SyntaxTree tree) => GlobalOptions;

        public override Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions GetOptions(AdditionalText textFile) =>
            ((ManifestText)textFile).IsNamed ? new Values(new Dictionary<string, string> { ["build_metadata.AdditionalFiles.StrongroomManifest"] = "true" }) : GlobalOptions;

        private sealed class Values(Dictionary<string, string> values) : Microsoft.CodeAnalysis.Diagnostics.AnalyzerConfigOptions
        {
            public override bool TryGetValue(string key, [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out string? value) => values.TryGetValue(key, out value);
        }
    }
}
