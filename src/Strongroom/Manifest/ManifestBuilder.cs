using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Makes the manifest from its nodes.</summary>
internal sealed class ManifestBuilder(TextFaults faults)
{
    public ProjectManifest Build(MapNode root)
    {
        var section = new ManifestSection(root, "the manifest", ManifestKeys.Root, faults);
        var stores = ReadStores(section.Map("stores"));
        var storeNames = stores.ConvertAll(store => store.Name);
        var environments = ReadEnvironments(section.Map("environments"), storeNames);
        return new ProjectManifest
        {
            Version = ReadVersion(section),
            Application = section.Text("application") ?? "",
            Environments = environments,
            DefaultEnvironment = ReadDefaultEnvironment(section, environments),
            Stores = stores,
            Chain = ReadStoreNames(section, "chain", storeNames) ?? storeNames,
            Secrets = new ManifestSecretsBuilder(faults, storeNames).Build(section.Map("secrets")),
        };
    }

    private int ReadVersion(ManifestSection section)
    {
        var version = section.Text("version");
        if (version is null) faults.Add(section.PlaceOf("version"), "no version", $"begin with version: {ProjectManifest.CurrentVersion}");
        else if (!string.Equals(version, "1", StringComparison.Ordinal))
            faults.Add(section.PlaceOf("version"), "this program does not know that version of the manifest", $"write version: {ProjectManifest.CurrentVersion}, or use a newer program");
        return ProjectManifest.CurrentVersion;
    }

    private List<EnvironmentDefinition> ReadEnvironments(MapNode? map, IReadOnlyList<string> storeNames)
    {
        var environments = new List<EnvironmentDefinition>();
        foreach (var entry in map?.Entries ?? [])
        {
            if (!SecretReference.IsStoreName(entry.Key))
                faults.Add(entry.Place, $"'{TextFaults.Shorten(entry.Key)}' is no name for an environment", "use lower-case letters, digits and hyphens");
            if (Section(entry, "an environment", ManifestKeys.Environment) is not { } section) continue;
            var path = section.Text("path") ?? entry.Key;
            if (!SecretReference.TryParse($"store://{path}", out var reference, out var problem) || reference.Address.Field is not null || reference.Address.Version is not null)
                faults.Add(section.PlaceOf("path"), $"path: {(problem.Length > 0 ? problem : "has more than a path")}", "write folder names divided by slashes");
            environments.Add(new EnvironmentDefinition(entry.Key, path, ReadStoreNames(section, "chain", storeNames), section.Flag("protected", absent: false)));
        }
        return environments.Count > 0 ? environments : [new EnvironmentDefinition("development", "development", Chain: null, IsProtected: false)];
    }

    private string ReadDefaultEnvironment(ManifestSection section, List<EnvironmentDefinition> environments)
    {
        if (section.Text("environment") is not { } name) return environments[0].Name;
        var names = environments.ConvertAll(environment => environment.Name);
        if (!names.Contains(name)) faults.AddUnknown(section.PlaceOf("environment"), "environment", name, names);
        return name;
    }

    private List<StoreDefinition> ReadStores(MapNode? map)
    {
        var stores = new List<StoreDefinition>();
        foreach (var entry in map?.Entries ?? [])
        {
            if (!SecretReference.IsStoreName(entry.Key))
                faults.Add(entry.Place, $"'{TextFaults.Shorten(entry.Key)}' is no name for a store", "use lower-case letters, digits and hyphens");
            if (ReadStore(entry) is { } store) stores.Add(store);
        }
        return stores;
    }

    private StoreDefinition? ReadStore(MapEntry entry)
    {
        var map = entry.Node is MapNode given ? given : new MapNode(entry.Node.Place, []);
        // `shell: environment` says it all when the kind has no settings.
        var kindNode = entry.Node is ScalarNode { IsEmpty: false } scalar ? scalar : map.Find("kind")?.Node as ScalarNode;
        var kindNames = StoreKind.All.Select(kind => kind.Name).ToArray();
        if (kindNode is null)
        {
            faults.Add(entry.Node.Place, $"{entry.Key}: no kind of store", "write kind: and one of " + string.Join(", ", kindNames));
            return null;
        }
        if (StoreKind.Find(kindNode.Text) is not { } kind)
        {
            faults.AddUnknown(kindNode.Place, "kind of store", kindNode.Text, kindNames);
            return new StoreDefinition { Name = entry.Key, Kind = kindNode.Text };
        }
        var section = new ManifestSection(map, $"a store of kind {kind.Name}", [.. ManifestKeys.Store, .. kind.AllSettings.Select(s => s.Key)], faults);
        var settings = new Dictionary<string, string>();
        foreach (var setting in kind.AllSettings)
        {
            if (section.Text(setting.Key) is { } text)
            {
                settings.Add(setting.Key, text);
                if (StoreTuning.Has(setting.Key) && StoreTuning.FaultOf(setting.Key, text) is { } fault)
                    faults.Add(section.PlaceOf(setting.Key), $"{setting.Key}: {fault}");
            }
            else if (setting.IsRequired) faults.Add(entry.Node.Place, $"{entry.Key}: no {setting.Key}", $"write {setting.Key}: {setting.Description}");
        }
        return new StoreDefinition
        {
            Name = entry.Key,
            Kind = kind.Name,
            Naming = ReadNaming(section),
            Prefix = section.Text("prefix") ?? kind.Prefix,
            Settings = settings,
        };
    }

    private SecretNaming ReadNaming(ManifestSection section)
    {
        if (section.Text("naming") is not { } text) return SecretNaming.AsIs;
        for (var i = 0; i < ManifestKeys.Namings.Count; i++)
            if (string.Equals(ManifestKeys.Namings[i], text, StringComparison.Ordinal)) return (SecretNaming)i;
        faults.AddUnknown(section.PlaceOf("naming"), "naming", text, ManifestKeys.Namings);
        return SecretNaming.AsIs;
    }

    private static List<string>? ReadStoreNames(ManifestSection section, string key, IReadOnlyList<string> known)
    {
        if (section.Words(key) is not { } words) return null;
        var names = new List<string>(words.Count);
        foreach (var word in words)
        {
            if (!known.Contains(word.Text)) section.Faults.AddUnknown(word.Place, "store", word.Text, known);
            else if (names.Contains(word.Text)) section.Faults.Add(word.Place, $"{key}: '{word.Text}' stands in it twice");
            else names.Add(word.Text);
        }
        return names;
    }

    private ManifestSection? Section(MapEntry entry, string what, IReadOnlyList<string> keys)
    {
        switch (entry.Node)
        {
            case MapNode map: return new ManifestSection(map, what, keys, faults);
            case ScalarNode { IsEmpty: true } or ScalarNode { IsNull: true }: return new ManifestSection(new MapNode(entry.Place, []), what, keys, faults);
            default:
                faults.Add(entry.Node.Place, $"{TextFaults.Shorten(entry.Key)}: expected a mapping, found {entry.Node.Shape}");
                return null;
        }
    }

    internal static List<string>? ReadFrom(ManifestSection section, IReadOnlyList<string> known) => ReadStoreNames(section, "from", known);
}
