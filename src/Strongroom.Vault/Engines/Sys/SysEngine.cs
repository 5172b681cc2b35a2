using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;
using static Strongroom.Vault.Requests.Capability;

namespace Strongroom.Vault.Engines.Sys;

/// <summary>One request to <c>sys</c>.</summary>
/// <param name="System">The vault.</param>
/// <param name="Request">The request.</param>
/// <param name="Argument">What follows the endpoint's name in the path.</param>
/// <param name="Context">Who asks, and the way to change something.</param>
internal sealed record SysCall(VaultSystem System, VaultRequest Request, string Argument, RequestContext Context)
{
    public bool IsWrite => Request.Operation is VaultOperation.Create or VaultOperation.Update;

    /// <summary>The vault as a whole.</summary>
    public ServedVault Served => System.Served ?? throw Unsupported();

    /// <summary>Tells the log what was done.</summary>
    public void Tell(string text) => System.Served?.Options.Log.Write(VaultLog.Core, VaultLogLevel.Info, text);

    public SecretException Unsupported() =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: Request.OperationName, name: Request.Path);

    public SecretException NotFound() =>
        new(SecretErrorKind.NotFound, "there is nothing there", operation: Request.OperationName, name: Request.Path);
}

/// <summary>
/// The vault's own settings: <c>sys</c> (https://developer.hashicorp.com/vault/api-docs/system). Each endpoint is a file named after its
/// path and a row in <see cref="Table"/>.
/// </summary>
internal sealed class SysEngine(VaultSystem system) : Engine
{
    private delegate ValueTask<VaultResponse> Endpoint(SysCall call, CancellationToken cancellationToken);

    /// <summary>Endpoints by the beginning of the path; the first that fits answers. What follows it is the argument.</summary>
    private static readonly Route[] Table =
    [
        new("capabilities-self", PathCapabilities.HandleSelfAsync, Update, "What the caller may do at paths."),
        new("capabilities-accessor", PathCapabilities.HandleAccessorAsync, Update, "What the token with an accessor may do at paths."),
        new("capabilities", PathCapabilities.HandleAsync, Update, "What a token may do at paths."),
        new("policies/acl", PathPolicies.HandleAsync, [new("", List, "The names of all policies."), new("/{name}", Read | Update | Delete, "One policy: what its holders may do.")]),
        new("policies/password", PathPasswordPolicies.HandleAsync,
            [new("", List, "The names of all password policies."), new("/{name}", Read | Update | Delete, "A password policy: what passwords made by it look like."),
            new("/{name}/generate", Read, "A new password by a policy.")]),
        new("policies/lint", PathPolicyTools.LintAsync, Read | Update, "Mistakes in all stored policies, or in a text."),
        new("policies/explain", PathPolicyTools.ExplainAsync, Update, "Which rule decides about a path, and why not the others."),
        new("policies/test", PathPolicyTools.TestAsync, Update, "Runs a file of cases against policies."),
        new("policies/presets", PathPolicyTools.PresetsAsync, [new("", List, "Roles for which there are ready policies."), new("/{name}", Read, "A ready policy for a role.")]),
        new("policy", PathPolicies.HandleLegacyAsync, [new("", Read | List, "The names of all policies."), new("/{name}", Read | Update | Delete, "One policy, in the form of before policies/acl.")]),
        new("internal/ui/mounts", PathInternalUiMounts.HandleAsync, [new("", Read, "The mounts that the caller may use."), new("/{path}", Read, "The mount of a path that the caller may use.")]),
        new("internal/ui/resultant-acl", PathInternalUi.ResultantAclAsync, Read, "All that the caller may do."),
        new("internal/ui/feature-flags", PathInternalUi.FeatureFlagsAsync, Read, "Features that are switched on.") { IsOpen = true },
        new("internal/specs/openapi", PathOpenApi.HandleAsync, Read | Update, "This API, for programs, in OpenAPI."),
        new("internal/counters", PathCounters.HandleAsync, [new("/{counter}", Read, "How many tokens or entities there are."), new("/activity/monthly", Read, "Clients of this month: there is nothing to bill.")]),
        new("quotas/config", PathQuotas.ConfigAsync, Read | Update, "How all rate limits behave."),
        new("quotas/rate-limit", PathQuotas.RateLimitAsync, [new("", List, "The names of all rate limits."), new("/{name}", Read | Update | Delete, "How many requests a client may make.")]),
        new("quotas/lease-count", PathQuotas.LeaseCountAsync, [new("", List, "The names of all limits of leases."), new("/{name}", Read | Update | Delete, "How many leases there may be.")]),
        new("loggers", PathLoggers.HandleAsync,
            [new("", Read | Update | Delete, "How much all parts of the server tell in its log."), new("/{name}", Read | Update | Delete, "How much one part of the server tells in its log.")]),
        new("monitor", PathMonitor.HandleAsync, Read, "The server's log as it goes on."),
        new("in-flight-req", PathInFlight.HandleAsync, Read, "The requests that are being answered."),
        new("metrics", PathMetrics.HandleAsync, Read, "Counts and times of requests, in JSON or for Prometheus."),
        new("search", PathSearch.HandleAsync, Update, "Finds secrets by name, field or custom metadata."),
        new("tools/random", PathTools.RandomAsync,
            [new("", Update, "Random bytes."), new("/{urlbytes}", Update, "So many random bytes."), new("/{source}/{urlbytes}", Update, "So many random bytes, of a source.")]),
        new("tools/hash", PathTools.HashAsync, [new("", Update, "The hash of bytes."), new("/{urlalgorithm}", Update, "The hash of bytes by an algorithm.")]),
        new("remount", PathRemount.HandleAsync, [new("", Update, "Moves a mount to another path."), new("/status/{migration_id}", Read, "How far a move is.")]),
        new("plugins/catalog", PathCatalog.HandleAsync,
            [new("", Read | List, "All engines; they are built in."), new("/{type}", Read | List, "The engines of a type."), new("/{type}/{name}", Read, "One engine.")]),
        new("version-history", PathCatalog.VersionHistoryAsync, List, "The version of this server."),
        new("leases/lookup", PathLeases.LookupAsync, [new("", Update, "One lease: its times."), new("/{prefix}", List | Update, "The leases below a path; one lease.")]),
        new("leases/renew", PathLeases.RenewAsync, [new("", Update, "Renews a lease."), new("/{lease_id}", Update, "Renews a lease.")]),
        new("leases/revoke-prefix", PathLeases.RevokePrefixAsync, [new("/{prefix}", Update, "Ends all leases below a path.")]),
        new("leases/revoke-force", PathLeases.RevokePrefixAsync, [new("/{prefix}", Update, "Ends all leases below a path.")]),
        new("leases/revoke", PathLeases.RevokeAsync, [new("", Update, "Ends a lease."), new("/{lease_id}", Update, "Ends a lease.")]),
        new("leases/tidy", PathLeases.TidyAsync, Update, "Removes what has ended now, and not at the next sweep."),
        new("leases/count", PathLeases.CountAsync, Read, "How many leases there are, by the path that made them."),
        new("leases", PathLeases.ListIrrevocableAsync, Read, "Leases that could not be ended: there are none."),
        new("renew", PathLeases.RenewAsync, [new("", Update, "Renews a lease, as before leases/renew."), new("/{lease_id}", Update, "Renews a lease, as before leases/renew.")]),
        new("revoke-prefix", PathLeases.RevokePrefixAsync, [new("/{prefix}", Update, "Ends all leases below a path, as before leases/revoke-prefix.")]),
        new("revoke-force", PathLeases.RevokePrefixAsync, [new("/{prefix}", Update, "Ends all leases below a path, as before leases/revoke-force.")]),
        new("revoke", PathLeases.RevokeAsync, [new("", Update, "Ends a lease, as before leases/revoke."), new("/{lease_id}", Update, "Ends a lease, as before leases/revoke.")]),
        new("wrapping/wrap", PathWrapping.WrapAsync, Update, "Wraps what is sent."),
        new("wrapping/unwrap", PathWrapping.UnwrapAsync, Update, "What is wrapped, once."),
        new("wrapping/lookup", PathWrapping.LookupAsync, Read | Update, "What a wrapping token is, without using it.") { IsOpen = true },
        new("wrapping/rewrap", PathWrapping.RewrapAsync, Update, "What is wrapped, under a new token."),
        new("locked-users", PathLockedUsers.HandleAsync, [new("", Read, "Who is locked out after wrong logins."), new("/{mount_accessor}/unlock/{alias_identifier}", Update, "Lets a user log in again.")]),
        new("mounts", PathMounts.HandleAsync,
            [new("", Read, "All mounts of engines of secrets."), new("/{path}", Read | Update | Delete, "One mount: mounts an engine, or removes it with all that it holds."),
            new("/{path}/tune", Read | Update, "The settings of a mount.")]),
        new("auth", PathMounts.HandleAuthAsync,
            [new("", Read, "All ways to log in."), new("/{path}", Read | Update | Delete, "One way to log in: mounts it, or removes it with the tokens that it gave out."),
            new("/{path}/tune", Read | Update, "The settings of a way to log in.")]),
        new("seal", PathSeal.HandleAsync, Update, "Seals the vault."),
        new("step-down", PathSeal.HandleStepDownAsync, Update, "Gives up leadership: there is one server."),
        new("rotate/config", PathRotate.HandleConfigAsync, Read | Update, "When a new data key begins by itself."),
        new("rotate", PathRotate.HandleAsync, Update, "Begins a new data key."),
        new("key-status", PathRotate.HandleKeyStatusAsync, Read, "The present data key: its term and since when."),
        new("storage/raft/snapshot-force", PathRaft.HandleForceAsync, Update, "Restores a snapshot, be it of another vault."),
        new("storage/raft/snapshot", PathRaft.HandleAsync, Read | Update, "Saves or restores all that is stored."),
        new("storage/raft/configuration", PathRaft.HandleConfigurationAsync, Read, "The one server."),
        new("config/cors", PathCors.HandleAsync, Read | Update | Delete, "Which pages of other origins are answered."),
        new("config/auditing/request-headers", PathRequestHeaders.HandleAsync, [new("", Read, "The request headers that audit entries tell."), new("/{header}", Read | Update | Delete, "Whether audit entries tell a request header.")]),
        new("config/state/sanitized", PathHost.HandleSanitizedAsync, Read, "How the server is configured, without secrets."),
        new("ha-status", PathHost.HandleHaStatusAsync, Read, "The servers there are: one."),
        new("host-info", PathHost.HandleAsync, Read, "The machine of the server."),
        new("audit-hash", PathAudit.HashAsync, [new("/{path}", Update, "The code by which an audit device tells a value.")]),
        new("audit-checkpoint-key", PathAudit.CheckpointKeyAsync, Read, "The public key of the signed audit log."),
        new("audit", PathAudit.HandleAsync, [new("", Read | List, "All audit devices."), new("/{path}", Update | Delete, "One audit device.")]),
    ];

    public override string Help => "The vault's own settings: mounts, policies, tokens in general, audit, seal.";

    public override IReadOnlyList<EngineRoute> Routes => [.. SealEndpoints.Routes, .. Table.SelectMany(row => row.Routes)];

    public override bool IsOpen(VaultOperation operation, string path) => Find(path)?.IsOpen == true || SealEndpoints.Has(path);

    // How clients find out what there is, and the version of a KV mount: Vault asks for no right on these paths.
    public override bool AnswersByAccess(string path) =>
        path is "internal/specs/openapi" || (path.StartsWith("internal/ui/mounts", StringComparison.Ordinal) && Find(path) is not null);

    public override bool NeedsSudo(string path) => ProtectedPaths.Contains("sys/" + path);

    public override SecretException BadToken(string path) =>
        path is "wrapping/unwrap" or "wrapping/rewrap" ? ResponseWrapping.NotValid() : base.BadToken(path);

    public override ValueTask<VaultResponse> HandleAsync(
        VaultRequest request, string path, RequestContext context, CancellationToken cancellationToken)
    {
        var route = Find(path)
            ?? throw new SecretException(SecretErrorKind.NotFound, $"no handler for route 'sys/{path}'", operation: request.OperationName, name: request.Path);
        var argument = path.Length == route.Prefix.Length ? "" : path[(route.Prefix.Length + 1)..];
        return route.Endpoint(new SysCall(system, request, argument, context), cancellationToken);
    }

    private static Route? Find(string path)
    {
        foreach (var route in Table)
        {
            if (path.StartsWith(route.Prefix, StringComparison.Ordinal) && (path.Length == route.Prefix.Length || path[route.Prefix.Length] == '/'))
                return route;
        }
        return null;
    }

    /// <summary>One endpoint.</summary>
    private sealed class Route(string prefix, Endpoint endpoint, EngineRoute[] forms)
    {
        /// <summary>One with no more than its prefix.</summary>
        public Route(string prefix, Endpoint endpoint, Capability operations, string text)
            : this(prefix, endpoint, [new("", operations, text)])
        {
        }

        /// <summary>Beginning of the path, whole segments.</summary>
        public string Prefix => prefix;

        public Endpoint Endpoint => endpoint;

        /// <summary>Whether it needs no token.</summary>
        public bool IsOpen { get; init; }

        /// <summary>Its forms, each with what follows the prefix.</summary>
        public IEnumerable<EngineRoute> Routes => forms.Select(form => form with { Path = prefix + form.Path });
    }
}
