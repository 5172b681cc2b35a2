using Strongroom.Caching;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Manifest;

/// <summary>
/// What <c>strongroom.yaml</c> says: the stores a project reads its secrets from, in which order, for which environments, and
/// the secrets its application needs. Holds no secret and is safe to commit. Immutable.
/// </summary>
public sealed record ProjectManifest
{
    /// <summary>The format this program reads and writes.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Folder of the manifest; relative paths in the settings of stores begin here. Empty when read from a text.</summary>
    public string Directory { get; init; } = "";

    /// <summary>Format of the manifest.</summary>
    public int Version { get; init; } = CurrentVersion;

    /// <summary>Name of the application, for people.</summary>
    public string Application { get; init; } = "";

    /// <summary>The environment that counts when none is asked for.</summary>
    public required string DefaultEnvironment { get; init; }

    /// <summary>The environments in the order written.</summary>
    public required IReadOnlyList<EnvironmentDefinition> Environments { get; init; }

    /// <summary>The stores in the order written.</summary>
    public required IReadOnlyList<StoreDefinition> Stores { get; init; }

    /// <summary>Names of stores in the order in which they are asked.</summary>
    public required IReadOnlyList<string> Chain { get; init; }

    /// <summary>The secrets in the order written.</summary>
    public required IReadOnlyList<SecretDefinition> Secrets { get; init; }

    /// <summary>The environment of that name; null when there is none.</summary>
    public EnvironmentDefinition? FindEnvironment(string name)
    {
        foreach (var environment in Environments)
            if (string.Equals(environment.Name, name, StringComparison.Ordinal)) return environment;
        return null;
    }

    /// <summary>The store of that name; null when there is none.</summary>
    public StoreDefinition? FindStore(string name)
    {
        foreach (var store in Stores)
            if (string.Equals(store.Name, name, StringComparison.Ordinal)) return store;
        return null;
    }

    /// <summary>The secret of that name; null when the manifest does not declare it.</summary>
    public SecretDefinition? FindSecret(string name)
    {
        foreach (var secret in Secrets)
            if (string.Equals(secret.Name, name, StringComparison.Ordinal)) return secret;
        return null;
    }
}

/// <summary>An environment: the same secrets with other values.</summary>
/// <param name="Name">Its name: <c>development</c>, <c>testing</c>, <c>production</c>.</param>
/// <param name="Path">What stands for <c>{environment}</c> in the prefixes of stores; its name by default.</param>
/// <param name="Chain">Stores asked in this environment instead of the project's chain; null for the project's.</param>
/// <param name="IsProtected">Changes ask for confirmation.</param>
public sealed record EnvironmentDefinition(string Name, string Path, IReadOnlyList<string>? Chain, bool IsProtected);

/// <summary>A configured backend.</summary>
public sealed record StoreDefinition
{
    /// <summary>The project's name for it; the part before <c>://</c> in references.</summary>
    public required string Name { get; init; }

    /// <summary>Kind of backend: <c>embedded</c>, <c>dotenv</c>, <c>vault</c>, <c>aws</c> and so on.</summary>
    public required string Kind { get; init; }

    /// <summary>How names are written in this store.</summary>
    public SecretNaming Naming { get; init; } = SecretNaming.AsIs;

    /// <summary>
    /// What stands before each name, literally; <c>{environment}</c> is replaced by the path of the environment. By default
    /// <c>{environment}/</c> in an embedded vault and nothing elsewhere.
    /// </summary>
    public string Prefix { get; init; } = "";

    /// <summary>Settings by key, as written. Which keys there are depends on the kind.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>The settings that are the backend's own.</summary>
    public IReadOnlyDictionary<string, string> BackendSettings
    {
        get
        {
            // The reader took these keys only where they belong; most stores have none.
            var isPlain = true;
            foreach (var key in Settings.Keys) isPlain &= !StoreTuning.Has(key);
            if (isPlain) return Settings;
            var own = new Dictionary<string, string>(Settings.Count);
            foreach (var (key, text) in Settings)
                if (!StoreTuning.Has(key)) own.Add(key, text);
            return own;
        }
    }

    /// <summary>How it is treated when it is slow, busy or gone.</summary>
    public StoreResilienceOptions Resilience => StoreTuning.Resilience(Settings);

    /// <summary>How long its answers are remembered.</summary>
    public CacheOptions Cache => StoreTuning.Cache(Settings);
}

/// <summary>One secret that the application needs.</summary>
public sealed record SecretDefinition
{
    /// <summary>Name in the application's environment.</summary>
    public required string Name { get; init; }

    /// <summary>What it is for, for people.</summary>
    public string? Description { get; init; }

    /// <summary>Whether the application cannot start without it; true by default.</summary>
    public bool IsRequired { get; init; } = true;

    /// <summary>What sort of secret it is, a free word: <c>database</c>, <c>api-key</c>, <c>storage</c>.</summary>
    public string? Type { get; init; }

    /// <summary>Value when no store has one. Stands in a committed file, so it is never secret.</summary>
    public string? Default { get; init; }

    /// <summary>Value composed of others when no store has one; see <see cref="ValueTemplate"/>.</summary>
    public string? Template { get; init; }

    /// <summary>Stores asked for this secret instead of the chain, in order; null for the chain.</summary>
    public IReadOnlyList<string>? From { get; init; }

    /// <summary>Where it is, under the store's prefix, in every store that keeps secrets by path.</summary>
    public SecretAddress? Path { get; init; }

    /// <summary>Where it is, under the store's prefix, in single stores, by store name.</summary>
    public IReadOnlyDictionary<string, SecretAddress> Paths { get; init; } = new Dictionary<string, SecretAddress>();

    /// <summary>Full addresses asked in order instead of anything else; empty for none.</summary>
    public IReadOnlyList<SecretReference> References { get; init; } = [];

    /// <summary>How often it should be rotated.</summary>
    public TimeSpan? Rotation { get; init; }

    /// <summary>How it can be tried out, a free word or address: <c>openai</c>, <c>postgres</c>.</summary>
    public string? Probe { get; init; }

    /// <summary>Who answers for it.</summary>
    public string? Owner { get; init; }

    /// <summary>Free words to group by.</summary>
    public IReadOnlyList<string> Tags { get; init; } = [];

    /// <summary>Where a .NET program finds it in its typed settings, parts divided by dots: <c>Llm.OpenAiApiKey</c>. Null for its plain name.</summary>
    public string? Setting { get; init; }
}
