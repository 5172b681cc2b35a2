using System.Collections;
using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>Takes secrets over from a file or from the environment, and reads each back before it says that it has them.</summary>
internal sealed class ImportVerb : Verb
{
    private readonly Argument<string> _source = new("source") { Description = "A .env, JSON or YAML file, a file of teller, fnox, secretspec or Pulumi, - for standard input, or 'environment'.", DefaultValueFactory = _ => ".env" };
    private readonly Option<string> _format = new Option<string>("--format", "-f") { Description = "dotenv, json, yaml, teller, fnox, secretspec or pulumi; by default from the file's name.", HelpName = "format" }
        .AcceptOnlyFromAmong("dotenv", "json", "yaml", "teller", "fnox", "secretspec", "pulumi");
    private readonly Option<string> _store = CommonOptions.Store("Where to write them; by default the embedded vault.");
    private readonly Option<string[]> _only = new("--only") { Description = "Only this name; may be repeated. Needed for 'environment' unless --prefix is given.", HelpName = "name" };
    private readonly Option<string> _prefix = new("--prefix") { Description = "Only names that begin so.", HelpName = "text" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write over secrets that have another value already." };
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be done and change nothing." };

    public ImportVerb() : base(
        VerbGroup.Start, "import", "Take secrets over from a file, from another tool, or from the environment.",
        ("strongroom import .env", "into the vault, checked by reading back; the file stays"),
        ("strongroom import secrets.json -e production --dry-run", "only say what would happen"),
        ("strongroom import fnox.toml --dry-run", "what another tool refers to becomes ref: in strongroom.yaml"),
        ("strongroom import Pulumi.production.yaml", "the configuration of a stack; PULUMI_CONFIG_PASSPHRASE decrypts it"),
        ("strongroom import environment --prefix APP_", "from this shell"))
    {
        Add(_source);
        foreach (var option in new Option[] { _format, _store, _only, _prefix, _overwrite, _dryRun, _yes }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        using var source = Read(invocation);
        FormatFaults.ThrowIfAny(source.Faults, invocation.Get(_source));
        foreach (var duplicate in source.Duplicates) invocation.Screen.Warn(duplicate.ToString());

        var entries = source.Entries.Where(e => IsWanted(e.Name, invocation)).ToList();
        var declarations = Declarations.Make(session, source.Secrets.Where(s => IsWanted(s.Name, invocation)).ToList(), source.Leftovers);
        if (entries.Count == 0 && declarations.IsEmpty)
        {
            declarations.Report(invocation, isDryRun: true);
            if (declarations.HasLeftovers && invocation.Json)
            {
                JsonOutput.WriteObject(invocation.Screen, json => declarations.WriteJson(json, invocation.Get(_dryRun)));
                return ExitCode.NotFound;
            }
            throw new SecretException(SecretErrorKind.NotFound, "there is nothing to import", operation: "import", name: invocation.Get(_source));
        }
        var isDryRun = invocation.Get(_dryRun);
        if (!isDryRun && entries.Count > 0) Protection.BeforeChange(plan, invocation.Get(_yes), $"Import {Counted.Of(entries.Count, "secret")}");
        declarations.Report(invocation, isDryRun);
        if (!isDryRun) declarations.Apply();
        if (entries.Count == 0)
        {
            if (invocation.Json) JsonOutput.WriteObject(invocation.Screen, json => declarations.WriteJson(json, isDryRun));
            return declarations.Kept > 0 ? ExitCode.Conflict : ExitCode.Success;
        }
        var store = session.Store(invocation.Get(_store) ?? session.VaultStore().Name);
        var import = new ImportRun(session, plan, store, invocation);
        await import.RunAsync(entries, invocation.Get(_overwrite), isDryRun);
        import.Report(invocation.Get(_source), "imported", !declarations.HasLeftovers, json => declarations.WriteJson(json, isDryRun));
        return import.Conflicts + declarations.Kept > 0 ? ExitCode.Conflict : ExitCode.Success;
    }

    private bool IsWanted(string name, Invocation invocation)
    {
        var only = invocation.Get(_only) ?? [];
        if (only.Length > 0 && !only.Contains(name)) return false;
        return invocation.Get(_prefix) is not { } prefix || name.StartsWith(prefix, StringComparison.Ordinal);
    }

    private SecretImport Read(Invocation invocation)
    {
        var source = invocation.Get(_source);
        if (source == "environment") return FromEnvironment(invocation);
        var format = invocation.Get(_format) switch
        {
            "dotenv" => ImportFormat.DotEnv,
            "json" => ImportFormat.Json,
            "yaml" => ImportFormat.Yaml,
            "teller" => ImportFormat.Teller,
            "fnox" => ImportFormat.Fnox,
            "secretspec" => ImportFormat.SecretSpec,
            "pulumi" => ImportFormat.PulumiStack,
            _ => SecretImport.FormatOf(source),
        };
        using var text = SecretInput.ReadText(source);
        return SecretImport.Read(text.Written, format, source == "-" ? "" : source, invocation.Environment, Environment.GetEnvironmentVariable);
    }

    private SecretImport FromEnvironment(Invocation invocation)
    {
        if (invocation.Get(_only) is not { Length: > 0 } && invocation.Get(_prefix) is null)
        {
            throw new SecretException(
                SecretErrorKind.InvalidInput, "the environment holds much that is no secret", operation: "import",
                help: "choose with --only NAME or --prefix TEXT");
        }
        var entries = new List<SecretEntry>();
        foreach (DictionaryEntry variable in Environment.GetEnvironmentVariables())
            entries.Add(new SecretEntry((string)variable.Key, SecretValue.FromText((string?)variable.Value ?? "")));
        entries.Sort(static (a, b) => string.CompareOrdinal(a.Name, b.Name));
        return new SecretImport(entries, [], []);
    }
}
