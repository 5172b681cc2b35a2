using System.CommandLine;
using System.Text.Json;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Checks everything that a run needs and says what to do about what is wrong.</summary>
internal sealed class DoctorVerb : Verb
{
    private readonly Argument<string?> _store = new("store") { Description = "Only this store, by its name or its kind.", Arity = ArgumentArity.ZeroOrOne, HelpName = "store" };
    private readonly Option<bool> _policy = new("--policy", "--iam-policy")
    {
        Description = "Print the least that the store must permit for the secrets of the manifest, in the language of its vendor.",
    };
    private readonly Option<bool> _writes = new("--writes") { Description = "With --policy: for writing them too." };

    public DoctorVerb() : base(
        VerbGroup.Look, "doctor", "Check manifest, stores, vault, permissions and missing secrets.",
        ("strongroom doctor", "what is set up, what is missing, and what to do"),
        ("strongroom doctor -e production --json", "for CI"),
        ("strongroom doctor aws", "one store: what it goes by, and a real probe"),
        ("strongroom doctor vault --policy > app.hcl", "the policy that an application needs, and no more"))
    {
        _store.CompletionSources.Add(Names.CompleteStore);
        Add(_store);
        Add(_policy);
        Add(_writes);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        var findings = new List<Finding>();
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        var chosen = invocation.Get(_store) is { } wanted ? Choose(session, wanted) : null;
        if (invocation.Get(_policy)) return StorePolicy.Print(invocation, session, plan, chosen, invocation.Get(_writes));
        findings.Add(Finding.Good($"{ManifestFiles.Name}: {Counted.Of(session.Manifest.Secrets.Count, "secret")}, {Counted.Of(session.Manifest.Stores.Count, "store")}, environment {plan.Environment.Name}"));
        var broken = new HashSet<string>();
        foreach (var store in session.Manifest.Stores)
        {
            if (chosen is not null && !ReferenceEquals(store, chosen)) continue;
            if (!await CheckStoreAsync(session, plan, store, findings, invocation.CancellationToken)) broken.Add(store.Name);
        }
        if (chosen is null)
        {
            CheckFiles(session, findings);
            await CheckMissingAsync(session, plan, broken, findings, invocation.CancellationToken);
        }

        if (invocation.Json) WriteJson(invocation.Screen, findings);
        else foreach (var finding in findings) finding.Write(invocation.Screen);
        return findings.Exists(f => f.Level == Level.Bad) ? ExitCode.Failure : ExitCode.Success;
    }

    private static StoreDefinition Choose(Session session, string wanted)
    {
        if (session.Manifest.FindStore(wanted) is { } named) return named;
        foreach (var store in session.Manifest.Stores)
            if (string.Equals(store.Kind, wanted, StringComparison.Ordinal)) return store;
        throw new SecretException(
            SecretErrorKind.InvalidInput, $"there is no store named {wanted}", help: "the stores are " + string.Join(", ", session.Manifest.Stores.Select(s => s.Name)));
    }

    /// <summary>False when the store cannot be used at all, so that nothing more need be said of what is in it.</summary>
    private static async Task<bool> CheckStoreAsync(Session session, ManifestPlan plan, StoreDefinition store, List<Finding> findings, CancellationToken cancellationToken)
    {
        IReadOnlyList<BackendFact> facts = [];
        try
        {
            var described = session.Store(store.Name);
            facts = described.Describe();
            findings.Add(Finding.Good($"{store.Name} ({store.Kind}): {await described.ProbeAsync(cancellationToken)}") with { Facts = facts });
            if (await StoreDrift.FindAsync(session, plan, described, cancellationToken) is { } drift) CheckDrift(store, drift, findings);
        }
        catch (SecretException e)
        {
            findings.Add(Finding.Bad(e) with { Facts = facts });
            return false;
        }
        if (store.Kind != Session.EmbeddedKind) return true;
        try
        {
            var vault = await session.OpenVaultAsync(store.Name, cancellationToken);
            var report = await vault.VerifyAsync(cancellationToken);
            if (report.StorageFault is { } fault) findings.Add(new Finding(Level.Bad, $"{store.Name}: {fault}", "see docs/operations/restore.md"));
            findings.Add(report.Barrier.Damaged.Count == 0
                ? Finding.Good($"{store.Name}: {report.Barrier.Entries} entries, every one opens and is where it belongs")
                : new Finding(Level.Bad, $"{store.Name}: {report.Barrier.Damaged.Count} of {report.Barrier.Entries} entries are damaged", "see docs/operations/restore.md"));
            findings.Add(report.Audit.IsIntact
                ? Finding.Good($"{store.Name}: audit log intact, {report.Audit.Records} records")
                : new Finding(Level.Bad, $"{store.Name}: the audit log was changed: after record {report.Audit.FaultAfter}, {report.Audit.Fault}", "see docs/operations/audit.md"));
        }
        catch (SecretException e)
        {
            findings.Add(Finding.Bad(e));
        }
        return true;
    }

    private static void CheckDrift(StoreDefinition store, StoreDrift drift, List<Finding> findings)
    {
        if (drift.AsWritten.Count > 0) findings.Add(Finding.Good($"{store.Name}: {Counted.Of(drift.AsWritten.Count, "value")} as written from here"));
        if (drift.Changed.Count > 0)
            findings.Add(new Finding(Level.Odd, $"{store.Name}: changed since they were written from here: {string.Join(", ", drift.Changed)}", Again(drift.Changed)));
        if (drift.Behind.Count > 0)
            findings.Add(new Finding(Level.Odd, $"{store.Name}: older than the values here: {string.Join(", ", drift.Behind)}", Again(drift.Behind)));
        if (drift.Unknown.Count > 0)
            findings.Add(new Finding(Level.Good, $"{store.Name}: not written from here, so not compared: {string.Join(", ", drift.Unknown)}"));

        string Again(List<string> names) => $"strongroom copy {string.Join(' ', names)} --to {store.Name} --overwrite writes the values of here";
    }

    private static void CheckFiles(Session session, List<Finding> findings)
    {
        const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;
        foreach (var file in new[] { ".env", ".env.local", ".env.production" })
        {
            var path = Path.Combine(session.Root, file);
            if (!File.Exists(path)) continue;
            if ((File.GetUnixFileMode(path) & Others) != UnixFileMode.None)
                findings.Add(new Finding(Level.Odd, $"{file} can be read by other users of this machine", $"chmod 600 {file}, or import it and delete it"));
            else findings.Add(new Finding(Level.Odd, $"{file} holds plain values", $"strongroom import {file}, then delete it"));
        }
        var ignore = Path.Combine(session.Root, ".gitignore");
        var isIgnored = File.Exists(ignore) && Array.Exists(File.ReadAllLines(ignore), l => l.Trim().TrimStart('/').TrimEnd('/') == VaultPlace.FolderName);
        if (Directory.Exists(Path.Combine(session.Root, VaultPlace.FolderName)) && !isIgnored)
            findings.Add(new Finding(Level.Odd, ".gitignore does not leave out .strongroom/", "echo .strongroom/ >> .gitignore"));
    }

    private static async Task CheckMissingAsync(
        Session session, ManifestPlan plan, HashSet<string> broken, List<Finding> findings, CancellationToken cancellationToken)
    {
        // Asking the stores as a run would is the only answer that holds: a deleted version is listed, too.
        using var secrets = session.Secrets(plan.Environment.Name);
        using var report = await secrets.ResolveAllAsync([.. plan.Secrets.Select(s => s.Name)], cancellationToken: cancellationToken);
        var missing = new List<string>();
        foreach (var failure in report.Failures)
        {
            if (!failure.IsBlocking) continue;
            if (failure.Error.Kind == SecretErrorKind.NotFound) missing.Add(failure.Name);
            else if (failure.Error.Store is not { } store || !broken.Contains(store)) findings.Add(Finding.Bad(failure.Error));
        }
        if (missing.Count > 0)
            findings.Add(new Finding(Level.Bad, $"no value in {plan.Environment.Name}: {string.Join(", ", missing)}", $"strongroom set NAME -e {plan.Environment.Name}"));
        else if (!report.Failures.Any(f => f.IsBlocking)) findings.Add(Finding.Good($"every required secret has a value in {plan.Environment.Name}"));
    }

    private static void WriteJson(Screen screen, List<Finding> findings) => JsonOutput.Write(screen, json =>
    {
        json.WriteStartArray();
        foreach (var finding in findings)
        {
            json.WriteStartObject();
            json.WriteString("level", finding.Level switch { Level.Good => "ok", Level.Odd => "warning", _ => "error" });
            json.WriteString("message", finding.Text);
            if (finding.Help is not null) json.WriteString("help", finding.Help);
            if (finding.Facts.Count > 0) WriteFacts(json, finding.Facts);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });

    private static void WriteFacts(Utf8JsonWriter json, IReadOnlyList<BackendFact> facts)
    {
        json.WriteStartArray("configuration");
        foreach (var fact in facts)
        {
            json.WriteStartObject();
            json.WriteString("name", fact.Name);
            json.WriteString("value", fact.Value);
            if (fact.Source is not null) json.WriteString("source", fact.Source);
            if (fact is { Value: null, Help: not null }) json.WriteString("help", fact.Help);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    private enum Level
    {
        Good,
        Odd,
        Bad,
    }

    private sealed record Finding(Level Level, string Text, string? Help = null)
    {
        /// <summary>What the store goes by.</summary>
        public IReadOnlyList<BackendFact> Facts { get; init; } = [];

        public static Finding Good(string text) => new(Level.Good, text);

        public static Finding Bad(SecretException e) => new(Level.Bad, e.Headline, e.Help);

        public void Write(Screen screen)
        {
            var mark = Level switch { Level.Good => screen.Out.Green("✓"), Level.Odd => screen.Out.Yellow("!"), _ => screen.Out.Red("✗") };
            screen.Line($"{mark} {Text}");
            if (Help is not null) screen.Line($"  {screen.Out.Dim("→")} {Help}");
            var width = Facts.Count == 0 ? 0 : Facts.Max(f => f.Name.Length);
            foreach (var fact in Facts)
            {
                var label = screen.Out.Dim(fact.Name.PadRight(width));
                screen.Line(fact.Value is { } value
                    ? $"    {label}  {value}{(fact.Source is { } source ? "  " + screen.Out.Dim(source) : "")}"
                    : $"    {label}  {screen.Out.Yellow("not set")}{(fact.Help is { } help ? "  " + screen.Out.Dim("→ ") + help : "")}");
            }
        }
    }
}
