using System.Text;
using Microsoft.CodeAnalysis.CSharp;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Strongroom.Generators;

/// <summary>One secret as the settings show it. Its place counts from 0.</summary>
internal sealed record SettingModel(string Name, string Key, string[] Path, string? Description, bool IsRequired, string? Default, int Line, int Column)
{
    public string Property => Path[Path.Length - 1];
}

/// <summary>What the generator takes from a manifest. The program itself reads the rest, and reports its faults.</summary>
internal sealed class ManifestModel
{
    private ManifestModel(List<SettingModel> settings, List<(int Line, int Column, string Text)> faults) => (Settings, Faults) = (settings, faults);

    public List<SettingModel> Settings { get; }

    /// <summary>Places count from 0.</summary>
    public List<(int Line, int Column, string Text)> Faults { get; }

    /// <param name="text">The manifest.</param>
    /// <param name="className">The class that the settings become.</param>
    public static ManifestModel Read(string text, string className)
    {
        var settings = new List<SettingModel>();
        var faults = new List<(int, int, string)>();
        try
        {
            var stream = new YamlStream();
            stream.Load(new StringReader(text));
            if (stream.Documents.Count > 0 && stream.Documents[0].RootNode is YamlMappingNode root && Find(root, "secrets") is YamlMappingNode secrets)
                foreach (var entry in secrets.Children) Add(entry.Key, entry.Value, settings, faults);
        }
        catch (YamlException e)
        {
            faults.Add(((int)e.Start.Line - 1, (int)e.Start.Column - 1, e.Message));
        }
        if (faults.Count == 0) SettingNames.Check(settings, className, faults);
        return new ManifestModel(settings, faults);
    }

    /// <summary><c>OPENAI_API_KEY</c> and <c>openai_api_key</c> become <c>OpenaiApiKey</c>; what has small and capital letters stays.</summary>
    public static string ToPropertyName(string word)
    {
        if (word.Any(char.IsLower) && word.Any(char.IsUpper) && word.IndexOf('_') < 0) return word;
        var name = new StringBuilder(word.Length);
        foreach (var part in word.Split(['_'], StringSplitOptions.RemoveEmptyEntries))
            name.Append(char.ToUpperInvariant(part[0])).Append(part.Substring(1).ToLowerInvariant());
        return name.Length == 0 || char.IsDigit(name[0]) ? "_" + name : name.ToString();
    }

    private static void Add(YamlNode key, YamlNode value, List<SettingModel> settings, List<(int, int, string)> faults)
    {
        if (key is not YamlScalarNode { Value: { Length: > 0 } name }) return;
        var (line, column) = ((int)key.Start.Line - 1, (int)key.Start.Column - 1);
        if (!name.All(c => c is (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') or (>= '0' and <= '9') or '_') || char.IsDigit(name[0]))
        {
            faults.Add((line, column, $"{name} is no name for a secret: letters, digits and underscores, not a digit first"));
            return;
        }
        var section = value as YamlMappingNode;
        // Configuration reads two underscores as one step down, so the settings do.
        var written = Text(section, "setting") ?? string.Join(".", name.Split(["__"], StringSplitOptions.RemoveEmptyEntries));
        var path = written.Split('.').Select(ToPropertyName).ToArray();
        if (path.Any(part => !SyntaxFacts.IsValidIdentifier(part)))
        {
            faults.Add(((int)value.Start.Line - 1, (int)value.Start.Column - 1, $"{name}: the setting must be names divided by dots, such as Llm.OpenAiApiKey"));
            return;
        }
        settings.Add(new SettingModel(name, written.Replace('.', ':'), path, Text(section, "description"), Text(section, "required") != "false", Text(section, "default"), line, column));
    }

    private static string? Text(YamlMappingNode? section, string key) => section is null ? null : (Find(section, key) as YamlScalarNode)?.Value;

    private static YamlNode? Find(YamlMappingNode map, string key) => map.Children.FirstOrDefault(c => c.Key is YamlScalarNode scalar && scalar.Value == key).Value;
}
