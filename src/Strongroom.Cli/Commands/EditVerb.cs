using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Processes;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Formats;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>
/// Opens the secrets of an environment in an editor, as a .env file that lives in memory only: a private folder on a memory
/// file system, which is wiped afterwards. Without such a file system it refuses, since an editor's file would reach a disk.
/// </summary>
internal sealed class EditVerb : Verb
{
    private readonly Argument<string[]> _names = Names.Arguments("Which secrets; all of the environment when none is named.", required: false);

    private readonly Option<bool> _yes = CommonOptions.Yes();

    public EditVerb() : base(
        VerbGroup.Secrets, "edit", "Change secrets in your editor; the file it sees is in memory and wiped afterwards.",
        ("strongroom edit", "all secrets of the default environment in the vault"),
        ("EDITOR=nano strongroom edit -e testing DATABASE_URL", "one of them"))
    {
        Add(_names);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var plan = session.Plan(invocation.Environment);
        var store = session.Store(session.VaultStore().Name);
        var names = invocation.Get(_names) is { Length: > 0 } some ? some : [.. plan.Secrets.Select(s => s.Name)];
        Protection.BeforeChange(plan, invocation.Get(_yes), "Edit secrets");
        var before = await ReadAsync(store, plan, names, invocation.CancellationToken);
        try
        {
            using var text = new SecretBuffer(4096);
            EditedText.Begin(text, before);
            using var after = await LetEditAsync(text, plan.Environment.Name, invocation.Screen);
            await ApplyAsync(session, store, plan, before, after, invocation);
            return ExitCode.Success;
        }
        finally
        {
            foreach (var stored in before.Values) stored?.Value.Dispose();
        }
    }

    private static async Task<Dictionary<string, StoredSecret?>> ReadAsync(
        SecretStore store, ManifestPlan plan, IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        var found = new Dictionary<string, StoredSecret?>();
        foreach (var name in names)
        {
            try
            {
                found[name] = await store.ReadAsync(plan.ReferenceIn(store.Name, name).Address, cancellationToken);
            }
            catch (SecretException e) when (e.Kind is SecretErrorKind.NotFound or SecretErrorKind.Unreadable)
            {
                found[name] = null;
            }
        }
        return found;
    }

    /// <summary>What the person saved. While it cannot be read it is offered again, with what is wrong on top.</summary>
    private static async Task<SecretImport> LetEditAsync(SecretBuffer text, string environment, Screen screen)
    {
        while (true)
        {
            using var saved = await PrivateEditor.EditAsync($"{environment}.env", text.WrittenMemory);
            var edited = SecretImport.Read(saved.Written, ImportFormat.DotEnv);
            if (edited.Faults.Count == 0) return edited;
            edited.Dispose();
            var faults = FormatFaults.ToException(edited.Faults, "the edited text");
            if (!Question.CanAsk) throw faults;
            screen.Fail(faults.Headline);
            if (!Question.Ask("Nothing was changed. Open the editor again?", otherwise: true)) throw new OperationCanceledException();
            EditedText.Annotate(text, saved.Written, edited.Faults);
        }
    }

    private static async Task ApplyAsync(
        Session session, SecretStore store, ManifestPlan plan, Dictionary<string, StoredSecret?> before, SecretImport after, Invocation invocation)
    {
        var changes = new List<(string Name, string Outcome)>();
        foreach (var entry in after.Entries)
        {
            var known = before.GetValueOrDefault(entry.Name);
            if (known is not null && known.Value.Equals(entry.Value)) continue;
            var expected = store.Can(BackendCapabilities.CheckAndSet) ? known?.Version : null;
            await store.WriteAsync(plan.ReferenceIn(store.Name, entry.Name).Address, new SecretWrite(entry.Value, expected), invocation.CancellationToken);
            ManifestFile.Declare(session, entry.Name, description: null);
            changes.Add((entry.Name, known is null ? "created" : "replaced"));
            if (!invocation.Json) invocation.Screen.Done($"{(known is null ? "set" : "changed")} {entry.Name}");
        }
        if (invocation.Json) WriteJson(invocation.Screen, plan.Environment.Name, changes);
        else if (changes.Count == 0) invocation.Screen.Note("Nothing was changed.");
    }

    private static void WriteJson(Screen screen, string environment, List<(string Name, string Outcome)> changes) => JsonOutput.WriteObject(screen, json =>
    {
        json.WriteString("environment", environment);
        JsonOutput.WriteOutcomes(json, changes);
    });
}
