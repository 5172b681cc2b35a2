using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>Reads <c>fnox.toml</c>: providers, secrets, and the profile of the environment over them (https://fnox.jdx.dev/reference/configuration).</summary>
internal static class FnoxImport
{
    public static SecretImport Read(string text, string file, string? environment)
    {
        var gathering = new ImportGathering(file);
        if (gathering.Read(text, isToml: true) is not { } root) return gathering.Build();
        gathering.LeaveUnknown(root, "fnox", "providers", "secrets", "profiles", "import", "default_provider", "root", "if_missing");
        foreach (var other in root.ItemsOf("import"))
            if (other is ScalarNode named) gathering.LeavePart(named.Place, "another file is taken in", $"import it too: strongroom import {TextFaults.Shorten(named.Text)}");
        var profile = environment is null ? null : root.Map("profiles").Map(environment);
        foreach (var other in root.EntriesOf("profiles"))
            if (other.Key != environment && other.Node is MapNode map && map.EntriesOf("secrets").Count > 0)
                gathering.LeavePart(other.Place, $"the profile {TextFaults.Shorten(other.Key)} has secrets of its own", $"import it too: strongroom import {Path.GetFileName(file)} -e {TextFaults.Shorten(other.Key)}");
        var usual = profile.Text("default_provider") ?? root.Text("default_provider");
        foreach (var entry in Over(root.EntriesOf("secrets"), profile.EntriesOf("secrets")))
            ReadSecret(entry, profile.EntriesOf("secrets").Contains(entry) ? environment : null, usual, name => (profile.Map("providers").Map(name)) ?? root.Map("providers").Map(name), gathering);
        return gathering.Build();
    }

    /// <summary>The entries of a file with those of its profile over them.</summary>
    public static IEnumerable<MapEntry> Over(IReadOnlyList<MapEntry> entries, IReadOnlyList<MapEntry> profile) =>
        entries.Where(entry => profile.All(own => own.Key != entry.Key)).Concat(profile);

    private static void ReadSecret(MapEntry entry, string? profile, string? usual, Func<string, MapNode?> providerOf, ImportGathering gathering)
    {
        if (entry.Node is ScalarNode plain)
        {
            gathering.AddText(entry.Place, entry.Key, plain.Text);
            return;
        }
        if (entry.Node is not MapNode map) return;
        gathering.LeaveUnknown(map, entry.Key, "provider", "value", "default", "description", "if_missing", "json_path");
        var declared = new ImportedSecret(entry.Key) { Description = map.Text("description"), IsRequired = map.Text("if_missing") is "ignore" or "warn" ? false : null };
        var (provider, value) = (map.Text("provider") ?? usual, map.Text("value"));
        if (value is not null && provider is null) gathering.AddText(entry.Place, entry.Key, value, declared);
        else if (value is not null)
        {
            ReadFromProvider(entry, declared, provider!, providerOf(provider!), value, map.Text("json_path"), gathering);
            if (map.Text("default") is not null) gathering.LeavePart(entry.Place, $"{TextFaults.Shorten(entry.Key)}: its default is not taken over, for its value is elsewhere", "add default: in strongroom.yaml if it is to stand in");
            if (profile is not null) gathering.LeavePart(entry.Place, $"{TextFaults.Shorten(entry.Key)} is there in the profile {TextFaults.Shorten(profile)} alone, and ref: counts in every environment", "give the environment a chain: of its own instead, if others keep it elsewhere");
        }
        else if (map.Text("default") is { } fallback) gathering.AddDefault(entry.Place, declared, fallback, isOfProfile: profile is not null);
        else gathering.Declare(entry.Place, declared);
    }

    private static void ReadFromProvider(
        MapEntry entry, ImportedSecret declared, string name, MapNode? provider, string value, string? field, ImportGathering gathering)
    {
        var type = provider.Text("type") ?? name;
        switch (type)
        {
            case "plain":
                gathering.AddText(entry.Place, entry.Key, value, declared);
                break;
            case "aws-sm" or "aws":
                Declare(StorePlace.Of("aws", "aws", ("region", provider.Text("region")), ("profile", provider.Text("profile")), ("endpoint", provider.Text("endpoint"))), provider.Text("prefix") + value, field);
                break;
            case "gcp-sm" or "gcp":
                Declare(StorePlace.Of("gcp", "gcp", ("project", provider.Text("project"))), provider.Text("prefix") + value, field);
                break;
            case "azure-sm" when Uri.TryCreate(provider.Text("vault_url"), UriKind.Absolute, out var vault):
                Declare(AzurePlace.Of(vault.Host), provider.Text("prefix") + value, field);
                break;
            case "vault":
                // A secret is named with its field behind the last slash, or has the field "value".
                string[] segments = [.. (provider.Text("path") ?? "secret").Trim('/').Split('/'), .. value.Split('/')];
                var hasField = value.Contains('/', StringComparison.Ordinal);
                Declare(
                    StorePlace.Of("vault", "hashicorp-vault", ("address", provider.Text("address")), ("namespace", provider.Text("namespace")), ("mount", segments[0] == "secret" ? null : segments[0])),
                    string.Join('/', hasField ? segments[1..^1] : segments[1..]), hasField ? segments[^1] : null);
                break;
            case "age" or "aws-kms" or "azure-kms" or "gcp-kms" or "fido2" or "yubikey":
                gathering.LeavePart(entry.Place, $"{entry.Key} is encrypted with {type}, and fnox alone can open it", $"fnox get {TextFaults.Shorten(entry.Key)} | strongroom set {TextFaults.Shorten(entry.Key)}");
                break;
            default:
                gathering.LeavePart(entry.Place, $"{entry.Key} is in {TextFaults.Shorten(type)}, and there is no such store here", $"fnox get {TextFaults.Shorten(entry.Key)} | strongroom set {TextFaults.Shorten(entry.Key)}");
                break;
        }

        void Declare(StorePlace store, string path, string? of) => gathering.Declare(entry.Place, declared with { Store = store, Address = new SecretAddress(path, of) });
    }
}
