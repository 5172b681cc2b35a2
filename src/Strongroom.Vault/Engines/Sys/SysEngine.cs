using Strongroom.Secrets;
using Strongroom.Vault.Policies;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;

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

    public SecretException Unsupported() =>
        new(SecretErrorKind.Unsupported, "unsupported operation", operation: Request.OperationName, name: Request.Path);

    public SecretException NotFound() =>
        new(SecretErrorKind.NotFound, "there is nothing there", operation: Request.OperationName, name: Request.Path);
}

/// <summary>
/// The vault's own settings: <c>sys</c> (https://developer.hashicorp.com/vault/api-docs/system). Each endpoint is a file named after its
/// path and a row in <see cref="Routes"/>.
/// </summary>
internal sealed class SysEngine(VaultSystem system) : Engine
{
    private delegate ValueTask<VaultResponse> Endpoint(SysCall call, CancellationToken cancellationToken);

    /// <summary>Endpoints by the beginning of the path; the first that fits answers. What follows it is the argument.</summary>
    private static readonly Route[] Routes =
    [
        new("capabilities-self", PathCapabilities.HandleSelfAsync),
        new("capabilities-accessor", PathCapabilities.HandleAccessorAsync),
        new("capabilities", PathCapabilities.HandleAsync),
        new("policies/acl", PathPolicies.HandleAsync),
        new("policies/password", PathPasswordPolicies.HandleAsync),
        new("policies/lint", PathPolicyTools.LintAsync),
        new("policies/explain", PathPolicyTools.ExplainAsync),
        new("policies/test", PathPolicyTools.TestAsync),
        new("policies/presets", PathPolicyTools.PresetsAsync),
        new("policy", PathPolicies.HandleLegacyAsync),
        new("internal/ui/mounts", PathInternalUiMounts.HandleAsync),
        new("internal/ui/resultant-acl", PathInternalUi.ResultantAclAsync),
        new("internal/ui/feature-flags", PathInternalUi.FeatureFlagsAsync, IsOpen: true),
        new("internal/counters", PathCounters.HandleAsync),
        new("quotas/config", PathQuotas.ConfigAsync),
        new("quotas/rate-limit", PathQuotas.RateLimitAsync),
        new("quotas/lease-count", PathQuotas.LeaseCountAsync),
        new("metrics", PathMetrics.HandleAsync),
        new("search", PathSearch.HandleAsync),
        new("tools/random", PathTools.RandomAsync),
        new("tools/hash", PathTools.HashAsync),
        new("remount", PathRemount.HandleAsync),
        new("plugins/catalog", PathCatalog.HandleAsync),
        new("version-history", PathCatalog.VersionHistoryAsync),
        new("leases/lookup", PathLeases.LookupAsync),
        new("leases/renew", PathLeases.RenewAsync),
        new("leases/revoke-prefix", PathLeases.RevokePrefixAsync),
        new("leases/revoke-force", PathLeases.RevokePrefixAsync),
        new("leases/revoke", PathLeases.RevokeAsync),
        new("leases/tidy", PathLeases.TidyAsync),
        new("leases/count", PathLeases.CountAsync),
        new("renew", PathLeases.RenewAsync),
        new("revoke-prefix", PathLeases.RevokePrefixAsync),
        new("revoke-force", PathLeases.RevokePrefixAsync),
        new("revoke", PathLeases.RevokeAsync),
        new("wrapping/wrap", PathWrapping.WrapAsync),
        new("wrapping/unwrap", PathWrapping.UnwrapAsync),
        new("wrapping/lookup", PathWrapping.LookupAsync, IsOpen: true),
        new("wrapping/rewrap", PathWrapping.RewrapAsync),
        new("locked-users", PathLockedUsers.HandleAsync),
        new("mounts", PathMounts.HandleAsync),
        new("auth", PathMounts.HandleAuthAsync),
        new("seal", PathSeal.HandleAsync),
        new("step-down", PathSeal.HandleStepDownAsync),
        new("rotate/config", PathRotate.HandleConfigAsync),
        new("rotate", PathRotate.HandleAsync),
        new("key-status", PathRotate.HandleKeyStatusAsync),
        new("storage/raft/snapshot-force", PathRaft.HandleForceAsync),
        new("storage/raft/snapshot", PathRaft.HandleAsync),
        new("storage/raft/configuration", PathRaft.HandleConfigurationAsync),
        new("config/cors", PathCors.HandleAsync),
        new("config/auditing/request-headers", PathRequestHeaders.HandleAsync),
        new("config/state/sanitized", PathHost.HandleSanitizedAsync),
        new("ha-status", PathHost.HandleHaStatusAsync),
        new("host-info", PathHost.HandleAsync),
        new("audit-hash", PathAudit.HashAsync),
        new("audit-checkpoint-key", PathAudit.CheckpointKeyAsync),
        new("audit", PathAudit.HandleAsync),
    ];

    /// <summary>The beginnings of all paths, for tests that walk them.</summary>
    internal static IEnumerable<string> Paths => Array.ConvertAll(Routes, route => route.Prefix);

    public override bool IsOpen(VaultOperation operation, string path) => Find(path)?.IsOpen == true;

    // How clients find out the version of a KV mount: Vault asks for no right on this path.
    public override bool AnswersByAccess(string path) =>
        path.StartsWith("internal/ui/mounts", StringComparison.Ordinal) && Find(path) is not null;

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
        foreach (var route in Routes)
        {
            if (path.StartsWith(route.Prefix, StringComparison.Ordinal) && (path.Length == route.Prefix.Length || path[route.Prefix.Length] == '/'))
                return route;
        }
        return null;
    }

    /// <param name="Prefix">Beginning of the path, whole segments.</param>
    /// <param name="Endpoint">Answers it.</param>
    /// <param name="IsOpen">Whether it needs no token.</param>
    private sealed record Route(string Prefix, Endpoint Endpoint, bool IsOpen = false);
}
