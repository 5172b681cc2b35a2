using System.CommandLine;
using System.Globalization;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Terminal;
using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Proves that no line of the audit log was changed, dropped, moved or cut off.</summary>
internal sealed class AuditVerifyVerb() : VaultVerb(
    "verify", "Prove that nobody changed the audit log.",
    ("strongroom audit verify", "exit code 7 when a line was changed, dropped, moved or cut off"))
{
    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var report = await vault.VerifyAuditAsync(invocation.CancellationToken);
        if (invocation.Json)
        {
            JsonOutput.WriteObject(invocation.Screen, json =>
            {
                json.WriteBoolean("intact", report.IsIntact);
                json.WriteNumber("records", report.Records);
                json.WriteNumber("recoveries", report.Recoveries);
                json.WriteNumber("unfinishedChanges", report.UnfinishedChanges);
                if (report.Fault is not null)
                {
                    json.WriteString("fault", report.Fault);
                    json.WriteNumber("faultAfter", report.FaultAfter);
                }
            });
        }
        else if (report.IsIntact)
        {
            var crashes = report.Recoveries > 0 ? $"; {report.Recoveries} unfinished lines of crashes closed off" : "";
            invocation.Screen.Line($"{invocation.Screen.Out.Green("✓")} {report.Records} records, every one as it was written{crashes}");
        }
        else
        {
            invocation.Screen.Fail($"the audit log was changed: after record {report.FaultAfter}, {report.Fault}", "docs/operations/audit.md says what to do");
        }
        return report.IsIntact ? ExitCode.Success : ExitCode.Damaged;
    }
}

/// <summary>Shows who did what when.</summary>
internal sealed class AuditShowVerb : VaultVerb
{
    private readonly Option<int?> _last = new("--last", "-n") { Description = "How many records; 20 unless said otherwise.", HelpName = "n" };
    private readonly Option<string> _name = new("--name") { Description = "Only records of paths that contain this.", HelpName = "text" };

    public AuditShowVerb() : base(
        "show", "Show who did what, when, and how it ended.",
        ("strongroom audit show -n 50", "the last 50 records"),
        ("strongroom audit show --name OPENAI", "everything about one secret"))
    {
        Add(_last);
        Add(_name);
    }

    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var count = invocation.Get(_last) ?? 20;
        if (count < 1) throw new SecretException(SecretErrorKind.InvalidInput, "--last takes a number from 1 on", operation: "show");
        var wanted = invocation.Get(_name);
        var records = new Queue<AuditRecord>();
        await foreach (var record in vault.ReadAuditAsync(invocation.CancellationToken))
        {
            if (record.Kind != AuditRecordKind.Outcome || (wanted is not null && !record.Path.Contains(wanted, StringComparison.OrdinalIgnoreCase))) continue;
            records.Enqueue(record);
            if (records.Count > count) records.Dequeue();
        }
        if (invocation.Json) WriteJson(invocation.Screen, records);
        else if (records.Count > 0) WriteTable(invocation.Screen, records);
        else invocation.Screen.Note(wanted is null ? "Nothing is on record yet." : $"Nothing with {wanted} in its path is on record.");
        return ExitCode.Success;
    }

    private static void WriteTable(Screen screen, IEnumerable<AuditRecord> records)
    {
        var table = new Table("time", "who", "did", "outcome", "path");
        foreach (var record in records)
        {
            var outcome = record.Outcome is "ok" ? screen.Out.Green("ok") : screen.Out.Yellow(record.Outcome ?? "");
            table.Add(record.Time.ToLocalTime().ToString("yyyy-MM-dd HH:mm:ss", CultureInfo.InvariantCulture), record.Caller, record.Count == 0 ? record.Operation : $"{record.Operation} ({record.Count} times)", outcome, record.Path);
        }
        table.Write(screen);
    }

    private static void WriteJson(Screen screen, IEnumerable<AuditRecord> records) => JsonOutput.Write(screen, json =>
    {
        json.WriteStartArray();
        foreach (var record in records)
        {
            json.WriteStartObject();
            json.WriteString("time", record.Time);
            json.WriteString("caller", record.Caller);
            json.WriteString("operation", record.Operation);
            json.WriteString("path", record.Path);
            json.WriteString("outcome", record.Outcome);
            if (record.Count != 0) json.WriteNumber("count", record.Count);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    });
}
