using Strongroom.Secrets;
using Strongroom.Vault.Audit;
using Strongroom.Vault.Auth;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Edge;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Storage;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Served;

/// <summary>
/// A vault that serves many callers by token: what the server wraps in HTTP. Uninitialised, sealed or unsealed. All failures are
/// <see cref="SecretException"/>. Safe for concurrent use; owns its storage.
/// </summary>
public sealed partial class ServedVault : IAsyncDisposable
{
    private static readonly EdgeSettings SealedEdge = new();

    private readonly SemaphoreSlim _change = new(1, 1);
    private readonly OutboundHttp _http;
    private readonly SealAudit _sealAudit;
    private readonly RequestSlots _slots;
    private volatile Unsealed? _unsealed;
    private volatile bool _acceptRestored;

    /// <summary>A vault that is sealed until it is opened, or not there until it is made.</summary>
    public ServedVault(VaultStorage storage, ServedVaultOptions options)
    {
        (Storage, Options, _http) = (storage, options, new OutboundHttp(options.OutboundHandler));
        Handover = new Handover(storage);
        Initialization = new Initialization(this);
        Unsealing = new Unsealing(this);
        Rekeying = new Rekeying(this);
        RootGeneration = new RootGeneration(this);
        _sealAudit = new SealAudit(this);
        _slots = new RequestSlots(options.Time);
    }

    /// <summary>Whether requests are refused until the vault is unsealed.</summary>
    public bool IsSealed => _unsealed is null;

    /// <summary>What is set for the HTTP edge; the default while the vault is sealed.</summary>
    public EdgeSettings Edge => _unsealed?.System.Edge.Now ?? SealedEdge;

    /// <summary>How it is served.</summary>
    public ServedVaultOptions Options { get; }

    internal VaultStorage Storage { get; }

    internal Handover Handover { get; }

    internal Initialization Initialization { get; }

    internal Unsealing Unsealing { get; }

    internal Rekeying Rekeying { get; }

    internal RootGeneration RootGeneration { get; }

    /// <summary>The keys of the unsealed vault. Throws Sealed.</summary>
    internal VaultBarrier Barrier => Current.Barrier;

    /// <summary>The requests that are being answered, and how long each has taken so far.</summary>
    internal IReadOnlyList<(VaultRequest Request, TimeSpan Elapsed)> Running => _slots.Now();

    /// <summary>The parts of the unsealed vault. Throws Sealed.</summary>
    internal VaultSystem System => Current.System;

    /// <summary>Identity of the unsealed vault, or null.</summary>
    internal Guid? VaultId => _unsealed?.Barrier.VaultId;

    /// <summary>Whether there is a vault in the storage, and somebody has what opens it.</summary>
    public async ValueTask<bool> IsInitializedAsync(CancellationToken cancellationToken) =>
        await Storage.GetAsync(VaultHeader.SealRecordId, cancellationToken) is not null && !await Handover.WasInterruptedAsync(cancellationToken);

    /// <summary>The kind of seal of the vault, and how many unseal keys it has; none for the other kinds.</summary>
    internal async ValueTask<(string Kind, ShareSplit Split)> ReadSealAsync(CancellationToken cancellationToken)
    {
        var (record, _) = await VaultHeader.RequireAsync(Storage, cancellationToken);
        return (record.SealKind, record.SealKind == ShamirSeal.KindName ? ShamirSeal.ReadSplits(record.Wrapped)[0] : default);
    }

    /// <summary>Opens the vault when there is one and <see cref="ServedVaultOptions.Seal"/> is its seal. Throws what <see cref="OpenAsync"/> does.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken)
    {
        if (Options.Seal is { } seal && await IsInitializedAsync(cancellationToken)) await OpenAsync(seal, cancellationToken);
    }

    /// <summary>
    /// Makes a new vault in an empty storage, unsealed. Throws Conflict when there is one.
    /// </summary>
    /// <param name="seal">Protects the root key; the caller keeps it.</param>
    /// <param name="vaultId">A new random identity.</param>
    /// <param name="withSecrets">Whether <c>secret/</c> is mounted.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    public async ValueTask CreateAsync(VaultSeal seal, Guid vaultId, bool withSecrets, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var barrier = await VaultBarrier.CreateAsync(Storage, seal, vaultId, Options.Random, cancellationToken);
            await UnsealAsync(barrier, system => system.Mounts.InitializeAsync(withSecrets, cancellationToken), cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Makes a new vault with the mark that its keys are to be handed over, and its root token.</summary>
    internal async ValueTask<ClientToken> CreateForHandoverAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var id = Guid.Parse(TokenText.NewUuid(Options.Random));
            var barrier = await VaultBarrier.CreateAsync(Storage, seal, id, Options.Random, cancellationToken, Handover.Mark);
            await UnsealAsync(barrier, system => system.Mounts.InitializeAsync(withSecrets: false, cancellationToken), cancellationToken);
        }
        finally
        {
            _change.Release();
        }
        return await CreateRootTokenAsync(null, cancellationToken);
    }

    /// <summary>Unseals the vault. Throws NotFound, Sealed when the seal is not its own, Corrupt.</summary>
    public async ValueTask OpenAsync(VaultSeal seal, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (_unsealed is not null) return;
            await UnsealAsync(await VaultBarrier.OpenAsync(Storage, seal, Options.Random, cancellationToken), _ => default, cancellationToken);
        }
        finally
        {
            _change.Release();
        }
    }

    /// <summary>Makes a token with the policy root that never ends; with this text, or a random one.</summary>
    public async ValueTask<ClientToken> CreateRootTokenAsync(string? text, CancellationToken cancellationToken)
    {
        var token = text is null ? TokenText.NewService(Options.Random) : new ClientToken(text);
        await CreateRootTokenAsync(Caller.LocalOwner(Environment.UserName), token, cancellationToken);
        return token;
    }

    /// <summary>Makes a random token with the policy root that lives for so long; it can be renewed.</summary>
    public async ValueTask<ClientToken> CreateRootTokenAsync(TimeSpan ttl, CancellationToken cancellationToken)
    {
        var token = TokenText.NewService(Options.Random);
        await CreateRootTokenAsync(Caller.LocalOwner(Environment.UserName), token, cancellationToken, (long)ttl.TotalSeconds);
        return token;
    }

    /// <summary>Ends a token and everything that it made.</summary>
    public ValueTask RevokeAsync(ClientToken token, CancellationToken cancellationToken)
    {
        var system = Current.System;
        return AdministerAsync(
            Caller.LocalOwner(Environment.UserName), "auth/token/revoke", (_, stop) => system.Tokens.RevokeAsync(token.Hash, orphanChildren: false, stop), cancellationToken);
    }

    internal async ValueTask CreateRootTokenAsync(Caller caller, ClientToken token, CancellationToken cancellationToken, long ttl = 0)
    {
        var system = Current.System;
        var entry = new TokenEntry
        {
            Accessor = TokenText.NewAccessor(Options.Random),
            Policies = ["root"],
            Path = "auth/token/root",
            DisplayName = "root",
            CreatedAt = system.Tokens.Now,
            CreationTtl = ttl,
            ExpiresAt = ttl == 0 ? 0 : system.Tokens.Now + ttl,
            Renewable = ttl != 0,
        };
        await AdministerAsync(
            caller, "auth/token/root",
            async (context, stop) => (await system.Tokens.CreateAsync(token, entry, context.BeginCommit, stop)).Sequence, cancellationToken);
    }

    /// <summary>Runs work on the vault itself under audit, for someone who may do everything.</summary>
    internal async ValueTask AdministerAsync(
        Caller caller, string path, Func<RequestContext, CancellationToken, ValueTask<long>> work, CancellationToken cancellationToken)
    {
        var unsealed = Current;
        if (!unsealed.Running.TryEnter()) throw Sealed();
        try
        {
            await unsealed.Core.AdministerAsync(caller, path, work, cancellationToken);
        }
        finally
        {
            unsealed.Running.Leave();
        }
    }

    /// <summary>Adds a record to the log and returns its position; null while the vault is sealed.</summary>
    internal async ValueTask<AuditPosition?> TryRecordAsync(AuditRecord record, bool durable, CancellationToken cancellationToken)
    {
        var unsealed = _unsealed;
        if (unsealed?.Running.TryEnter() != true) return null;
        try
        {
            return await unsealed.Audit.AppendAsync([record], durable, cancellationToken);
        }
        finally
        {
            unsealed.Running.Leave();
        }
    }

    /// <summary>Whether the token of a request may do this at its path. False without a good token.</summary>
    internal async ValueTask<bool> MayAsync(VaultRequest request, Capability needed, CancellationToken cancellationToken)
    {
        var caller = await Current.System.Tokens.AuthenticateAsync(request.Origin, cancellationToken);
        return caller?.Acl.Check(request.Path, needed, request.Body.Span, null).IsAllowed == true;
    }

    /// <summary>Whether a request comes from the holder of a good token: what it may do is another question. Takes no use off the token; false while the vault is sealed.</summary>
    public async ValueTask<bool> KnowsAsync(RequestOrigin origin, CancellationToken cancellationToken)
    {
        var unsealed = _unsealed;
        if (origin.Token is not { } token || unsealed?.Running.TryEnter() != true) return false;
        try
        {
            return await unsealed.System.Tokens.FindAsync(token, cancellationToken) is { } state && ClientNetworks.Allow(state.Entry.BoundCidrs, origin.Address);
        }
        finally
        {
            unsealed.Running.Leave();
        }
    }

    /// <summary>Answers a request by the token that came with it. The response must be disposed.</summary>
    public async ValueTask<VaultResponse> HandleAsync(VaultRequest request, CancellationToken cancellationToken)
    {
        if (request.Operation != VaultOperation.Help && SealEndpoints.Find(request) is { } endpoint) return await _sealAudit.AnswerAsync(endpoint, request, cancellationToken);
        if (Handover.IsOurs) await Handover.SettledAsync(cancellationToken);
        var response = await AnswerAsync(_unsealed, request, cancellationToken);
        if (response.Afterwards is not { } afterwards) return response;
        try
        {
            await afterwards(CancellationToken.None);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private async ValueTask<VaultResponse> AnswerAsync(Unsealed? unsealed, VaultRequest request, CancellationToken cancellationToken)
    {
        if (unsealed?.Running.TryEnter() != true)
        {
            _sealAudit.Refuse();
            throw Sealed();
        }
        var slot = _slots.Enter(request);
        try
        {
            var quotas = unsealed.System.Quotas;
            var rate = quotas.IsEmpty ? null : quotas.Take(request, quotas.AsksForRole ? await unsealed.Core.RoleOfAsync(request, cancellationToken) : null);
            if (rate is { IsAllowed: false } exceeded) return await unsealed.Core.RefuseAsync(request, exceeded, cancellationToken);
            var response = await unsealed.Core.HandleAsync(request, cancellationToken);
            if (rate is { } left) response.Headers = quotas.Headers(left);
            return response;
        }
        finally
        {
            _slots.Leave(slot);
            unsealed.Running.Leave();
        }
    }

    /// <summary>Opens every entry of the unsealed vault. Damage is in the report.</summary>
    public ValueTask<BarrierReport> CheckAsync(CancellationToken cancellationToken) => BarrierCheck.RunAsync(Barrier, cancellationToken);

    /// <summary>Has the audit devices open their files anew, after they were moved: what SIGHUP asks for.</summary>
    public void ReopenAuditDevices() => _unsealed?.System.AuditDevices.Reopen();

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await SealAsync(CancellationToken.None);
        Initialization.Dispose();
        Unsealing.Dispose();
        Rekeying.Dispose();
        RootGeneration.Dispose();
        await Storage.DisposeAsync();
        _http.Dispose();
    }

    private Unsealed Current => _unsealed ?? throw Sealed();

    private static SecretException Sealed() => new(SecretErrorKind.Sealed, "Vault is sealed");
}
