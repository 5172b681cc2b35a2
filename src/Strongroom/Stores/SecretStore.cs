using Strongroom.Secrets;

namespace Strongroom.Stores;

/// <summary>
/// A configured backend: what callers hold. It checks arguments and capabilities before anything is sent, gives remote backends
/// their time limits, retries and breaker, and turns whatever a backend throws into a <see cref="SecretException"/> that names
/// this store, the operation and the secret. Members may be called concurrently.
/// </summary>
public sealed partial class SecretStore : IAsyncDisposable
{
    /// <summary>The most addresses that one batch takes: 10,000.</summary>
    public const int BatchMax = 10_000;

    private readonly SecretBackend _backend;
    private readonly StoreResilience? _resilience;
    private readonly bool _traces;

    /// <summary>Takes over <paramref name="backend"/> and disposes it with the store.</summary>
    /// <exception cref="SecretException"><see cref="SecretErrorKind.InvalidInput"/> for faults in the options, all of them at once.</exception>
    public SecretStore(string name, SecretBackend backend, StoreOptions? options = null, TimeProvider? time = null)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        options ??= new StoreOptions();
        Name = name;
        _backend = backend;
        Identity = options.Identity ?? backend.Identity;
        _traces = options.Traces ?? !backend.IsLocal;
        if (!backend.IsLocal) _resilience = new StoreResilience(options.Resilience, time ?? TimeProvider.System, options.Randomizer);
    }

    /// <summary>The name that the user gave it.</summary>
    public string Name { get; }

    /// <summary>The word for its backend in a manifest.</summary>
    public string Kind => _backend.Kind;

    /// <summary>What this store can do.</summary>
    public BackendCapabilities Capabilities => _backend.Capabilities;

    /// <summary>True when it lives on this machine.</summary>
    public bool IsLocal => _backend.IsLocal;

    /// <inheritdoc cref="SecretBackend.IsFixed"/>
    public bool IsFixed => _backend.IsFixed;

    /// <inheritdoc cref="StoreOptions.Identity"/>
    public string Identity { get; }

    /// <summary>Called after each write or delete that reached the backend, also after a failed one: it may have happened.</summary>
    internal Action<SecretAddress>? Changed { get; set; }

    /// <inheritdoc cref="SecretBackend.Describe"/>
    public IReadOnlyList<BackendFact> Describe() => _backend.Describe();

    /// <inheritdoc cref="SecretBackend.LeastPrivilege"/>
    public BackendPolicy? LeastPrivilege(IReadOnlyList<SecretAddress> addresses, bool writes) => _backend.LeastPrivilege(addresses, writes);

    /// <summary>True when the store has all of <paramref name="capabilities"/>.</summary>
    public bool Can(BackendCapabilities capabilities) => (Capabilities & capabilities) == capabilities;

    /// <summary>Reads one value; the caller owns it.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken = default)
    {
        if (ReadFault(address) is { } fault) throw fault;
        return CallAsync(
            "read", new Subject(address), repeatable: true, DiscardSecret,
            async token => Checked(await _backend.ReadAsync(address, token)), cancellationToken);
    }

    /// <summary>Lists the paths at or below <paramref name="prefix"/> ("" is everything), in ordinal order: those that an address can have.</summary>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public ValueTask<IReadOnlyList<string>> ListAsync(string prefix = "", CancellationToken cancellationToken = default)
    {
        Require(BackendCapabilities.List, "list", prefix);
        if (AddressRules.FaultOfPrefix(prefix) is { } fault) throw Invalid("list", prefix, fault);
        return CallAsync("list", new Subject(prefix), repeatable: true, discard: null, token => ListAskableAsync(prefix, token), cancellationToken);
    }

    /// <inheritdoc cref="SecretBackend.ListStatesAsync"/>
    /// <exception cref="SecretException">With the kind of the failure.</exception>
    public ValueTask<IReadOnlyDictionary<string, SecretVersion>?> ListStatesAsync(CancellationToken cancellationToken = default) =>
        CallAsync("list", new Subject(null), repeatable: true, discard: null, _backend.ListStatesAsync, cancellationToken);

    /// <summary>Writes one value, which the caller keeps; durable when it returns.</summary>
    /// <exception cref="SecretException">With the kind of the failure; <see cref="SecretErrorKind.Conflict"/> when another version is there.</exception>
    public async ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken = default)
    {
        var name = address.ToString();
        Require(BackendCapabilities.Write, "write", name);
        CheckAddress("write", address, name);
        if (address.Version is not null) throw Invalid("write", name, "names a version; only the current one can be written");
        if (address.Field is not null) Require(BackendCapabilities.Fields, "write a field of", name);
        if (write.ExpectedVersion is not null) Require(BackendCapabilities.CheckAndSet, "write on a condition", name);
        if (write.ExpectedVersion is { Number: < 0 }) throw Invalid("write", name, "expects a version below 0");
        if (write.Value.Length > SecretValue.LengthMax)
            throw Invalid("write", name, $"has a value of {write.Value.Length} bytes; the limit is {SecretValue.LengthMax}");

        // A second write after a lost answer would add a version, or meet its own first one as a conflict.
        var repeatable = write.ExpectedVersion is null && !Can(BackendCapabilities.Versions);
        try
        {
            return await CallAsync(
                "write", new Subject(name), repeatable, discard: null, token => _backend.WriteAsync(address, write, token), cancellationToken);
        }
        finally
        {
            Changed?.Invoke(address);
        }
    }

    /// <summary>Deletes a secret, or one field of it.</summary>
    /// <exception cref="SecretException">With the kind of the failure; <see cref="SecretErrorKind.NotFound"/> when there is none.</exception>
    public async ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken = default)
    {
        var name = address.ToString();
        Require(BackendCapabilities.Delete, "delete", name);
        CheckAddress("delete", address, name);
        if (address.Field is not null) Require(BackendCapabilities.Fields, "delete a field of", name);
        if (address.Version is not null) Require(BackendCapabilities.Versions, "delete a version of", name);
        var attempts = 0;
        try
        {
            await CallAsync<bool>("delete", new Subject(name), repeatable: true, discard: null, DeleteOnceAsync, cancellationToken);
        }
        finally
        {
            Changed?.Invoke(address);
        }

        async ValueTask<bool> DeleteOnceAsync(CancellationToken token)
        {
            attempts++;
            try
            {
                await _backend.DeleteAsync(address, token);
            }
            catch (SecretException e) when (e.Kind == SecretErrorKind.NotFound && attempts > 1)
            {
                // The answer to an earlier attempt was lost; it did its work.
            }
            return true;
        }
    }

    /// <summary>Checks without reading a value that the store can be reached and used; returns one line for a person.</summary>
    /// <exception cref="SecretException">The failure with its help.</exception>
    public ValueTask<string> ProbeAsync(CancellationToken cancellationToken = default) =>
        CallAsync("check", new Subject(null), repeatable: true, discard: null, async token => PlainText.Of(await _backend.ProbeAsync(token)), cancellationToken);

    /// <inheritdoc cref="SecretBackend.WaitForChangeAsync"/>
    public Task WaitForChangeAsync(IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken = default) =>
        _backend.WaitForChangeAsync(addresses, cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _resilience?.Dispose();
        await _backend.DisposeAsync();
    }

    private async ValueTask<IReadOnlyList<string>> ListAskableAsync(string prefix, CancellationToken cancellationToken)
    {
        var paths = await _backend.ListAsync(prefix, cancellationToken);
        foreach (var path in paths)
            if (!AddressRules.IsPath(path)) return [.. paths.Where(AddressRules.IsPath)];
        return paths;
    }

    private static void DiscardSecret(StoredSecret secret) => secret.Value.Dispose();
}
