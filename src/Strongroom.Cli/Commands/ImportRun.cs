using System.Text.Json;
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
    /// <summary>How many writes may be under way at a store behind a network, which has its own limit besides.</summary>
    private const int WritesMax = 8;

    private readonly List<(string Name, string Outcome)> _outcomes = [];
    private bool _isDryRun;
    private bool _isVerified;

    /// <summary>Secrets that were there with another value and were left alone.</summary>
    public int Conflicts { get; private set; }

    public async Task RunAsync(IReadOnlyList<SecretEntry> entries, bool overwrite, bool dryRun)
    {
        _isDryRun = dryRun;
        var places = new SecretReference[entries.Count];
        for (var i = 0; i < places.Length; i++) places[i] = plan.ReferenceIn(store.Name, entries[i].Name);
        using var present = await Present.ReadAsync(store, places, invocation.CancellationToken);
        var written = new List<int>();
        for (var i = 0; i < places.Length; i++)
        {
            var outcome = OutcomeOf(present, places[i], entries[i].Value, overwrite);
            if (outcome is "created" or "replaced") written.Add(i);
            if (outcome == "conflict") Conflicts++;
            _outcomes.Add((entries[i].Name, outcome));
        }
        if (dryRun) return;
        await WriteAllAsync(present, entries, places, written);
        await VerifyAsync(entries, places, written);
        ManifestFile.Declare(session, _outcomes.Where(o => o.Outcome != "conflict").Select(o => o.Name));
    }

    /// <param name="done">What was done to them, in one word.</param>
    /// <param name="isComplete">Whether everything that the source holds was taken over.</param>
    /// <param name="more">Writes what else the answer for programs has.</param>
    public void Report(string source, string done, bool isComplete = true, Action<Utf8JsonWriter>? more = null)
    {
        if (invocation.Json)
        {
            WriteJson(more);
            return;
        }
        var screen = invocation.Screen;
        foreach (var (name, outcome) in _outcomes)
        {
            if (outcome != "conflict") continue;
            screen.Warn(store.Can(BackendCapabilities.Read)
                ? $"{name} has another value in {store.Name} and was left alone; --overwrite replaces it"
                : $"{name} is in {store.Name} already, which does not tell its value, and was left alone; --overwrite replaces it");
        }
        var written = _outcomes.Count(o => o.Outcome is "created" or "replaced");
        var same = _outcomes.Count(o => o.Outcome == "unchanged");
        var where = $"{store.Name} {screen.Err.Dim($"({plan.Environment.Name})")}";
        if (_isDryRun)
        {
            screen.Note($"Would write {written} of {Counted.Of(_outcomes.Count, "secret")} to {where}{(same > 0 ? $"; {same} already there" : "")}. Nothing was changed.");
            return;
        }
        if (written > 0) screen.Done($"{done} {Counted.Of(written, "secret")} into {where}{(_isVerified ? ", each read back and equal" : $"; {store.Name} does not give values back to compare")}{(same > 0 ? $"; {same} already there" : "")}");
        else if (same > 0) screen.Done($"{Counted.Of(same, "secret")} already in {where}, with equal values");
        if (source.EndsWith(".env", StringComparison.Ordinal) && Conflicts == 0 && isComplete)
            screen.Note($"  {screen.Err.Dim($"{source} is no longer needed: try strongroom run -- your-program, then delete it")}");
    }

    private static string OutcomeOf(Present present, SecretReference place, SecretValue value, bool overwrite)
    {
        if (!present.Has(place)) return "created";
        if (present.Find(place) is { } known && known.Value.Equals(value)) return "unchanged";
        return overwrite ? "replaced" : "conflict";
    }

    /// <summary>
    /// Writes side by side where the store is behind a network, and the fields of one secret one after the other. Stores that give nothing
    /// back (GitHub, Fly) take their changes one by one, and waiting there would count as the store's slowness.
    /// </summary>
    private async Task WriteAllAsync(Present present, IReadOnlyList<SecretEntry> entries, SecretReference[] places, List<int> chosen)
    {
        if (store.IsLocal || !store.Can(BackendCapabilities.Read) || chosen.Count < 2)
        {
            foreach (var i in chosen) await WriteAsync(present, places[i], entries[i].Value, invocation.CancellationToken);
            return;
        }
        await Parallel.ForEachAsync(
            chosen.GroupBy(i => places[i].Address.Path, StringComparer.Ordinal),
            new ParallelOptions { MaxDegreeOfParallelism = WritesMax, CancellationToken = invocation.CancellationToken },
            async (fields, token) =>
            {
                foreach (var i in fields) await WriteAsync(present, places[i], entries[i].Value, token);
            });
    }

    private async Task WriteAsync(Present present, SecretReference place, SecretValue value, CancellationToken cancellationToken)
    {
        // What is there may have changed since we looked: the write names the version that it means to replace.
        SecretVersion? expected = !store.Can(BackendCapabilities.CheckAndSet) ? null
            : present.Find(place) is { } known ? known.Version : await CurrentVersionAsync(place);
        await session.WriteAsync(store, place.Address, new SecretWrite(value, expected), cancellationToken);
    }

    /// <summary>Reads back what was written, where the store can be read at all.</summary>
    private async Task VerifyAsync(IReadOnlyList<SecretEntry> entries, SecretReference[] places, List<int> written)
    {
        _isVerified = store.Can(BackendCapabilities.Read);
        if (!_isVerified || written.Count == 0) return;
        var outcomes = await store.ReadManyAsync([.. written.Select(i => places[i].Address)], invocation.CancellationToken);
        for (var i = 0; i < written.Count; i++)
        {
            using var read = outcomes[i].Secret?.Value;
            if (outcomes[i].Error is { } error) throw error;
            if (read!.Equals(entries[written[i]].Value)) continue;
            throw new SecretException(
                SecretErrorKind.Malformed, "reads back other than it was written", store.Name, "import", places[written[i]].Address.ToString(),
                help: "keep the source; nothing was deleted");
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

    private void WriteJson(Action<Utf8JsonWriter>? more) => JsonOutput.WriteObject(invocation.Screen, json =>
    {
        json.WriteString("store", store.Name);
        json.WriteString("environment", plan.Environment.Name);
        if (more is null) json.WriteBoolean("dryRun", _isDryRun);
        else more(json);
        JsonOutput.WriteOutcomes(json, _outcomes);
    });

    /// <summary>What a store holds at some places before anything is written: values where it gives them, else names.</summary>
    private sealed class Present : IDisposable
    {
        private readonly Dictionary<SecretReference, StoredSecret> _values = [];
        private HashSet<string>? _names;

        public static async Task<Present> ReadAsync(SecretStore store, SecretReference[] places, CancellationToken cancellationToken)
        {
            var present = new Present();
            try
            {
                if (store.Can(BackendCapabilities.Read))
                {
                    foreach (var chunk in places.Chunk(SecretStore.BatchMax))
                        present.Add(chunk, await store.ReadManyAsync([.. chunk.Select(p => p.Address)], cancellationToken));
                }
                else if (store.Can(BackendCapabilities.List))
                {
                    present._names = [.. await store.ListAsync("", cancellationToken)];
                }
                return present;
            }
            catch
            {
                present.Dispose();
                throw;
            }
        }

        public bool Has(SecretReference place) => _values.ContainsKey(place) || _names?.Contains(place.Address.Path) == true;

        public StoredSecret? Find(SecretReference place) => _values.GetValueOrDefault(place);

        public void Dispose()
        {
            foreach (var secret in _values.Values) secret.Value.Dispose();
        }

        private void Add(SecretReference[] places, IReadOnlyList<ReadOutcome> outcomes)
        {
            SecretException? failure = null;
            for (var i = 0; i < places.Length; i++)
            {
                if (outcomes[i].Secret is { } secret)
                {
                    if (!_values.TryAdd(places[i], secret)) secret.Value.Dispose();
                }
                else if (outcomes[i].Error is { Kind: not (SecretErrorKind.NotFound or SecretErrorKind.Unreadable) } error)
                {
                    failure ??= error;
                }
            }
            if (failure is not null) throw failure;
        }
    }
}
