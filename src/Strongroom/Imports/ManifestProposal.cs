using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>
/// What an import would change in the manifest: stores that other tools name, and secrets with their references. Nothing that stands there
/// is changed or removed.
/// </summary>
/// <param name="Text">The manifest after it.</param>
/// <param name="Added">The lines that are new, with their numbers in <paramref name="Text"/>.</param>
/// <param name="Declared">Names that are new or got a reference.</param>
/// <param name="Kept">Names that the manifest says something else of, which stays.</param>
public sealed record ManifestProposal(
    string Text, IReadOnlyList<(int Line, string Text)> Added, IReadOnlyList<string> Declared, IReadOnlyList<string> Kept)
{
    /// <summary>Works out the change of a manifest from its text.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for a text that must be edited by hand.</exception>
    public static ManifestProposal Make(ProjectManifest manifest, string text, IReadOnlyList<ImportedSecret> secrets)
    {
        var edited = text;
        var (declared, kept) = (new List<string>(), new List<string>());
        var names = new Dictionary<StorePlace, string>();
        foreach (var secret in secrets)
        {
            var known = manifest.FindSecret(secret.Name);
            if (known is not null && secret.Store is null) continue;
            if (known is not null && IsElsewhere(known))
            {
                if (!IsSame(manifest, known, secret)) kept.Add(secret.Name);
                continue;
            }
            var reference = secret.Store is { } store ? new SecretReference(NameOf(manifest, store, names, ref edited), secret.Address).ToString() : null;
            edited = known is not null
                ? ManifestEditor.AddKey(edited, secret.Name, "ref", ManifestEditor.Quote(reference!))
                : ManifestEditor.AddSecret(edited, secret.Name,
                    [
                        ("description", ManifestEditor.Quote(secret.Description)), ("required", secret.IsRequired is false ? "false" : null),
                        ("ref", ManifestEditor.Quote(reference)), ("default", ManifestEditor.Quote(secret.Default)),
                    ]);
            declared.Add(secret.Name);
        }
        if (edited != text) FormatFaults.ThrowIfAny(ManifestReader.Read(edited).Faults, $"{ManifestFiles.Name}, with what would be added,");
        return new ManifestProposal(edited, Insertions(text, edited), declared, kept);
    }

    private static bool IsElsewhere(SecretDefinition known) =>
        known.References.Count > 0 || known.From is not null || known.Path is not null || known.Paths.Count > 0 || known.Template is not null;

    private static bool IsSame(ProjectManifest manifest, SecretDefinition known, ImportedSecret secret) =>
        known.References is [var only] && only.Address == secret.Address && manifest.FindStore(only.Store) is { } store && secret.Store!.Is(store);

    /// <summary>The name of a store: the project's own for it, else a new one, which is written down and stays out of the chain.</summary>
    private static string NameOf(ProjectManifest manifest, StorePlace store, Dictionary<StorePlace, string> names, ref string text)
    {
        if (names.TryGetValue(store, out var known)) return known;
        foreach (var own in manifest.Stores)
            if (store.Is(own)) return names[store] = own.Name;
        var name = store.Name;
        for (var i = 2; manifest.FindStore(name) is not null || names.ContainsValue(name); i++) name = $"{store.Name}-{i}";
        text = ManifestEditor.AddChain(text, manifest.Chain);
        text = ManifestEditor.AddStore(text, name, store.Kind, store.Settings);
        return names[store] = name;
    }

    /// <summary>Lines are only ever added: each that is not the next of the old text is new.</summary>
    private static List<(int, string)> Insertions(string before, string after)
    {
        var added = new List<(int, string)>();
        var (old, now) = (Lines(before), Lines(after));
        var at = 0;
        for (var i = 0; i < now.Length; i++)
        {
            if (at < old.Length && old[at] == now[i]) at++;
            else added.Add((i + 1, now[i]));
        }
        return added;

        static string[] Lines(string text) => [.. text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))];
    }
}
