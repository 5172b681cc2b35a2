using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Served;

/// <summary>
/// The records of what is done with unseal keys instead of a token: making, unsealing, rekeying, new root tokens. While the vault is sealed
/// its log cannot be written, because the key of the log is sealed with it: then they are kept in memory, and are the first that is written
/// when it is unsealed. Requests that a sealed vault refuses are counted.
/// </summary>
internal sealed class SealAudit(ServedVault vault)
{
    /// <summary>The most records that wait; what comes after them is counted.</summary>
    public const int WaitingMax = 1000;

    /// <summary>
    /// What one address may try in a minute. People type a few keys; each attempt costs a record and, while the vault is unsealed, a flush of
    /// the log, and asks for no token. Each address has its own, so that nobody keeps the holders of the keys out.
    /// </summary>
    public const int AttemptsPerMinute = 120;

    private readonly RateLimit _attempts = new(
        new RateQuota { Name = "seal", Rate = AttemptsPerMinute, Interval = 60 }, vault.Options.Time);

    private readonly Lock _gate = new();
    private List<AuditRecord> _waiting = [];
    private long _refused;
    private long _omitted;

    /// <summary>Answers a request, with a record of it where it may change something or tries keys: reading the state is not told, as with Vault.</summary>
    public async ValueTask<VaultResponse> AnswerAsync(SealEndpoints.Endpoint endpoint, VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.IsReadOnly) return await endpoint(vault, request, cancellationToken);
        if (request.Origin.Address is { } address && _attempts.Take(address) is { IsAllowed: false } limit)
            throw new SecretException(SecretErrorKind.Throttled, "too many attempts from this address", request.OperationName, name: request.Path, retryAfter: limit.Reset);
        var intent = await vault.TryRecordAsync(Describe(request, AuditRecordKind.Intent), durable: true, cancellationToken);
        VaultResponse response;
        try
        {
            response = await endpoint(vault, request, cancellationToken);
        }
        catch (SecretException e)
        {
            await EndAsync(request, intent, VaultCore.ErrorName(e.Kind));
            throw;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            await EndAsync(request, intent, "error");
            throw;
        }
        try
        {
            await EndAsync(request, intent, "ok");
            return response;
        }
        catch
        {
            // No answer leaves the vault unrecorded; one with keys must not be taken for one that arrived.
            if (response.HandOver is { } handOver) await handOver(false, CancellationToken.None);
            response.Dispose();
            throw;
        }
    }

    /// <summary>Counts a request that was refused because the vault is sealed.</summary>
    public void Refuse()
    {
        lock (_gate) _refused++;
    }

    /// <summary>Writes what waits. When that fails it waits on.</summary>
    public async ValueTask WriteAsync(AuditSink log, CancellationToken cancellationToken)
    {
        List<AuditRecord> records;
        long refused, omitted;
        lock (_gate) (records, refused, omitted, _waiting, _refused, _omitted) = (_waiting, _refused, _omitted, [], 0, 0);
        var all = new List<AuditRecord>(records);
        if (omitted > 0) all.Add(Sum("omit", omitted));
        if (refused > 0) all.Add(Sum("refuse", refused));
        if (all.Count == 0) return;
        try
        {
            await log.AppendAsync(all, durable: false, cancellationToken);
        }
        catch
        {
            lock (_gate)
            {
                _waiting.InsertRange(0, records);
                (_refused, _omitted) = (_refused + refused, _omitted + omitted);
            }
            throw;
        }
    }

    /// <summary>The end of a request is recorded whether its client still waits or not.</summary>
    private async ValueTask EndAsync(VaultRequest request, AuditPosition? intent, string outcome)
    {
        // Also for a vault that nobody unseals, whose own log is never written.
        if (outcome is not "ok")
            vault.Options.Log.Write(VaultLog.Core, VaultLogLevel.Warn, $"{request.OperationName} {request.Path} from {request.Origin.Address?.ToString() ?? "this process"} failed: {outcome}");
        var record = Describe(request, AuditRecordKind.Outcome) with { Outcome = outcome, Intent = intent?.Sequence ?? 0 };
        if (await vault.TryRecordAsync(record, durable: false, CancellationToken.None) is not null) return;
        lock (_gate)
        {
            if (_waiting.Count < WaitingMax) _waiting.Add(record);
            else _omitted++;
        }
    }

    /// <summary>Nobody brought a token, so that the address is all there is to tell of who it was.</summary>
    private AuditRecord Describe(VaultRequest request, AuditRecordKind kind) => new(
        kind, vault.Options.Time.GetUtcNow(), request.Origin.Address is { } address ? $"anonymous:{address}" : "anonymous", request.OperationName, request.Path);

    private AuditRecord Sum(string operation, long count) =>
        new(AuditRecordKind.Outcome, vault.Options.Time.GetUtcNow(), "anonymous", operation, "sealed", "sealed", Count: count);
}
