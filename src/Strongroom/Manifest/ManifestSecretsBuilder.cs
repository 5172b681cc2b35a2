using Strongroom.Formats;
using Strongroom.Imports;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Makes the secrets of the manifest from their nodes.</summary>
internal sealed class ManifestSecretsBuilder(TextFaults faults, IReadOnlyList<string> storeNames)
{
    private readonly Dictionary<string, ValueTemplate> _templates = [];
    private readonly Dictionary<string, TextPlace> _templatePlaces = [];
    private readonly HashSet<string> _settings = new(StringComparer.OrdinalIgnoreCase);

    public IReadOnlyList<SecretDefinition> Build(MapNode? map)
    {
        var secrets = new List<SecretDefinition>();
        foreach (var entry in map?.Entries ?? [])
        {
            CheckName(entry);
            switch (entry.Node)
            {
                case MapNode node:
                    secrets.Add(ReadSecret(entry.Key, new ManifestSection(node, "a secret", ManifestKeys.Secret, faults)));
                    break;
                case ScalarNode { IsEmpty: true } or ScalarNode { IsNull: true }:
                    secrets.Add(new SecretDefinition { Name = entry.Key });
                    break;
                default:
                    faults.Add(entry.Node.Place, $"{TextFaults.Shorten(entry.Key)}: expected a mapping, found {entry.Node.Shape}",
                        "values never stand in the manifest; write a description: under the name");
                    break;
            }
        }
        CheckTemplates(secrets);
        return secrets;
    }

    private SecretDefinition ReadSecret(string name, ManifestSection section)
    {
        var (path, paths) = ReadPaths(section);
        var references = ReadReferences(section);
        var secret = new SecretDefinition
        {
            Name = name,
            Description = section.Text("description"),
            IsRequired = section.Flag("required", absent: true),
            Type = section.Text("type"),
            Default = ReadDefault(section),
            Template = ReadTemplate(name, section),
            From = ManifestBuilder.ReadFrom(section, storeNames),
            Path = path,
            Paths = paths,
            References = references,
            Rotation = section.Duration("rotation"),
            Probe = section.Text("probe"),
            Owner = section.Text("owner"),
            Tags = section.Words("tags")?.Select(tag => tag.Text).ToArray() ?? [],
            Setting = ReadSetting(section),
        };
        if (references.Count > 0 && (secret.From is not null || path is not null || paths.Count > 0))
            faults.Add(section.PlaceOf("ref"), "ref: stands beside from or path", "a reference is complete; remove the others");
        if (secret is { Default: not null, Template: not null })
            faults.Add(section.PlaceOf("default"), "default: stands beside value", "keep one of them");
        return secret;
    }

    private void CheckName(MapEntry entry)
    {
        if (SecretName.IsEnvironmentName(entry.Key)) return;
        var better = SecretName.ToEnvironmentName(entry.Key);
        faults.Add(entry.Place, $"'{TextFaults.Shorten(entry.Key)}' is no name for a variable",
            SecretName.IsEnvironmentName(better) ? $"write {TextFaults.Shorten(better)}" : "use letters, digits and underscores, not a digit first");
    }

    private string? ReadSetting(ManifestSection section)
    {
        if (section.Text("setting") is not { } text) return null;
        var isPath = true;
        foreach (var range in text.AsSpan().Split('.')) isPath &= SecretName.IsEnvironmentName(text.AsSpan(range));
        if (!isPath) faults.Add(section.PlaceOf("setting"), "setting: expected names divided by dots", "write it like Llm.OpenAiApiKey");
        else if (!_settings.Add(text)) faults.Add(section.PlaceOf("setting"), $"setting: {TextFaults.Shorten(text)} stands at two secrets");
        return text;
    }

    private string? ReadDefault(ManifestSection section)
    {
        if (section.Node("default") is ScalarNode { IsPlain: false, Text.Length: 0 }) return "";
        if (section.Text("default") is not { } text) return null;
        if (SecretLookalike.Find(text) is { } what)
            faults.Add(section.PlaceOf("default"), $"default: looks like {what}", "defaults are committed; put the value into a store with: strongroom set");
        return text;
    }

    private string? ReadTemplate(string name, ManifestSection section)
    {
        if (section.Text("value") is not { } text) return null;
        var place = section.PlaceOf("value");
        if (!ValueTemplate.TryParse(text, out var template, out var problem)) faults.Add(place, $"value: {problem}");
        else if (SecretLookalike.Find(text) is { } what)
            faults.Add(place, $"value: looks like {what}", "the manifest is committed; put the secret part into a store and write ${NAME} here");
        else
        {
            _templates[name] = template;
            _templatePlaces[name] = place;
        }
        return text;
    }

    private (SecretAddress?, IReadOnlyDictionary<string, SecretAddress>) ReadPaths(ManifestSection section)
    {
        var paths = new Dictionary<string, SecretAddress>();
        switch (section.Node("path"))
        {
            case null:
                return (null, paths);
            case ScalarNode all:
                return (ReadAddress(all), paths);
            case MapNode map:
                foreach (var entry in map.Entries)
                {
                    if (!storeNames.Contains(entry.Key)) faults.AddUnknown(entry.Place, "store", entry.Key, storeNames);
                    else if (entry.Node is not ScalarNode single) faults.Add(entry.Node.Place, $"path: expected a text, found {entry.Node.Shape}");
                    else if (ReadAddress(single) is { } address) paths[entry.Key] = address;
                }
                return (null, paths);
            case var other:
                faults.Add(other.Place, $"path: expected a text or a mapping of stores, found {other.Shape}");
                return (null, paths);
        }
    }

    private SecretAddress? ReadAddress(ScalarNode node)
    {
        if (SecretReferenceSyntax.TryParseAddress(node.Text, out var address, out var problem)) return address;
        faults.Add(node.Place, $"path: {problem}", "write path or path#field");
        return null;
    }

    private List<SecretReference> ReadReferences(ManifestSection section)
    {
        var references = new List<SecretReference>();
        foreach (var word in section.Words("ref") ?? [])
        {
            if (!SecretReference.TryParse(word.Text, out var reference, out var problem)) faults.Add(word.Place, $"ref: {problem}", ForeignReference.Instead(word.Text) ?? "write store://path#field");
            else if (!storeNames.Contains(reference.Store)) faults.AddUnknown(word.Place, "store", reference.Store, storeNames);
            else references.Add(reference);
        }
        return references;
    }

    private void CheckTemplates(List<SecretDefinition> secrets)
    {
        var names = secrets.ConvertAll(secret => secret.Name);
        foreach (var (name, template) in _templates)
        {
            foreach (var part in template.Parts)
            {
                if (part.Name is { } used && !names.Contains(used)) faults.AddUnknown(_templatePlaces[name], "secret in value:", used, names);
                if (part.Reference is { } reference && !storeNames.Contains(reference.Store))
                    faults.AddUnknown(_templatePlaces[name], "store in value:", reference.Store, storeNames);
            }
        }
        foreach (var cycle in TemplateCycles.Find(_templates))
            faults.Add(_templatePlaces[cycle[0]], "value: goes in a circle: " + string.Join(" → ", cycle), "one of them must come from a store");
    }
}
