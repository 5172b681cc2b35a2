using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>Writes entries into one store, reads each back, and remembers what happened to each.</summary>
internal sealed class ImportRun(Session session, ManifestPlan plan, SecretStore store, Invocation invocation)
{
    private readonly List<(string Name, string Outcome)> _outcomes = [];
    private bool _isDryRun;

    /// <summary>Secrets that were there with another value and were left alone.</summary>
    public int Conflicts { get; private set; }

    public async Task RunAsync(IReadOnlyList<SecretEntry> entries, bool overwrite, bool dryRun)
    {
        _isDryRun = dryRun;
        foreach (var entry in entries)
        {
            var reference = plan.ReferenceIn(store.Name, entry.Name);
            var outcome = await ImportAsync(reference, entry.Value, overwrite);
            if (outcome == "conflict") Conflicts++;
            else if (!dryRun) ManifestFile.Declare(session, entry.Name, description: null);
            _outcomes.Add((entry.Name, outcome));
        }
    }

    /// <param name="done">What was done to them, in one word.</param>
    public void Report(string source, string done)
    {
        if (invocation.Json)
        {
            WriteJson();
            return;
        }
        var screen = invocation.Screen;
        foreach (var (name, outcome) in _outcomes)
        {
            if (outcome == "conflict") screen.Warn($"{name} has another value in {store.Name} and was left alone; --overwrite replaces it");
        }
        var written = _outcomes.Count(o => o.Outcome is "created" or "replaced");
        var same = _outcomes.Count(o => o.Outcome == "unchanged");
        var where = $"{store.Name} {screen.Err.Dim($"({plan.Environment.Name})")}";
        if (_isDryRun)
        {
            screen.Note($"Would write {written} of {Counted.Of(_outcomes.Count, "secret")} to {where}{(same > 0 ? $"; {same} already there" : "")}. Nothing was changed.");
            return;
        }
        if (written > 0) screen.Done($"{done} {Counted.Of(written, "secret")} into {where}, each read back and equal{(same > 0 ? $"; {same} already there" : "")}");
        else if (same > 0) screen.Done($"{Counted.Of(same, "secret")} already in {where}, with equal values");
        if (source.EndsWith(".env", StringComparison.Ordinal) && Conflicts == 0)
            screen.Note($"  {screen.Err.Dim($"{source} is no longer needed: try strongroom run -- your-program, then delete it")}");
    }

    private async Task<string> ImportAsync(SecretReference reference, SecretValue value, bool overwrite)
    {
        var present = await FindAsync(reference);
        using var known = present?.Value;
        if (known is not null && known.Equals(value)) return "unchanged";
        if (known is not null && !overwrite) return "conflict";
        if (_isDryRun) return known is null ? "created" : "replaced";

        // What is there may have changed since we looked: the write names the version that it means to replace.
        SecretVersion? expected = !store.Can(BackendCapabilities.CheckAndSet) ? null : present is null ? await CurrentVersionAsync(reference) : present.Version;
        await store.WriteAsync(reference.Address, new SecretWrite(value, expected), invocation.CancellationToken);
        using var written = (await store.ReadAsync(reference.Address, invocation.CancellationToken)).Value;
        if (!written.Equals(value))
        {
            throw new SecretException(
                SecretErrorKind.Malformed, "reads back other than it was written", store.Name, "import", reference.Address.ToString(),
                help: "keep the source; nothing was deleted");
        }
        return known is null ? "created" : "replaced";
    }

    private async Task<StoredSecret?> FindAsync(SecretReference reference)
    {
        if (!store.Can(BackendCapabilities.Read)) return null;
        try
        {
            return await store.ReadAsync(reference.Address, invocation.CancellationToken);
        }
        catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
        {
            return null;
        }
    }

    /// <summary>0 for a secret that never was; the number of its last version for one that was deleted.</summary>
    private async Task<int> CurrentVersionAsync(SecretReference reference)
    {
        if (store.Kind != Session.EmbeddedKind) return 0;
        var vault = await session.OpenVaultAsync(store.Name, invocation.CancellationToken);
        try
        {
            return (await vault.ReadMetadataAsync(reference.Address.Path, invocation.CancellationToken)).CurrentVersion;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound)
        {
            return 0;
        }
    }

    private void WriteJson() => JsonOutput.WriteObject(invocation.Screen, json =>
    {
        json.WriteString("store", store.Name);
        json.WriteString("environment", plan.Environment.Name);
        json.WriteBoolean("dryRun", _isDryRun);
        JsonOutput.WriteOutcomes(json, _outcomes);
    });
}
