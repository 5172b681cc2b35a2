using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Shows the secrets of an environment: where each comes from and what is missing. Reads names, not values.</summary>
internal sealed class ListVerb : Verb
{
    private readonly Option<bool> _long = new("--long", "-l") { Description = "Owner, last access and how often it was read, from the audit log." };
    private readonly Option<string> _store = CommonOptions.Store("Only what this store holds, declared or not.");
    private readonly Option<bool> _all = new("--all", "-a") { Description = "Everything that any store holds, declared or not, with every place it is in." };
    private readonly Option<bool> _missing = new("--missing") { Description = "Only what has no value; exit code 3 if there is any." };

    public ListVerb() : base(
        VerbGroup.Secrets, "list", "Show the secrets of an environment.",
        ("strongroom list", "names, where they come from, versions; no values"),
        ("strongroom list --long", "with owner, last access and use"),
        ("strongroom list -e production --missing", "what production still lacks"),
        ("strongroom list --store vault --json", "everything that one store holds"),
        ("strongroom list --all", "everything that all stores hold"))
    {
        Aliases.Add("ls");
        foreach (var option in new Option[] { _long, _store, _all, _missing }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        var holdings = await Holdings.ReadAsync(session, plan, everything: invocation.Get(_all) || invocation.Get(_store) is not null, invocation.CancellationToken);
        foreach (var failure in holdings.Failures) invocation.Screen.Warn(failure.Message);
        if (invocation.Get(_all)) return WriteAll(invocation, session, plan, holdings);
        if (invocation.Get(_store) is { } storeName) return await WriteStoreAsync(invocation, session, session.Store(storeName), holdings);

        var rows = new List<ListedRow>();
        var use = new Dictionary<string, IReadOnlyDictionary<string, AccessStatistic>>();
        foreach (var secret in plan.Secrets) rows.Add(await RowAsync(session, secret, holdings, use, invocation));
        if (invocation.Get(_missing)) await AskForUnknownAsync(session, plan, rows, invocation.CancellationToken);
        var isMissing = rows.Exists(r => r.IsMissing);
        if (invocation.Get(_missing)) rows.RemoveAll(r => !r.IsMissing);
        if (invocation.Json) ListedRow.WriteJson(invocation.Screen, plan.Environment.Name, rows);
        else WriteTable(invocation, rows, plan);
        return invocation.Get(_missing) && isMissing ? ExitCode.NotFound : ExitCode.Success;
    }

    /// <param name="use">How secrets of each vault are used: told by its whole audit log, so read once.</param>
    private async Task<ListedRow> RowAsync(
        Session session, PlannedSecret secret, Holdings holdings, Dictionary<string, IReadOnlyDictionary<string, AccessStatistic>> use, Invocation invocation)
    {
        var row = new ListedRow(secret.Definition, Origin(secret, holdings)) { IsUnknown = IsUnknown(session, secret, holdings) };
        if (row.Origin is not { } origin || session.Store(origin.Store).Kind != Session.EmbeddedKind) return row;
        var vault = await session.OpenVaultAsync(origin.Store, invocation.CancellationToken);
        var metadata = await vault.ReadMetadataAsync(origin.Address.Path, invocation.CancellationToken);
        row = row with { Metadata = metadata, IsDeleted = IsDeleted(metadata, session.Time.GetUtcNow()) };
        if (!invocation.Get(_long) && !invocation.Json) return row;
        if (!use.TryGetValue(origin.Store, out var ofVault)) use.Add(origin.Store, ofVault = await vault.ReadStatisticsAsync(invocation.CancellationToken));
        return ofVault.TryGetValue(origin.Address.Path, out var access) ? row with { Access = access } : row;
    }

    private static SecretReference? Origin(PlannedSecret secret, Holdings holdings)
    {
        foreach (var step in secret.Steps)
        {
            if (holdings.Has(step)) return step;
        }
        return null;
    }

    /// <summary>Whether a store that would be asked for it could not be listed.</summary>
    private static bool IsUnknown(Session session, PlannedSecret secret, Holdings holdings)
    {
        foreach (var step in secret.Steps)
        {
            if (holdings.Has(step)) return false;
            if (!holdings.Knows(step.Store) && session.Store(step.Store).Can(BackendCapabilities.Read)) return true;
        }
        return false;
    }

    /// <summary>Where names cannot be listed, only reading tells what is missing.</summary>
    private static async Task AskForUnknownAsync(Session session, ManifestPlan plan, List<ListedRow> rows, CancellationToken cancellationToken)
    {
        var unknown = rows.FindAll(r => r.IsUnknown).ConvertAll(r => r.Definition.Name);
        if (unknown.Count == 0) return;
        using var secrets = session.Secrets(plan.Environment.Name);
        using var report = await secrets.ResolveAllAsync(unknown, cancellationToken: cancellationToken);
        for (var i = 0; i < rows.Count; i++)
        {
            if (!rows[i].IsUnknown) continue;
            var origin = report.Secrets.FirstOrDefault(s => s.Name == rows[i].Definition.Name)?.Origin;
            rows[i] = rows[i] with { IsUnknown = false, Origin = origin };
        }
    }

    private static int WriteAll(Invocation invocation, Session session, ManifestPlan plan, Holdings holdings)
    {
        var found = new SortedDictionary<string, List<SecretReference>>(StringComparer.Ordinal);
        var declared = new Dictionary<SecretReference, string>();
        foreach (var secret in plan.Secrets)
            foreach (var step in secret.Steps) declared.TryAdd(step with { Address = new SecretAddress(step.Address.Path) }, secret.Name);
        foreach (var store in session.AllStores())
        {
            if (!holdings.Knows(store.Name)) continue;
            foreach (var path in holdings.PathsOf(store))
            {
                var place = new SecretReference(store.Name, new SecretAddress(path));
                // Of the variables of a process, only those that somebody declared are secrets.
                if (!declared.TryGetValue(place, out var name) && store.IsFixed) continue;
                name ??= path;
                if (!found.TryGetValue(name, out var places)) found[name] = places = [];
                places.Add(place);
            }
        }
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteString("environment", plan.Environment.Name);
                json.WriteStartArray("secrets");
                foreach (var (name, places) in found)
                {
                    json.WriteStartObject();
                    json.WriteString("name", name);
                    json.WriteBoolean("declared", plan.Manifest.FindSecret(name) is not null);
                    json.WriteStartArray("in");
                    foreach (var place in places) json.WriteStringValue(place.ToString());
                    json.WriteEndArray();
                    json.WriteEndObject();
                }
                json.WriteEndArray();
            });
            return ExitCode.Success;
        }
        var table = new Table("name", "declared", "in");
        foreach (var (name, places) in found)
            table.Add(name, plan.Manifest.FindSecret(name) is null ? "" : "yes", string.Join(", ", places.Select(p => p.Address.Path == name ? p.Store : p.ToString())));
        if (found.Count > 0) table.Write(invocation.Screen);
        else invocation.Screen.Note("No store holds anything.");
        return ExitCode.Success;
    }

    private static bool IsDeleted(SecretMetadata metadata, DateTimeOffset now)
    {
        foreach (var version in metadata.Versions)
        {
            if (version.Number == metadata.CurrentVersion) return version.Destroyed || version.DeletedAt <= now;
        }
        return false;
    }

    private void WriteTable(Invocation invocation, List<ListedRow> rows, ManifestPlan plan)
    {
        var (screen, ink) = (invocation.Screen, invocation.Screen.Out);
        if (rows.Count == 0)
        {
            screen.Note(invocation.Get(_missing) ? $"Nothing is missing in {plan.Environment.Name}." : "No secrets yet: strongroom set NAME, or strongroom import .env");
            return;
        }
        var isLong = invocation.Get(_long);
        if (invocation.Get(_missing))
        {
            var lacking = new Table("name", "owner", "description");
            foreach (var row in rows) lacking.Add(row.MissingCells);
            lacking.Write(screen);
            screen.Note($"{Counted.Of(rows.Count, "secret")} missing in {plan.Environment.Name}: strongroom set NAME -e {plan.Environment.Name}");
            return;
        }
        var table = isLong
            ? new Table("name", "from", "version", "changed", "owner", "last read", "reads", "description")
            : new Table("name", "from", "version", "changed", "description");
        foreach (var row in rows) table.Add(row.Cells(ink, isLong));
        table.Write(screen);
        var missing = rows.Count(r => r.IsMissing);
        if (missing > 0) screen.Note($"{screen.Err.Yellow($"{missing} missing")} in {plan.Environment.Name}: strongroom set NAME -e {plan.Environment.Name}");
    }

    private static async Task<int> WriteStoreAsync(Invocation invocation, Session session, SecretStore store, Holdings holdings)
    {
        var paths = holdings.PathsOf(store);
        var written = await StoreDrift.StatesAsync(session, store, invocation.CancellationToken);
        if (invocation.Json)
        {
            WriteStoreJson(invocation, store, paths, written);
        }
        else if (written.Count > 0)
        {
            var table = new Table("name", "value");
            foreach (var path in paths)
                table.Add(path, written.GetValueOrDefault(path) switch { true => "as written from here", false => "changed since", null => "" });
            table.Write(invocation.Screen);
        }
        else
        {
            foreach (var path in paths) invocation.Screen.Line(path);
        }
        return ExitCode.Success;
    }

    private static void WriteStoreJson(Invocation invocation, SecretStore store, IReadOnlyList<string> paths, IReadOnlyDictionary<string, bool?> written) => JsonOutput.Write(invocation.Screen, json =>
    {
        json.WriteStartArray();
        foreach (var path in paths)
        {
            json.WriteStartObject();
            json.WriteString("reference", $"{store.Name}://{path}");
            if (written.Count > 0) json.WriteString("drift", written.GetValueOrDefault(path) switch { true => "none", false => "changed", null => "unknown" });
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
