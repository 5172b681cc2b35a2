using System.CommandLine;
using System.CommandLine.Help;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;

namespace Strongroom.Cli.Commands;

/// <summary>The whole command line in one list.</summary>
internal static class VerbList
{
    public static RootCommand Build(Screen screen)
    {
        var root = new RootCommand("secrets for your programs: encrypted, versioned, audited; from one vault or from many stores.");
        foreach (var option in GlobalOptions.All) root.Add(option);
        Verb[] verbs =
        [
            new InitVerb(), new ImportVerb(), new RunVerb(),
            new SetVerb(), new GetVerb(), new ListVerb(), new DeleteVerb(), new HistoryVerb(), new RestoreVerb(), new EditVerb(), new GenerateVerb(),
            new ExportVerb(), new CopyVerb(),
            new ExplainVerb(), new DoctorVerb(), new CompletionVerb(), new SchemaVerb(),
            new VerbFamily(VerbGroup.Vault, "vault", "Status, keys and seal of the embedded vault.",
                new VaultStatusVerb(), new VaultVerifyVerb(), new VaultRotateVerb(), new VaultResealVerb(), new VaultAcceptRestoredVerb()),
            new VerbFamily(VerbGroup.Vault, "audit", "Show the audit log, or prove that nobody changed it.", new AuditVerifyVerb(), new AuditShowVerb(),
                new AuditCheckpointVerb(), new AuditKeyVerb(), new AuditCheckVerb()),
            new VerbFamily(VerbGroup.Vault, "cache", "What is kept for an offline start.", new CacheStatusVerb(), new CacheClearVerb()),
            new ServerVerb(),
        ];
        foreach (var verb in verbs)
        {
            root.Add(verb.Bind(screen));
            if (verb is VerbFamily family) foreach (var member in family.Members) member.Bind(screen);
        }
        var help = root.Options.OfType<HelpOption>().First();
        help.Action = new HelpPage(screen);
        root.SetAction(result => new HelpPage(screen).Invoke(result));
        return root;
    }
}
