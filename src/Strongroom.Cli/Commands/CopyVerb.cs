using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Formats;
using Strongroom.Secrets;

namespace Strongroom.Cli.Commands;

/// <summary>Copies secrets between environments or stores, checked by reading back. The source stays as it is.</summary>
internal sealed class CopyVerb : Verb
{
    private readonly Argument<string[]> _names = Names.Arguments("Which secrets; all of the manifest when none is named.", required: false);
    private readonly Option<string> _from = new("--from") { Description = "Store to read from; by default wherever each secret is found.", HelpName = "store" };
    private readonly Option<string> _to = new("--to") { Description = "Store to write to; by default the embedded vault.", HelpName = "store" };
    private readonly Option<string> _toEnvironment = new("--to-env") { Description = "Environment to write to; by default the one read from.", HelpName = "name" };
    private readonly Option<bool> _overwrite = new("--overwrite") { Description = "Write over secrets that have another value there." };
    private readonly Option<bool> _yes = CommonOptions.Yes();
    private readonly Option<bool> _dryRun = new("--dry-run") { Description = "Say what would be done and change nothing." };

    public CopyVerb() : base(
        VerbGroup.Move, "copy", "Copy secrets to another environment or store.",
        ("strongroom copy -e development --to-env testing", "everything that testing does not have yet"),
        ("strongroom copy OPENAI_API_KEY --from dotenv --to vault", "one secret from the .env file into the vault"))
    {
        Aliases.Add("cp");
        Add(_names);
        foreach (var option in new Option[] { _from, _to, _toEnvironment, _overwrite, _dryRun, _yes }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var source = session.Plan(invocation.Environment);
        var target = session.Plan(invocation.Get(_toEnvironment) ?? source.Environment.Name);
        var store = session.Store(invocation.Get(_to) ?? session.VaultStore().Name);
        if (ReferenceEquals(source.Environment, target.Environment) && invocation.Get(_from) is null && invocation.Get(_to) is null)
            throw new SecretException(SecretErrorKind.InvalidInput, "source and target are the same", operation: "copy", help: "give --to-env, or --from and --to");

        var names = invocation.Get(_names) is { Length: > 0 } some ? some : [.. source.Secrets.Select(s => s.Name)];
        var entries = await ReadAsync(invocation, session.Secrets(source.Environment.Name), names);
        if (entries.Count == 0) throw new SecretException(SecretErrorKind.NotFound, "none of the secrets has a value to copy", operation: "copy");
        if (!invocation.Get(_dryRun)) Protection.BeforeChange(target, invocation.Get(_yes), $"Copy {Counted.Of(entries.Count, "secret")}");
        var copy = new ImportRun(session, target, store, invocation);
        await copy.RunAsync(entries, invocation.Get(_overwrite), invocation.Get(_dryRun));
        copy.Report(source.Environment.Name, "copied");
        return copy.Conflicts > 0 ? ExitCode.Conflict : ExitCode.Success;
    }

    private async Task<List<SecretEntry>> ReadAsync(Invocation invocation, Resolution.ProjectSecrets secrets, IReadOnlyList<string> names)
    {
        using (secrets)
        {
            var entries = new List<SecretEntry>();
            foreach (var name in names)
            {
                try
                {
                    var secret = invocation.Get(_from) is { } from
                        ? await secrets.ResolveAsync(secrets.Plan.ReferenceIn(from, name), cancellationToken: invocation.CancellationToken)
                        : await secrets.ResolveAsync(name, cancellationToken: invocation.CancellationToken);
                    // Defaults and composed values come from the manifest and follow it everywhere by themselves.
                    if (secret.Origin is not null) entries.Add(new SecretEntry(name, secret.Value));
                }
                catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
                {
                    invocation.Screen.Note($"  {invocation.Screen.Err.Dim($"{name} has no value to copy")}");
                }
            }
            return entries;
        }
    }
}
