using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Commands;

/// <summary>The state of the embedded vault in a few lines.</summary>
internal sealed class VaultStatusVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();

    public VaultStatusVerb() : base(VerbGroup.Vault, "status", "Show identity, seal and keys of the vault.", ("strongroom vault status", "opens it, so it also proves that the key fits")) => Add(_store);

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var place = session.PlaceOf(session.VaultStore(invocation.Get(_store)));
        var vault = await session.OpenVaultAsync(invocation.Get(_store), invocation.CancellationToken);
        var status = await vault.StatusAsync(invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Screen, json =>
            {
                json.WriteStartObject();
                json.WriteString("id", status.VaultId);
                json.WriteString("file", place.DatabasePath);
                json.WriteString("seal", status.SealKind);
                json.WriteNumber("keyTerm", status.KeyTerm);
                json.WriteNumber("commits", status.StorageSequence);
                json.WriteNumber("auditRecords", status.AuditSequence);
                json.WriteEndObject();
            });
            return ExitCode.Success;
        }
        var (screen, ink) = (invocation.Screen, invocation.Screen.Out);
        screen.Line($"{ink.Dim("file    ")}{Path.GetRelativePath(Directory.GetCurrentDirectory(), place.DatabasePath)}");
        screen.Line($"{ink.Dim("id      ")}{status.VaultId}");
        screen.Line($"{ink.Dim("seal    ")}{status.SealKind}{(status.SealKind == "key-file" ? ink.Dim($"  {place.KeyPath(status.VaultId)}") : "")}");
        screen.Line($"{ink.Dim("key     ")}term {status.KeyTerm}");
        screen.Line($"{ink.Dim("changes ")}{status.StorageSequence} commits, {status.AuditSequence} audit records");
        return ExitCode.Success;
    }
}

/// <summary>Begins a new data key; what is written from now on uses it.</summary>
internal sealed class VaultRotateVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();

    public VaultRotateVerb() : base(
        VerbGroup.Vault, "rotate-key", "Begin a new encryption key for everything written from now on.",
        ("strongroom vault rotate-key", "older entries stay readable under their own key")) => Add(_store);

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var vault = await session.OpenVaultAsync(invocation.Get(_store), invocation.CancellationToken);
        var term = await vault.RotateKeyAsync(invocation.CancellationToken);
        invocation.Screen.Done($"the vault writes with key term {term} now");
        return ExitCode.Success;
    }
}

/// <summary>Puts the vault under another seal.</summary>
internal sealed class VaultResealVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();
    private readonly Option<string> _seal = new Option<string>("--seal") { Description = "key-file, passphrase or static-key.", Required = true, HelpName = "kind" }
        .AcceptOnlyFromAmong(SealChoice.Kinds);

    public VaultResealVerb() : base(
        VerbGroup.Vault, "reseal", "Protect the vault by another seal: a key file, a passphrase, or a key from the environment.",
        ("strongroom vault reseal --seal passphrase", "asks for a new passphrase; the key file no longer opens the vault"))
    {
        Add(_seal);
        Add(_store);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var store = session.VaultStore(invocation.Get(_store));
        var vault = await session.OpenVaultAsync(store.Name, invocation.CancellationToken);
        var place = session.PlaceOf(store);
        var kind = invocation.Get(_seal)!;
        var keyPath = place.KeyPath(vault.VaultId);
        if (kind == KeyFileSeal.KindName)
        {
            await vault.ReplaceKeyFileAsync(keyPath, invocation.CancellationToken);
        }
        else
        {
            using var seal = SealChoice.Create(kind, place, vault.VaultId);
            await vault.ResealAsync(seal, invocation.CancellationToken);
        }
        invocation.Screen.Done($"the vault is sealed with a {kind} now");
        if (kind != KeyFileSeal.KindName && File.Exists(keyPath)) invocation.Screen.Note($"  {keyPath} opens nothing any more; older copies of the vault still need it");
        return ExitCode.Success;
    }
}

/// <summary>Opens every entry of the vault.</summary>
internal sealed class VaultVerifyVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();

    public VaultVerifyVerb() : base(
        VerbGroup.Vault, "verify", "Open every entry and check names, places and the audit log.",
        ("strongroom vault verify", "exit code 7 when anything is damaged")) => Add(_store);

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var vault = await session.OpenVaultAsync(invocation.Get(_store), invocation.CancellationToken);
        var report = await vault.VerifyAsync(invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.Write(invocation.Screen, json =>
            {
                json.WriteStartObject();
                json.WriteBoolean("intact", report.IsIntact);
                json.WriteNumber("entries", report.Barrier.Entries);
                json.WriteNumber("damagedEntries", report.Barrier.Damaged.Count);
                json.WriteString("storageFault", report.StorageFault);
                json.WriteString("auditFault", report.Audit.Fault);
                json.WriteEndObject();
            });
            return report.IsIntact ? ExitCode.Success : ExitCode.Damaged;
        }
        if (report.StorageFault is { } fault) invocation.Screen.Fail(fault);
        foreach (var damaged in report.Barrier.Damaged) invocation.Screen.Fail(damaged.ToString());
        if (!report.Audit.IsIntact) invocation.Screen.Fail($"the audit log was changed: after record {report.Audit.FaultAfter}, {report.Audit.Fault}");
        if (!report.IsIntact) return ExitCode.Damaged;
        invocation.Screen.Line($"{invocation.Screen.Out.Green("✓")} {report.Barrier.Entries} entries, every one opens and is where it belongs; audit log intact, {report.Audit.Records} records");
        return ExitCode.Success;
    }
}

/// <summary>Opens a vault that is older than its audit log, as after restoring a backup, and puts that on record.</summary>
internal sealed class VaultAcceptRestoredVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();
    private readonly Option<bool> _yes = CommonOptions.Yes();

    public VaultAcceptRestoredVerb() : base(
        VerbGroup.Vault, "accept-restored", "Accept a vault that was restored without its audit log; that goes on record.",
        ("strongroom vault accept-restored", "after a restore, and only then: it also hides a rollback by somebody else"))
    {
        Add(_store);
        Add(_yes);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        if (!invocation.Get(_yes) && (!Question.CanAsk || !Question.Ask("Did you restore this vault from a backup yourself?")))
            throw new SecretException(SecretErrorKind.InvalidInput, "was not confirmed; nothing was changed", operation: "accept", help: "confirm at the question, or with --yes");
        await using var session = invocation.OpenSession(acceptRestored: true);
        var vault = await session.OpenVaultAsync(invocation.Get(_store), invocation.CancellationToken);
        var status = await vault.StatusAsync(invocation.CancellationToken);
        invocation.Screen.Done($"the vault stands as it is, at commit {status.StorageSequence}; that is on record");
        return ExitCode.Success;
    }
}
