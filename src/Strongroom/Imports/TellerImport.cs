using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Imports;

/// <summary>Reads <c>.teller.yml</c> of teller 1 (<c>env</c>, <c>env_sync</c>) and teller 2 (<c>maps</c>) (https://github.com/tellerops/teller).</summary>
internal static class TellerImport
{
    public static SecretImport Read(string text, string file)
    {
        var gathering = new ImportGathering(file);
        if (gathering.Read(text, isToml: false) is not { } root) return gathering.Build();
        foreach (var entry in root.EntriesOf("providers"))
            if (entry.Node is MapNode provider) new Provider(entry.Key, provider, root.Map("opts"), gathering).Read();
        return gathering.Build();
    }

    private sealed class Provider(string name, MapNode node, MapNode? options, ImportGathering gathering)
    {
        private readonly string _kind = node.Text("kind") ?? name;

        public void Read()
        {
            gathering.LeaveUnknown(node, name, "kind", "env", "env_sync", "maps", "name");
            foreach (var entry in node.EntriesOf("env"))
            {
                if (entry.Node is not MapNode map) continue;
                gathering.LeaveUnknown(map, entry.Key, "path", "field", "severity", "redact_with");
                Declare(entry.Place, entry.Key, map, map.Text("field"));
            }
            if (node.Map("env_sync") is { } sync)
            {
                gathering.LeaveUnknown(sync, name, "path", "remap", "remap_with");
                IReadOnlyList<MapEntry> keys = [.. sync.EntriesOf("remap"), .. sync.EntriesOf("remap_with")];
                foreach (var key in keys) DeclareKey(key, sync, (key.Node as MapNode).Text("field") ?? (key.Node as ScalarNode)?.Text ?? key.Key);
                // What is not renamed is taken as well, whatever it is.
                LeaveRest(sync);
            }
            foreach (var item in node.ItemsOf("maps"))
            {
                if (item is not MapNode map) continue;
                gathering.LeaveUnknown(map, name, "id", "path", "protocol", "keys");
                foreach (var key in map.EntriesOf("keys")) DeclareKey(key, map, (key.Node as ScalarNode)?.Text is { } to and not "==" ? to : key.Key);
                if (map.EntriesOf("keys").Count == 0) LeaveRest(map);
            }
        }

        private void DeclareKey(MapEntry key, MapNode map, string variable) => Declare(key.Place, variable, map, key.Key);

        private void Declare(TextPlace place, string variable, MapNode map, string? field)
        {
            if (Expand(map.Text("path") ?? "") is not { } path) gathering.Leave(place, variable, "is at a path that is made of variables");
            else if (Find(path, variable, field, map.Text("protocol")) is not var (store, address))
                gathering.LeavePart(place, $"{TextFaults.Shorten(variable)} is in {TextFaults.Shorten(_kind)} in a way that has no counterpart here", $"teller env | sed -n 's/^{TextFaults.Shorten(variable)}=//p' | strongroom set {TextFaults.Shorten(variable)}");
            else gathering.Declare(place, new ImportedSecret(variable) { Store = store, Address = address });
        }

        private void LeaveRest(MapNode map)
        {
            var path = Expand(map.Text("path") ?? "");
            gathering.LeavePart(
                map.Find("path")?.Place ?? map.Place, $"{TextFaults.Shorten(name)} takes everything that is at its path, and the names are not written here",
                _kind == "dotenv" && path is not null ? $"import it: strongroom import {TextFaults.Shorten(path)}" : "teller env lists them; declare each with its ref: in strongroom.yaml");
        }

        private (StorePlace, SecretAddress)? Find(string path, string variable, string? field, string? protocol)
        {
            var segments = path.Trim('/').Split('/');
            switch (_kind)
            {
                case "dotenv" when !path.StartsWith('~'):
                    return (StorePlace.Of("dotenv", "dotenv", ("path", path)), new SecretAddress(field ?? variable));
                case "hashicorp_vault" or "hashicorp" when segments.Length > 1:
                    string[] below = protocol != "kv1" && segments is [_, "data", ..] ? segments[2..] : segments[1..];
                    return (StorePlace.Of("vault", "hashicorp-vault", ("mount", segments[0] == "secret" ? null : segments[0]), ("kv-version", protocol == "kv1" ? "1" : null)),
                        new SecretAddress(string.Join('/', below), field ?? variable));
                case "aws_secretsmanager":
                    return (StorePlace.Of("aws", "aws"), new SecretAddress(path.Trim('/'), field ?? variable));
                case "google_secretmanager" when segments is ["projects", var project, "secrets", var secret, ..]:
                    return (StorePlace.Of("gcp", "gcp", ("project", project)),
                        new SecretAddress(secret, Version: segments is [.., "versions", var version] && version != "latest" ? SecretVersion.Parse(version) : null));
                case "google_secretmanager" when segments is ["projects", var project] && field is not null:
                    return (StorePlace.Of("gcp", "gcp", ("project", project)), new SecretAddress(field));
                default:
                    return null;
            }
        }

        /// <summary>The path with teller's options filled in; null when something else is to be filled in.</summary>
        private string? Expand(string path)
        {
            for (var open = path.IndexOf("{{", StringComparison.Ordinal); open >= 0; open = path.IndexOf("{{", StringComparison.Ordinal))
            {
                var close = path.IndexOf("}}", open, StringComparison.Ordinal);
                if (close < 0 || options.Text(path[(open + 2)..close].Trim()) is not { } value || value.StartsWith("env:", StringComparison.Ordinal) || value.Contains("{{", StringComparison.Ordinal)) return null;
                path = path[..open] + value + path[(close + 2)..];
            }
            return path;
        }
    }
}
