using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Engines.Kv;

namespace Strongroom.Vault.Requests;

/// <summary>The answer to one request of a batch: a response or the failure of this request alone.</summary>
internal readonly record struct VaultAnswer(VaultResponse? Response, SecretException? Error);

/// <summary>
/// The one way into the vault: permission, audit intent, engine, audit outcome, response. Nothing reaches an engine but
/// through <see cref="RunAsync"/>.
/// </summary>
internal sealed class VaultCore(VaultBarrier barrier, AuditSink audit, TimeProvider time)
{
    private readonly BarrierView _root = barrier.View("");
    private readonly Mount[] _mounts = [new("secret/", new KvEngine(barrier.View("kv/secret/m/"), barrier.View("kv/secret/v/"), barrier.View("kv/secret/"), time))];

    /// <summary>Handles one request. The response must be disposed.</summary>
    public async ValueTask<VaultResponse> HandleAsync(Caller caller, VaultRequest request, CancellationToken cancellationToken)
    {
        var answers = await RunAsync(caller, [request], RouteAsync, cancellationToken);
        return answers[0].Response ?? throw answers[0].Error!;
    }

    /// <summary>Handles many requests, each as if alone, with their audit records written together.</summary>
    public ValueTask<VaultAnswer[]> HandleManyAsync(Caller caller, IReadOnlyList<VaultRequest> requests, CancellationToken cancellationToken) =>
        RunAsync(caller, requests, RouteAsync, cancellationToken);

    /// <summary>Runs work on the vault itself (keys, seal) under the same permission and audit.</summary>
    public async ValueTask AdministerAsync(
        Caller caller, string path, Func<ChangeContext, CancellationToken, ValueTask<long>> work, CancellationToken cancellationToken)
    {
        var request = new VaultRequest(VaultOperation.Administer, path);
        var answers = await RunAsync(
            caller, [request], async (_, context, token) => VaultResponse.Done(await work(context, token)), cancellationToken);
        if (answers[0].Error is { } error) throw error;
    }

    private async ValueTask<VaultAnswer[]> RunAsync(
        Caller caller, IReadOnlyList<VaultRequest> requests,
        Func<VaultRequest, ChangeContext, CancellationToken, ValueTask<VaultResponse>> target, CancellationToken cancellationToken)
    {
        var answers = new VaultAnswer[requests.Count];
        var outcomes = new AuditRecord[requests.Count];
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            var intent = default(AuditPosition);
            try
            {
                if (!caller.Acl.Check(request.Path, request.Needed, request.Body.Span).IsAllowed)
                    throw new SecretException(SecretErrorKind.Denied, "is not allowed", operation: request.OperationName, name: request.Path);
                // What only reads needs no intent: nothing happens before its outcome is on record.
                if (!request.IsReadOnly)
                    intent = await audit.AppendAsync([Describe(caller, request, AuditRecordKind.Intent)], durable: true, cancellationToken);
                var context = new ChangeContext(_root, intent.Sequence == 0 ? null : intent);
                answers[i] = new VaultAnswer(await target(request, context, cancellationToken), null);
            }
            catch (SecretException e)
            {
                answers[i] = new VaultAnswer(null, e);
            }
            outcomes[i] = Describe(caller, request, AuditRecordKind.Outcome) with
            {
                Outcome = OutcomeOf(answers[i]),
                Intent = intent.Sequence,
                Committed = answers[i].Response?.Sequence ?? 0,
            };
        }
        try
        {
            await audit.AppendAsync(outcomes, durable: false, cancellationToken);
        }
        catch
        {
            // No answer leaves the vault unrecorded. A change that was made stays made; its intent is on record.
            foreach (var answer in answers) answer.Response?.Dispose();
            throw;
        }
        return answers;
    }

    private ValueTask<VaultResponse> RouteAsync(VaultRequest request, ChangeContext context, CancellationToken cancellationToken)
    {
        foreach (var mount in _mounts)
        {
            if (request.Path.StartsWith(mount.Path, StringComparison.Ordinal))
                return mount.Engine.HandleAsync(request, request.Path[mount.Path.Length..], context, cancellationToken);
        }
        throw new SecretException(SecretErrorKind.NotFound, "no engine is mounted there", operation: request.OperationName, name: request.Path);
    }

    private AuditRecord Describe(Caller caller, VaultRequest request, AuditRecordKind kind) =>
        new(kind, time.GetUtcNow(), caller.ToString(), request.OperationName, request.Path, Version: request.Version);

    private static string OutcomeOf(VaultAnswer answer) => answer.Error is { } error
        ? ErrorName(error.Kind)
        : answer.Response!.Status == VaultStatus.Unreadable ? ErrorName(SecretErrorKind.Unreadable) : "ok";

    private static string ErrorName(SecretErrorKind kind) => kind switch
    {
        SecretErrorKind.NotFound => "not-found",
        SecretErrorKind.Unreadable => "unreadable",
        SecretErrorKind.Denied => "denied",
        SecretErrorKind.Unreachable => "unreachable",
        SecretErrorKind.Throttled => "throttled",
        SecretErrorKind.Malformed => "malformed",
        SecretErrorKind.InvalidInput => "invalid-input",
        SecretErrorKind.Unsupported => "unsupported",
        SecretErrorKind.Conflict => "conflict",
        SecretErrorKind.Sealed => "sealed",
        SecretErrorKind.Corrupt => "corrupt",
        SecretErrorKind.StorageFull => "storage-full",
        SecretErrorKind.ReadOnly => "read-only",
        _ => "error",
    };

    private readonly record struct Mount(string Path, KvEngine Engine);
}
