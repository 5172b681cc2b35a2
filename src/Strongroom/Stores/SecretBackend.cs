using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>One value as a backend gives it.</summary>
/// <param name="Value">The value; the receiver owns it.</param>
/// <param name="Version">The version where the store has versions, or what else tells one state of it from the next.</param>
/// <param name="CreatedAt">When this version was written, if the store tells.</param>
public sealed record StoredSecret(SecretValue Value, SecretVersion? Version = null, DateTimeOffset? CreatedAt = null);

/// <summary>The answer for one address of a batch: a value or the failure that this address alone met.</summary>
/// <param name="Address">The address as it was asked.</param>
/// <param name="Secret">The value, when there is one.</param>
/// <param name="Error">The failure, when there is no value.</param>
public sealed record ReadOutcome(SecretAddress Address, StoredSecret? Secret, SecretException? Error);

/// <summary>A write: the new value, and the version it must replace, if the caller cares.</summary>
/// <param name="Value">The new value; the caller keeps it.</param>
/// <param name="ExpectedVersion">
/// Null writes always; 0 only when there is no such secret; another only over that version. Needs
/// <see cref="BackendCapabilities.CheckAndSet"/>.
/// </param>
public sealed record SecretWrite(SecretValue Value, SecretVersion? ExpectedVersion = null);

/// <summary>One thing that a backend goes by.</summary>
/// <param name="Name">What it is: <c>address</c>, <c>region</c>, <c>credentials</c>.</param>
/// <param name="Value">What it is set to, never a secret; null when it is missing.</param>
/// <param name="Source">Where it comes from: a variable, a setting, a file.</param>
/// <param name="Help">What to do when it is missing.</param>
public sealed record BackendFact(string Name, string? Value, string? Source = null, string? Help = null);

/// <summary>A policy in the vendor's own language.</summary>
/// <param name="Language">What it is: <c>IAM policy (JSON)</c>, <c>Vault policy (HCL)</c>.</param>
/// <param name="Text">The policy, ready to be saved.</param>
public sealed record BackendPolicy(string Language, string Text);

/// <summary>What a finished write made.</summary>
/// <param name="Version">The new version, where the store has versions.</param>
public readonly record struct WriteReceipt(SecretVersion? Version);

/// <summary>
/// What the author of a backend writes. Everything but <see cref="Kind"/> and <see cref="Capabilities"/> is optional; what is
/// not overridden is not there. Backends do the vendor's protocol and nothing else: argument and capability checks, time
/// limits, retries, breaker, tracing and the naming of errors are done once, by <see cref="SecretStore"/>. A backend throws
/// <see cref="SecretException"/> with a kind, chosen by a table from the vendor's codes and never from its texts.
/// Members may be called concurrently.
/// </summary>
public abstract class SecretBackend : IAsyncDisposable
{
    /// <summary>The word for this backend in a manifest: <c>dotenv</c>, <c>environment</c>.</summary>
    public abstract string Kind { get; }

    /// <summary>What this instance can do. Constant after construction, and answered without I/O.</summary>
    public abstract BackendCapabilities Capabilities { get; }

    /// <summary>True when the backend lives on this machine: no retries, no breaker, no cache in front of it by default.</summary>
    public virtual bool IsLocal => false;

    /// <summary>
    /// True when the answers cannot change while this instance lives, as for a copy of the environment. A resolver may then keep
    /// what it found without asking again.
    /// </summary>
    public virtual bool IsFixed => false;

    /// <summary>
    /// What tells the place behind this instance from another of its kind: a word made from settings, never from a secret. What was
    /// cached from one place is never given out for another. Answered without I/O.
    /// </summary>
    public virtual string Identity => Kind;

    /// <summary>
    /// What is configured, where that comes from, and what is missing, for <c>doctor</c>: never a secret, and answered without I/O.
    /// </summary>
    public virtual IReadOnlyList<BackendFact> Describe() => [];

    /// <summary>
    /// The least that the vendor must permit for reading, and if <paramref name="writes"/> for changing, these addresses, as text for the
    /// vendor's own tools. Null when the place has no permissions of its own.
    /// </summary>
    public virtual BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) => null;

    /// <summary>
    /// What to do instead of something this backend cannot do (<paramref name="missing"/> is one capability):
    /// <c>set the variable in the shell that starts the program</c>. Null when there is nothing better than another store.
    /// </summary>
    public virtual string? Instead(BackendCapabilities missing) => null;

    /// <summary>Reads one value. Throws <see cref="SecretErrorKind.NotFound"/> when there is none.</summary>
    public virtual ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken) =>
        throw Missing("read");

    /// <summary>
    /// Reads many; one outcome for each address, in any order. The default asks for one after the other; a backend with a
    /// batch call overrides it. Throws only when the store as a whole failed.
    /// </summary>
    public virtual async ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = new List<ReadOutcome>(addresses.Count);
        foreach (var address in addresses)
        {
            try
            {
                outcomes.Add(new ReadOutcome(address, await ReadAsync(address, cancellationToken), Error: null));
            }
            catch (SecretException e)
            {
                outcomes.Add(new ReadOutcome(address, Secret: null, e));
            }
        }
        return outcomes;
    }

    /// <summary>The paths at or below <paramref name="prefix"/> ("" is everything), in ordinal order, without values.</summary>
    public virtual ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken) =>
        throw Missing("list");

    /// <summary>
    /// What tells one state of each secret from the next, by path and without values: equal to the version that a write returned for as
    /// long as nobody wrote another value. Null where the place tells nothing of the kind.
    /// </summary>
    public virtual ValueTask<IReadOnlyDictionary<string, SecretVersion>?> ListStatesAsync(CancellationToken cancellationToken) =>
        new((IReadOnlyDictionary<string, SecretVersion>?)null);

    /// <summary>Writes one value; other fields of the same secret stay. Durable when it returns.</summary>
    public virtual ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken) =>
        throw Missing("write");

    /// <summary>Deletes a secret, or one field of it. Throws <see cref="SecretErrorKind.NotFound"/> when there is none.</summary>
    public virtual ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken) => throw Missing("delete");

    /// <summary>
    /// Checks that the store can be reached and used, without reading a value: <c>doctor</c> calls it. Returns one line for a
    /// person; throws the failure with its help.
    /// </summary>
    public virtual ValueTask<string> ProbeAsync(CancellationToken cancellationToken) => new("nothing to check");

    /// <summary>
    /// Completes when something at these addresses may have changed since the call; fails with a <see cref="SecretException"/> when that
    /// cannot be told any more. Waits for ever where the place does not tell, and must be asked again and again.
    /// </summary>
    public virtual Task WaitForChangeAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken) =>
        Task.Delay(Timeout.InfiniteTimeSpan, cancellationToken);

    /// <inheritdoc/>
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }

    private SecretException Missing(string operation) =>
        new(SecretErrorKind.Unsupported, $"cannot {operation}", Kind, operation);
}
