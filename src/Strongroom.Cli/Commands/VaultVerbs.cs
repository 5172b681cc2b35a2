using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>The state of the embedded vault in a few lines.</summary>
internal sealed class VaultStatusVerb() : VaultVerb(
    "status", "Show identity, seal and keys of the vault.",
    ("strongroom vault status", "opens it, so it also proves that the key fits"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var status = await vault.StatusAsync(invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteString("id", status.VaultId);
                json.WriteString("file", place.DatabasePath);
                json.WriteString("seal", status.SealKind);
                json.WriteNumber("keyTerm", status.KeyTerm);
                json.WriteNumber("commits", status.StorageSequence);
                json.WriteNumber("auditRecords", status.AuditSequence);
            });
            return ExitCode.Success;
        }
        var (screen, ink) = (invocation.Screen, invocation.Screen.Out);
        screen.Line($"{ink.Dim("file    ")}{Path.GetRelativePath(CurrentFolder.Path, place.DatabasePath)}");
        screen.Line($"{ink.Dim("id      ")}{status.VaultId}");
        screen.Line($"{ink.Dim("seal    ")}{status.SealKind}");
        if (status.SealKind == "key-file") screen.Line($"        {ink.Dim(VaultPlace.Shorten(place.KeyPath(status.VaultId)))}");
        screen.Line($"{ink.Dim("key     ")}term {status.KeyTerm}");
        screen.Line($"{ink.Dim("changes ")}{status.StorageSequence} commits, {status.AuditSequence} audit records");
        return ExitCode.Success;
    }
}

/// <summary>Begins a new data key; what is written from now on uses it.</summary>
internal sealed class VaultRotateVerb() : VaultVerb(
    "rotate-key", "Begin a new encryption key for everything written from now on.",
    ("strongroom vault rotate-key", "older entries stay readable under their own key"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var term = await vault.RotateKeyAsync(invocation.CancellationToken);
        invocation.Answer($"the vault writes with key term {term} now", json => json.WriteNumber("keyTerm", term));
        return ExitCode.Success;
    }
}

/// <summary>Opens every entry of the vault.</summary>
internal sealed class VaultVerifyVerb() : VaultVerb(
    "verify", "Open every entry and check names, places and the audit log.",
    ("strongroom vault verify", "exit code 7 when anything is damaged"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var report = await vault.VerifyAsync(invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteBoolean("intact", report.IsIntact);
                json.WriteNumber("entries", report.Barrier.Entries);
                json.WriteNumber("damagedEntries", report.Barrier.Damaged.Count);
                json.WriteString("storageFault", report.StorageFault);
                json.WriteString("auditFault", report.Audit.Fault);
            });
            return report.IsIntact ? ExitCode.Success : ExitCode.Damaged;
        }
        if (report.StorageFault is { } fault) invocation.Screen.Fail(fault);
        foreach (var damaged in report.Barrier.Damaged) invocation.Screen.Fail(damaged.ToString());
        if (!report.Audit.IsIntact) invocation.Screen.Fail($"the audit log was changed: after record {report.Audit.FaultAfter}, {report.Audit.Fault}");
        if (!report.IsIntact) return ExitCode.Damaged;
        var good = invocation.Screen.Out.Green("✓");
        invocation.Screen.Line($"{good} {report.Barrier.Entries} entries, every one opens and is where it belongs");
        invocation.Screen.Line($"{good} audit log intact, {report.Audit.Records} records");
        return ExitCode.Success;
    }
}

/// <summary>Opens a vault that is older than its audit log, as after restoring a backup, and puts that on record.</summary>
internal sealed class VaultAcceptRestoredVerb : VaultVerb
{
    private readonly Option<bool> _yes = CommonOptions.Yes();

    public VaultAcceptRestoredVerb() : base(
        "accept-restored", "Accept a vault that was restored without its audit log; that goes on record.",
        ("strongroom vault accept-restored", "after a restore, and only then: it also hides a rollback by somebody else")) => Add(_yes);

    protected override bool AcceptsRestored => true;

    protected override void Require(Invocation invocation)
    {
        if (!invocation.Get(_yes) && (!Question.CanAsk || !Question.Ask("Did you restore this vault from a backup yourself?")))
            throw new SecretException(SecretErrorKind.InvalidInput, "was not confirmed; nothing was changed", operation: "accept", help: "confirm at the question, or with --yes");
    }

    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var status = await vault.StatusAsync(invocation.CancellationToken);
        invocation.Answer($"the vault stands as it is, at commit {status.StorageSequence}; that is on record", json => json.WriteNumber("commits", status.StorageSequence));
        return ExitCode.Success;
    }
}
