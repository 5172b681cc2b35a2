using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>Copies secrets between environments or stores, checked by reading back. The source stays as it is.</summary>
internal sealed class CopyVerb : Verb
{
    private readonly Argument<string[]> _names = Names.Arguments("Which secrets; all of the manifest when none is named.", required: false);
    private readonly Option<string> _from = CommonOptions.StoreNamed("--from", "Store to read from; by default wherever each secret is found.");
    private readonly Option<string> _to = CommonOptions.StoreNamed("--to", "Store to write to; by default the embedded vault.");
    private readonly Option<string> _toEnvironment = new("--to-env") { Description = "Environment to write to; by default the one read from.", HelpName = "name" };
    private readonly Option<bool> _all = new("--all") { Description = "With --from: everything that the store holds for the environment, declared or not." };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write over secrets that have another value there." };
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be done and change nothing." };

    public CopyVerb() : base(
        VerbGroup.Move, "copy", "Copy secrets to another environment or store.",
        ("strongroom copy -e development --to-env testing", "everything that testing does not have yet"),
        ("strongroom copy OPENAI_API_KEY --from dotenv --to vault", "one secret from the .env file into the vault"),
        ("strongroom copy --all --from hcp --to vault --dry-run", "what a move from one service to another would do"))
    {
        Aliases.Add("cp");
        _toEnvironment.CompletionSources.Add(Names.CompleteEnvironment);
        Add(_names);
        foreach (var option in new Option[] { _from, _to, _toEnvironment, _all, _overwrite, _dryRun, _yes }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var source = session.Plan(invocation.Environment);
        var target = session.Plan(invocation.Get(_toEnvironment) ?? source.Environment.Name);
        var store = session.Store(invocation.Get(_to) ?? session.VaultStore().Name);
        if (ReferenceEquals(source.Environment, target.Environment) && invocation.Get(_from) is null && invocation.Get(_to) is null)
            throw new SecretException(SecretErrorKind.InvalidInput, "source and target are the same", operation: "copy", help: "give --to-env, or --from and --to");

        var entries = invocation.Get(_from) is { } from
            ? await ReadStoreAsync(invocation, session, source, from)
            : await ReadAsync(invocation, session.Secrets(source.Environment.Name), Chosen(invocation, source));
        if (entries.Count == 0) throw new SecretException(SecretErrorKind.NotFound, "none of the secrets has a value to copy", operation: "copy");
        if (!invocation.Get(_dryRun)) Protection.BeforeChange(target, invocation.Get(_yes), $"Copy {Counted.Of(entries.Count, "secret")}");
        var copy = new ImportRun(session, target, store, invocation);
        await copy.RunAsync(entries, invocation.Get(_overwrite), invocation.Get(_dryRun));
        copy.Report(source.Environment.Name, "copied");
        return copy.Conflicts > 0 ? ExitCode.Conflict : ExitCode.Success;
    }

    private IReadOnlyList<string> Chosen(Invocation invocation, ManifestPlan plan)
    {
        if (invocation.Get(_all)) throw new SecretException(SecretErrorKind.InvalidInput, "--all needs the store to copy from", operation: "copy", help: "give --from STORE");
        return invocation.Get(_names) is { Length: > 0 } some ? some : [.. plan.Secrets.Select(s => s.Name)];
    }

    /// <summary>Asks one store, and no cache, for all at once.</summary>
    private async Task<List<SecretEntry>> ReadStoreAsync(Invocation invocation, Session session, ManifestPlan plan, string from)
    {
        var store = session.Store(from);
        var places = invocation.Get(_all)
            ? await PlacesInAsync(store, session.Manifest.FindStore(from)!, plan, invocation.CancellationToken)
            : [.. Chosen(invocation, plan).Select(name => (name, plan.ReferenceIn(from, name).Address))];
        var entries = new List<SecretEntry>();
        foreach (var chunk in places.Chunk(SecretStore.BatchMax))
        {
            var outcomes = await store.ReadManyAsync([.. chunk.Select(p => p.Address)], invocation.CancellationToken);
            for (var i = 0; i < chunk.Length; i++)
            {
                if (outcomes[i].Secret is { } secret) entries.Add(new SecretEntry(chunk[i].Name, secret.Value));
                else if (outcomes[i].Error is { Kind: SecretErrorKind.NotFound or SecretErrorKind.Unreadable }) NoteAbsent(invocation, chunk[i].Name);
                else throw outcomes[i].Error!;
            }
        }
        return entries;
    }

    /// <summary>What a store holds for an environment, under the names that a manifest would give it.</summary>
    private static async Task<List<(string Name, SecretAddress Address)>> PlacesInAsync(
        SecretStore store, StoreDefinition definition, ManifestPlan plan, CancellationToken cancellationToken)
    {
        var declared = new Dictionary<string, List<(string, SecretAddress)>>();
        foreach (var secret in plan.Secrets)
        {
            var address = plan.ReferenceIn(store.Name, secret.Name).Address;
            if (!declared.TryGetValue(address.Path, out var here)) declared[address.Path] = here = [];
            here.Add((secret.Name, address));
        }
        var prefix = definition.Prefix.Replace("{environment}", plan.Environment.Path, StringComparison.Ordinal);
        var places = new List<(string Name, SecretAddress Address)>();
        foreach (var path in await store.ListAsync(prefix[..(prefix.LastIndexOf('/') + 1)], cancellationToken))
        {
            if (!path.StartsWith(prefix, StringComparison.Ordinal)) continue;
            if (declared.TryGetValue(path, out var known)) places.AddRange(known);
            else places.Add((NameOf(path[prefix.Length..], store.Name), new SecretAddress(path)));
        }
        foreach (var twice in places.GroupBy(p => p.Name).Where(g => g.Count() > 1))
        {
            throw new SecretException(
                SecretErrorKind.Conflict, $"would be the name of both {string.Join(" and ", twice.Select(p => p.Address.Path))}", store.Name, "copy", twice.Key,
                help: "declare them in the manifest, each with its path");
        }
        return places;
    }

    private static string NameOf(string path, string store)
    {
        var name = SecretName.IsEnvironmentName(path) ? path : SecretNamePath.ToEnvironmentName(new SecretAddress(path));
        if (SecretName.IsEnvironmentName(name)) return name;
        throw new SecretException(
            SecretErrorKind.InvalidInput, "cannot become the name of a variable", store, "copy", path, help: "declare it in the manifest with this path, or name what to copy");
    }

    private static void NoteAbsent(Invocation invocation, string name) =>
        invocation.Screen.Note($"  {invocation.Screen.Err.Dim($"{name} has no value to copy")}");

    private static async Task<List<SecretEntry>> ReadAsync(Invocation invocation, Resolution.ProjectSecrets secrets, IReadOnlyList<string> names)
    {
        using (secrets)
        {
            using var report = await secrets.ResolveAllAsync(names, cancellationToken: invocation.CancellationToken);
            foreach (var failure in report.Failures)
            {
                if (failure.Error.Kind is not (SecretErrorKind.NotFound or SecretErrorKind.Unreadable)) throw failure.Error;
                if (names.Contains(failure.Name)) NoteAbsent(invocation, failure.Name);
            }
            var entries = new List<SecretEntry>();
            foreach (var secret in report.Secrets)
            {
                // Defaults and composed values come from the manifest and follow it everywhere by themselves.
                if (secret.Origin is not null && names.Contains(secret.Name)) entries.Add(new SecretEntry(secret.Name, secret.Value.Copy()));
            }
            return entries;
        }
    }
}
