using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Manifest;

/// <summary>Where one secret is looked for in one environment.</summary>
/// <param name="Definition">What the manifest says about it.</param>
/// <param name="Steps">Stores and addresses in the order in which they are asked; empty for a value that is only composed.</param>
/// <param name="Template">How to compose the value when no step has it; null when it is not composed.</param>
public sealed record PlannedSecret(SecretDefinition Definition, IReadOnlyList<SecretReference> Steps, ValueTemplate? Template)
{
    /// <summary>Name in the application's environment.</summary>
    public string Name => Definition.Name;
}

/// <summary>A manifest seen from one environment: each name with the addresses where its value is looked for.</summary>
public sealed class ManifestPlan
{
    private readonly Dictionary<string, PlannedSecret> _byName;

    private ManifestPlan(ProjectManifest manifest, EnvironmentDefinition environment)
    {
        Manifest = manifest;
        Environment = environment;
        Chain = environment.Chain ?? manifest.Chain;
        var secrets = new List<PlannedSecret>(manifest.Secrets.Count);
        _byName = new Dictionary<string, PlannedSecret>(manifest.Secrets.Count);
        foreach (var definition in manifest.Secrets)
        {
            var planned = PlanSecret(definition);
            secrets.Add(planned);
            _byName.Add(planned.Name, planned);
        }
        Secrets = secrets;
    }

    /// <summary>The manifest behind it.</summary>
    public ProjectManifest Manifest { get; }

    /// <summary>The environment it is for.</summary>
    public EnvironmentDefinition Environment { get; }

    /// <summary>Names of the stores that are asked where a secret says nothing else.</summary>
    public IReadOnlyList<string> Chain { get; }

    /// <summary>The declared secrets in the order of the manifest.</summary>
    public IReadOnlyList<PlannedSecret> Secrets { get; }

    /// <summary>The plan for an environment; for the default one when none is named.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when there is no such environment.</exception>
    public static ManifestPlan Create(ProjectManifest manifest, string? environment = null)
    {
        var name = environment ?? manifest.DefaultEnvironment;
        return new ManifestPlan(manifest, manifest.FindEnvironment(name) ?? throw NoEnvironment(manifest, name));
    }

    /// <summary>The plan for a name; one that the manifest does not declare is looked for along the chain.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when it cannot be the name of a variable.</exception>
    public PlannedSecret Find(string name)
    {
        if (_byName.TryGetValue(name, out var planned)) return planned;
        if (!SecretName.IsEnvironmentName(name))
            throw new SecretException(SecretErrorKind.InvalidInput, "is no name for a secret", name: Shown(name), help: "use letters, digits and underscores, not a digit first");
        return PlanSecret(new SecretDefinition { Name = name });
    }

    /// <summary>
    /// The plans for <paramref name="names"/> and for everything their values are composed of, each once, what is needed before
    /// what needs it: resolved and composed in this order, every part is there when it is used.
    /// </summary>
    public IReadOnlyList<PlannedSecret> FindWithParts(IEnumerable<string> names)
    {
        var found = new List<PlannedSecret>();
        var seen = new HashSet<string>();
        foreach (var name in names) Add(name);
        return found;

        void Add(string name)
        {
            // The reader of the manifest refused circles; a name being added is not added again, so this ends in any case.
            if (!seen.Add(name)) return;
            var planned = Find(name);
            foreach (var part in planned.Template?.Parts ?? [])
                if (part.Name is { } used) Add(used);
            found.Add(planned);
        }
    }

    /// <summary>Where a secret is in one store, whether or not it is looked for there: the place to write it.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> when the manifest has no such store.</exception>
    public SecretReference ReferenceIn(string store, string name) =>
        Locate(Manifest.FindStore(store) ?? throw NoStore(store), Find(name).Definition);

    private PlannedSecret PlanSecret(SecretDefinition definition)
    {
        var template = definition.Template is null ? null : ValueTemplate.Parse(definition.Template);
        if (definition.References.Count > 0) return new PlannedSecret(definition, definition.References, template);
        var stores = definition.From ?? (template is null ? Chain : []);
        var steps = new SecretReference[stores.Count];
        for (var i = 0; i < steps.Length; i++) steps[i] = Locate(Manifest.FindStore(stores[i]) ?? throw NoStore(stores[i]), definition);
        return new PlannedSecret(definition, steps, template);
    }

    private SecretReference Locate(StoreDefinition store, SecretDefinition secret)
    {
        var address = StoreAddresses.Of(store, secret);
        var prefix = store.Prefix.Replace("{environment}", Environment.Path, StringComparison.Ordinal);
        return new SecretReference(store.Name, address with { Path = prefix + address.Path });
    }

    /// <summary>What was given for a name, without the value that somebody wrote behind it.</summary>
    private static string Shown(string name) => name.Length == 0 ? "an empty text" : name.IndexOf('=') is >= 0 and var equals ? name[..equals] + "=…" : name;

    private SecretException NoStore(string store)
    {
        var names = Manifest.Stores.Select(s => s.Name).ToArray();
        return new SecretException(SecretErrorKind.InvalidInput, $"the manifest has no store '{store}'",
            help: NearestWord.Find(store, names) is { } near ? $"did you mean '{near}'?" : "it has " + string.Join(", ", names));
    }

    private static SecretException NoEnvironment(ProjectManifest manifest, string name)
    {
        var names = manifest.Environments.Select(e => e.Name).ToArray();
        return new SecretException(SecretErrorKind.InvalidInput, $"the manifest has no environment '{name}'",
            help: NearestWord.Find(name, names) is { } near ? $"did you mean '{near}'?" : "it has " + string.Join(", ", names));
    }
}
