using Strongroom.Secrets;
using Strongroom.Stores;

namespace Strongroom.Backends.Memory;

/// <summary>Secrets with versions in memory, gone with the process. For tests and trials.</summary>
public sealed class MemoryBackend : SecretBackend
{
    /// <summary>The word for this backend in a manifest.</summary>
    public const string KindName = "memory";

    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, List<Entry>> _secrets = new(StringComparer.Ordinal);
    private readonly TimeProvider _time;

    /// <summary>Starts empty.</summary>
    public MemoryBackend(TimeProvider time) => _time = time;

    /// <summary>Each setting is a secret: its name the path, its text the value.</summary>
    public static SecretBackend Create(BackendSettings settings)
    {
        var backend = new MemoryBackend(settings.Time);
        foreach (var (path, text) in settings.TakeAll()) backend.Put(path, SecretValue.FromText(text));
        return backend;
    }

    /// <inheritdoc/>
    public override string Kind => KindName;

    /// <inheritdoc/>
    public override BackendCapabilities Capabilities =>
        BackendCapabilities.Read | BackendCapabilities.List | BackendCapabilities.Write | BackendCapabilities.Delete
        | BackendCapabilities.Versions | BackendCapabilities.Metadata | BackendCapabilities.CheckAndSet;

    /// <inheritdoc/>
    public override bool IsLocal => true;

    /// <inheritdoc/>
    public override ValueTask<StoredSecret> ReadAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        var outcome = Read(address, cancellationToken);
        return outcome.Secret is { } secret ? new(secret) : throw outcome.Error!;
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<ReadOutcome>> ReadManyAsync(
        IReadOnlyList<SecretAddress> addresses, CancellationToken cancellationToken)
    {
        var outcomes = new ReadOutcome[addresses.Count];
        for (var i = 0; i < outcomes.Length; i++) outcomes[i] = Read(addresses[i], cancellationToken);
        return new(outcomes);
    }

    /// <inheritdoc/>
    public override ValueTask<IReadOnlyList<string>> ListAsync(string prefix, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var paths = new List<string>();
        lock (_lock)
        {
            foreach (var path in _secrets.Keys)
                if (PathPrefix.Covers(prefix, path)) paths.Add(path);
        }
        return new(paths);
    }

    /// <inheritdoc/>
    public override ValueTask<WriteReceipt> WriteAsync(SecretAddress address, SecretWrite write, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            var current = _secrets.TryGetValue(address.Path, out var versions) ? versions.Count : 0;
            if (write.ExpectedVersion is { } expected && expected != current)
                throw new SecretException(SecretErrorKind.Conflict, $"is at version {current}, not at {expected}");
            return new(new WriteReceipt(Put(address.Path, write.Value.Copy())));
        }
    }

    /// <inheritdoc/>
    public override ValueTask DeleteAsync(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_secrets.TryGetValue(address.Path, out var versions)) throw NotThere();
            if (address.Version?.RequireNumber() is { } version)
            {
                if (version > versions.Count) throw NotThere();
                versions[version - 1].Delete();
                return ValueTask.CompletedTask;
            }
            foreach (var entry in versions) entry.Delete();
            _secrets.Remove(address.Path);
        }
        return ValueTask.CompletedTask;
    }

    /// <inheritdoc/>
    public override ValueTask<string> ProbeAsync(CancellationToken cancellationToken)
    {
        lock (_lock) return new($"{_secrets.Count} secrets");
    }

    private static SecretException NotThere() => new(SecretErrorKind.NotFound, "is not there");

    private ReadOutcome Read(SecretAddress address, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_secrets.TryGetValue(address.Path, out var versions) || address.Version?.Number > versions.Count)
                return new ReadOutcome(address, Secret: null, NotThere());
            var number = address.Version?.Number ?? versions.Count;
            var entry = versions[number - 1];
            return entry.Value is { } value
                ? new ReadOutcome(address, new StoredSecret(value.Copy(), number, entry.CreatedAt), Error: null)
                : new ReadOutcome(address, Secret: null, new SecretException(SecretErrorKind.Unreadable, "is deleted in this version"));
        }
    }

    private int Put(string path, SecretValue value)
    {
        if (!_secrets.TryGetValue(path, out var versions)) _secrets[path] = versions = [];
        versions.Add(new Entry(value, _time.GetUtcNow()));
        return versions.Count;
    }

    private sealed class Entry(SecretValue value, DateTimeOffset createdAt)
    {
        public SecretValue? Value { get; private set; } = value;

        public DateTimeOffset CreatedAt => createdAt;

        public void Delete()
        {
            Value?.Dispose();
            Value = null;
        }
    }
}
