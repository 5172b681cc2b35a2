using System.CommandLine;
using System.Globalization;
using Strongroom.Cli.Framework;
using Strongroom.Secrets;
using Strongroom.Vault.Audit.Checkpoints;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Signs the audit log as it is now.</summary>
internal sealed class AuditCheckpointVerb() : VaultVerb(
    "checkpoint", "Sign the audit log as it is now.",
    ("strongroom audit checkpoint", "whoever has the public key can check it without the vault"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var records = await vault.CheckpointAsync(invocation.CancellationToken);
        if (invocation.Json) JsonOutput.WriteObject(invocation.Screen, json => json.WriteNumber("records", records));
        else invocation.Screen.Line($"{invocation.Screen.Out.Green("✓")} {records} records signed");
        return ExitCode.Success;
    }
}

/// <summary>Prints the public key of the checkpoints.</summary>
internal sealed class AuditKeyVerb() : VaultVerb(
    "key", "Print the public key by which an auditor checks the log.",
    ("strongroom audit key > audit-key.pem", "give this file to the auditor once"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var pem = await vault.ReadCheckpointKeyAsync(invocation.CancellationToken);
        if (invocation.Json) JsonOutput.WriteObject(invocation.Screen, json => json.WriteString("publicKey", pem));
        else invocation.Screen.Line(pem);
        return ExitCode.Success;
    }
}

/// <summary>Checks a log by its checkpoints, without the vault.</summary>
internal sealed class AuditCheckVerb : Verb
{
    private readonly Argument<string> _log = new("log") { Description = "The file of the audit log." };
    private readonly Option<string> _key = new("--public-key") { Description = "File with the public key, from audit key.", HelpName = "file", Required = true };
    private readonly Option<string> _kept = new("--kept") { Description = "File with checkpoints that were kept elsewhere; an older copy of the log will do.", HelpName = "file" };

    public AuditCheckVerb() : base(
        VerbGroup.Vault, "check", "Check an audit log by its checkpoints, without the vault.",
        ("strongroom audit check audit.log --public-key audit-key.pem", "exit code 7 when what was signed was changed"),
        ("strongroom audit check audit.log --public-key audit-key.pem --kept last-year.log", "also finds that the end was cut off"))
    {
        Add(_log);
        Add(_key);
        Add(_kept);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        var pem = await ReadKeyAsync(invocation.Get(_key)!, invocation.CancellationToken);
        var report = await CheckpointVerifier.VerifyAsync(invocation.Get(_log)!, pem, invocation.Get(_kept), invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteBoolean("intact", report.IsIntact);
                json.WriteNumber("checkpoints", report.Checkpoints);
                json.WriteNumber("provenRecords", report.ProvenRecords);
                if (report.ProvenUntil is { } until) json.WriteString("provenUntil", until);
                json.WriteNumber("unprovenLines", report.UnprovenLines);
                if (report.Fault is not null) json.WriteString("fault", report.Fault);
            });
        }
        else if (report.IsIntact)
        {
            var until = report.ProvenUntil!.Value.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture);
            invocation.Screen.Line($"{invocation.Screen.Out.Green("✓")} {report.ProvenRecords} records as they were signed, the last at {until}; {report.UnprovenLines} after it not signed yet");
        }
        else
        {
            invocation.Screen.Fail(report.Fault!, "docs/operations/audit.md says what to do");
        }
        return report.IsIntact ? ExitCode.Success : ExitCode.Damaged;
    }

    private static async Task<string> ReadKeyAsync(string path, CancellationToken cancellationToken)
    {
        try
        {
            return await File.ReadAllTextAsync(path, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new SecretException(SecretErrorKind.NotFound, "cannot be read", operation: "check", name: path, help: "strongroom audit key prints it", inner: e);
        }
    }
}
