using Strongroom.Secrets;
using Strongroom.Vault.Mounts;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Audit.Devices;

/// <summary>What an entry tells of: a request before the engine sees it, or with its answer.</summary>
/// <param name="Time">When.</param>
/// <param name="Caller">Who asks.</param>
/// <param name="Request">What for.</param>
/// <param name="Mount">Where the path leads, if anywhere.</param>
/// <param name="Response">The answer; null in the entry of a request and when it failed.</param>
/// <param name="Error">Why it failed, if it did.</param>
/// <param name="IsResponse">Whether it is the entry of the answer.</param>
internal readonly record struct AuditedRequest(
    DateTimeOffset Time, Caller Caller, VaultRequest Request, Mount? Mount, VaultResponse? Response, SecretException? Error, bool IsResponse);
