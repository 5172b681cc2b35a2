using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Audit.Devices;
using Strongroom.Vault.Auth;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Quotas;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Requests;

/// <summary>The answer to one request of a batch: a response or the failure of this request alone.</summary>
internal readonly record struct VaultAnswer(VaultResponse? Response, SecretException? Error);

/// <summary>
/// The one way into the vault: token, permission, audit intent, engine, new token, audit outcome, response. Nothing reaches an
/// engine but through <see cref="RunAsync"/>.
/// </summary>
internal sealed class VaultCore
{
    private readonly BarrierView _root;
    private readonly AuditSink _audit;
    private readonly TimeProvider _time;
    private readonly MountTable _embedded;
    private readonly VaultSystem? _system;
    private readonly AuditDevices? _devices;

    /// <summary>A vault for its owner in this process: one versioned engine at <c>secret/</c>, no tokens.</summary>
    public VaultCore(VaultBarrier barrier, AuditSink audit, TimeProvider time)
    {
        (_root, _audit, _time) = (barrier.View(""), audit, time);
        _embedded = new MountTable([new Mount("secret/", EngineCatalog.MakeKv2("secret", barrier, time))]);
    }

    /// <summary>A vault that serves many callers.</summary>
    public VaultCore(VaultSystem system, AuditSink audit)
    {
        (_root, _audit, _time, _system) = (system.Barrier.View(""), audit, system.Time, system);
        _embedded = system.Mounts.Table;
        _devices = system.AuditDevices;
    }

    private MountTable Mounts => _system?.Mounts.Table ?? _embedded;

    /// <summary>Handles a request by the token that it was made with. The response must be disposed.</summary>
    public async ValueTask<VaultResponse> HandleAsync(VaultRequest request, CancellationToken cancellationToken)
    {
        var began = _time.GetTimestamp();
        var answers = await RunAsync(known: null, [request], administer: null, cancellationToken);
        _system!.Metrics.Count(
            request.Operation, Mounts.Find(request.Path)?.Entry?.Type ?? "none", _time.GetElapsedTime(began), failed: answers[0].Error is not null);
        return answers[0].Response ?? throw answers[0].Error!;
    }

    /// <summary>Answers a request beyond its rate limit, before anything else is looked at; recorded if the settings say so.</summary>
    public async ValueTask<VaultResponse> RefuseAsync(VaultRequest request, RateState state, CancellationToken cancellationToken)
    {
        if (_system!.Quotas.Table.Settings.AuditLogging)
        {
            var answer = new VaultAnswer(null, new SecretException(SecretErrorKind.Throttled, "rate limit quota exceeded"));
            if (_devices?.IsEmpty == false) await TellDevicesAsync(Caller.Anonymous, request, Mounts.Find(request.Path), answer, told: false, cancellationToken);
            await _audit.AppendAsync([Describe(Caller.Anonymous, request, AuditRecordKind.Outcome, OutcomeOf(answer))], durable: false, cancellationToken);
        }
        return _system.Quotas.Refuse(request, state);
    }

    /// <summary>The role, user or certificate that a login names; null for other requests, and for one that names none that there is.</summary>
    public async ValueTask<string?> RoleOfAsync(VaultRequest request, CancellationToken cancellationToken)
    {
        if (Mounts.Find(request.Path) is not { Engine: AuthEngine engine } mount) return null;
        var path = request.Path[mount.Path.Length..];
        return engine.IsOpen(request.Operation, path) ? await engine.RoleOfAsync(request, path, cancellationToken) : null;
    }

    /// <summary>Handles one request of a caller who is known already. The response must be disposed.</summary>
    public async ValueTask<VaultResponse> HandleAsync(Caller caller, VaultRequest request, CancellationToken cancellationToken)
    {
        var answers = await RunAsync(caller, [request], administer: null, cancellationToken);
        return answers[0].Response ?? throw answers[0].Error!;
    }

    /// <summary>Handles many requests, each as if alone, with their audit records written together.</summary>
    public ValueTask<VaultAnswer[]> HandleManyAsync(Caller caller, IReadOnlyList<VaultRequest> requests, CancellationToken cancellationToken) =>
        RunAsync(caller, requests, administer: null, cancellationToken);

    /// <summary>Runs work on the vault itself (keys, seal) under the same permission and audit.</summary>
    public async ValueTask AdministerAsync(
        Caller caller, string path, Func<RequestContext, CancellationToken, ValueTask<long>> work, CancellationToken cancellationToken)
    {
        var request = new VaultRequest(VaultOperation.Administer, path);
        var answers = await RunAsync(caller, [request], work, cancellationToken);
        if (answers[0].Error is { } error) throw error;
    }

    private async ValueTask<VaultAnswer[]> RunAsync(
        Caller? known, IReadOnlyList<VaultRequest> requests,
        Func<RequestContext, CancellationToken, ValueTask<long>>? administer, CancellationToken cancellationToken)
    {
        var answers = new VaultAnswer[requests.Count];
        var outcomes = new AuditRecord[requests.Count];
        for (var i = 0; i < requests.Count; i++)
        {
            var request = requests[i];
            var caller = known ?? Caller.Anonymous;
            var intent = default(AuditPosition);
            var mount = administer is null ? Mounts.Find(request.Path) : null;
            var told = _devices?.IsEmpty != false;
            try
            {
                var path = mount is null ? "" : request.Path[mount.Path.Length..];
                // As with Vault: nobody could tell whether "a" was meant or something in the folder "a/".
                if (request.Path.EndsWith('/') && request.Operation is VaultOperation.Create or VaultOperation.Update or VaultOperation.Patch)
                    throw RequestFields.Invalid("cannot write to a path ending in '/'");
                if (known is not null || mount?.Engine.IsOpen(request.Operation, path) != true)
                {
                    caller = known ?? await _system!.Tokens.AuthenticateAsync(request.Origin, cancellationToken)
                        ?? throw (mount is null || request.Origin.Token is null ? TokenStore.Denied() : mount.Engine.BadToken(path));
                    if (mount?.Engine.AnswersByAccess(path) != true && request.Operation != VaultOperation.Help) request = await AuthorizeAsync(caller, request, mount, path, cancellationToken);
                }
                // What only reads needs no intent: nothing happens before its outcome is on record.
                if (!request.IsReadOnly || request.Origin.WrapTtl > TimeSpan.Zero || mount?.Engine.ReadChanges(request.Operation, path) == true)
                    intent = await _audit.AppendAsync([Describe(caller, request, AuditRecordKind.Intent)], durable: true, cancellationToken);
                if (!told)
                {
                    told = true;
                    await _devices!.WriteAsync(new(_time.GetUtcNow(), caller, request, mount, null, null, IsResponse: false), cancellationToken);
                }
                var context = new RequestContext(_root, intent.Sequence == 0 ? null : intent, caller);
                answers[i] = new VaultAnswer(
                    administer is not null ? VaultResponse.Done(await administer(context, cancellationToken))
                    : mount is null ? throw NoEngine(request)
                    : request.Operation == VaultOperation.Help ? PathHelp.Of(mount, request)
                    : await AnswerAsync(mount, request, path, context, cancellationToken),
                    null);
            }
            catch (SecretException e)
            {
                answers[i] = new VaultAnswer(null, e);
            }
            catch (Exception e) when (e is not OperationCanceledException)
            {
                // A defect: it goes on its way, but not unrecorded.
                await _audit.AppendAsync([Describe(caller, request, AuditRecordKind.Outcome, "error", intent.Sequence)], durable: false, CancellationToken.None);
                foreach (var answer in answers) answer.Response?.Dispose();
                throw;
            }
            var committed = answers[i].Response?.Sequence ?? 0;
            if (_devices?.IsEmpty == false) answers[i] = await TellDevicesAsync(caller, request, mount, answers[i], told, cancellationToken);
            outcomes[i] = Describe(caller, request, AuditRecordKind.Outcome, OutcomeOf(answers[i]), intent.Sequence, committed);
        }
        try
        {
            await _audit.AppendAsync(outcomes, durable: false, cancellationToken);
        }
        catch
        {
            // No answer leaves the vault unrecorded. A change that was made stays made; its intent is on record.
            foreach (var answer in answers) answer.Response?.Dispose();
            throw;
        }
        return answers;
    }

    /// <summary>Writes the end of a request to the audit devices, and its beginning where it did not get that far. Returns the answer, or the failure of a device that fails closed.</summary>
    private async ValueTask<VaultAnswer> TellDevicesAsync(
        Caller caller, VaultRequest request, Mount? mount, VaultAnswer answer, bool told, CancellationToken cancellationToken)
    {
        try
        {
            var entry = new AuditedRequest(_time.GetUtcNow(), caller, request, mount, null, answer.Error, IsResponse: false);
            if (!told) await _devices!.WriteAsync(entry, cancellationToken);
            await _devices!.WriteAsync(entry with { Response = answer.Response, IsResponse = true }, cancellationToken);
            return answer;
        }
        catch (SecretException e)
        {
            // A request that failed gives nothing out, so that its own failure may be told.
            if (answer.Error is not null) return answer;
            answer.Response?.Dispose();
            return new VaultAnswer(null, e);
        }
    }

    /// <summary>Throws Denied unless the caller may do it. Returns the request with a write told apart into create and update.</summary>
    private static async ValueTask<VaultRequest> AuthorizeAsync(
        Caller caller, VaultRequest request, Mount? mount, string path, CancellationToken cancellationToken)
    {
        if (caller.Acl.IsRoot) return request;
        if (request.Operation == VaultOperation.Update && mount is not null)
        {
            // Who may neither create nor update learns nothing, not even by the time it takes, of what is there.
            if (!IsAllowed(caller, request, mount, path) && !IsAllowed(caller, request with { Operation = VaultOperation.Create }, mount, path)) throw Denied(request);
            if (await mount.Engine.ExistsAsync(path, cancellationToken) == false) request = request with { Operation = VaultOperation.Create };
        }
        return IsAllowed(caller, request, mount, path) ? request : throw Denied(request);
    }

    private static bool IsAllowed(Caller caller, VaultRequest request, Mount? mount, string path)
    {
        var needed = request.Needed | (mount?.Engine.NeedsSudo(path) == true ? Capability.Sudo : Capability.None);
        var wrapTtl = request.Origin.WrapTtl;
        return caller.Acl.Check(request.Path, needed, request.Body.Span, wrapTtl == TimeSpan.Zero ? null : wrapTtl, request.Query).IsAllowed
            // Engines take "a/" for "a": who asks for the one is asked for the right to the other, too. A listing counts for both by itself.
            && (!request.Path.EndsWith('/') || request.Operation == VaultOperation.List
                || IsAllowed(caller, request with { Path = request.Path.TrimEnd('/') }, mount, path.TrimEnd('/')))
            && (mount?.Engine.UsualPath(path) is not { } usual || IsAllowed(caller, request with { Path = mount.Path + usual }, mount, usual));
    }

    private static SecretException Denied(VaultRequest request) =>
        new(SecretErrorKind.Denied, "permission denied", operation: request.OperationName, name: request.Path);

    private async ValueTask<VaultResponse> AnswerAsync(
        Mount mount, VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var response = await mount.Engine.HandleAsync(request, path, context, cancellationToken);
        if (response.Grant is { } grant) response = await Logins.CompleteAsync(_system!, mount.Entry!, grant, request, context, cancellationToken);
        // As with Vault, an answer of 204 has no place to say so.
        if (response is { Status: VaultStatus.Ok, BareContentType: null } && request.Fields is { Ignored.Count: > 0 } fields)
            response.Warnings = [.. response.Warnings, $"Endpoint ignored these unrecognized parameters: [{string.Join(' ', fields.Ignored)}]"];
        return request.Origin.WrapTtl > TimeSpan.Zero && _system is not null
            ? await _system.Wrapping.WrapAsync(request, response, context, cancellationToken)
            : response;
    }

    private static SecretException NoEngine(VaultRequest request) => new(
        SecretErrorKind.NotFound, $"no handler for route '{request.Path}'", operation: request.OperationName, name: request.Path);

    private AuditRecord Describe(
        Caller caller, VaultRequest request, AuditRecordKind kind, string? outcome = null, long intent = 0, long committed = 0) =>
        new(kind, _time.GetUtcNow(), caller.ToString(), request.OperationName, request.ToldPath, outcome, intent, committed, request.Version);

    private static string OutcomeOf(VaultAnswer answer) => answer.Error is { } error
        ? ErrorName(error.Kind)
        : answer.Response!.Status switch
        {
            VaultStatus.Unreadable => ErrorName(SecretErrorKind.Unreadable),
            VaultStatus.NotFound => ErrorName(SecretErrorKind.NotFound),
            _ => "ok",
        };

    /// <summary>The word for a kind of failure in the log.</summary>
    internal static string ErrorName(SecretErrorKind kind) => kind switch
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
}
