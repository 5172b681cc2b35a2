using System.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Strongroom.Generators;

/// <summary>One secret as the settings show it.</summary>
internal sealed record SettingModel(string Name, string[] Path, string? Description, bool IsRequired, string? Default)
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

    public static ManifestModel Read(string text)
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
        foreach (var twice in settings.GroupBy(s => string.Join(".", s.Path), StringComparer.OrdinalIgnoreCase).Where(g => g.Count() > 1))
            faults.Add((0, 0, $"{string.Join(" and ", twice.Select(s => s.Name))} would both be the setting {twice.Key}; give one of them another setting"));
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
        var section = value as YamlMappingNode;
        var setting = Text(section, "setting");
        var path = (setting ?? name).Split('.').Select(ToPropertyName).ToArray();
        if (path.Any(part => part.Any(c => !char.IsLetterOrDigit(c) && c != '_')))
        {
            faults.Add(((int)value.Start.Line - 1, (int)value.Start.Column - 1, $"{name}: the setting must be names divided by dots, such as Llm.OpenAiApiKey"));
            return;
        }
        settings.Add(new SettingModel(name, path, Text(section, "description"), Text(section, "required") != "false", Text(section, "default")));
    }

    private static string? Text(YamlMappingNode? section, string key) => section is null ? null : (Find(section, key) as YamlScalarNode)?.Value;

    private static YamlNode? Find(YamlMappingNode map, string key) => map.Children.FirstOrDefault(c => c.Key is YamlScalarNode scalar && scalar.Value == key).Value;
}
