using Strongroom.Caching;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Extensions.Testing;

/// <summary>
/// Secrets for tests, in the place of a project: what a test sets is what the program gets, and a name can be made to fail.
/// <code>builder.AddStrongroom(options => options.Source = new TestSecrets { ["OPENAI_API_KEY"] = "test" });</code>
/// </summary>
public sealed class TestSecrets : ISecretSource
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, (string? Value, SecretException? Error, int Version)> _secrets = [];
    private readonly List<string> _order = [];

    /// <inheritdoc/>
    public IReadOnlyList<string> Names
    {
        get
        {
            lock (_lock) return [.. _order];
        }
    }

    /// <summary>The value of a name. Setting it makes another version.</summary>
    /// <exception cref="SecretException">NotFound when there is none.</exception>
    public string this[string name]
    {
        get
        {
            lock (_lock) return _secrets.TryGetValue(name, out var secret) && secret.Value is { } value ? value : throw NotThere(name);
        }
        set => Put(name, value, error: null);
    }

    /// <summary>Makes a name fail until it is set again.</summary>
    public TestSecrets Fail(string name, SecretErrorKind kind)
    {
        Put(name, value: null, new SecretException(kind, "fails in this test", "test", "read", name));
        return this;
    }

    /// <summary>Takes a value away; the name stays declared.</summary>
    public TestSecrets Remove(string name)
    {
        Put(name, value: null, error: null);
        return this;
    }

    /// <inheritdoc/>
    public ValueTask<ResolvedSecret> ResolveAsync(string name, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        cancellationToken.ThrowIfCancellationRequested();
        lock (_lock)
        {
            if (!_secrets.TryGetValue(name, out var secret)) throw NotThere(name);
            if (secret.Error is { } error) throw error;
            if (secret.Value is not { } value) throw NotThere(name);
            return new(new ResolvedSecret
            {
                Name = name,
                Value = SecretValue.FromText(value),
                Origin = new SecretReference("test", new SecretAddress(name)),
                Source = AnswerSource.Store,
                FetchedAt = DateTimeOffset.UnixEpoch,
                Version = secret.Version,
                Attempts = [],
            });
        }
    }

    /// <inheritdoc/>
    public async ValueTask<ResolutionReport> ResolveAllAsync(
        IReadOnlyList<string>? names = null, CacheMode mode = CacheMode.Use, CancellationToken cancellationToken = default)
    {
        var found = new List<ResolvedSecret>();
        var failures = new List<ResolutionFailure>();
        foreach (var name in names ?? Names)
        {
            try
            {
                found.Add(await ResolveAsync(name, mode, cancellationToken));
            }
            catch (SecretException e)
            {
                failures.Add(new ResolutionFailure(name, Required: true, e, []));
            }
        }
        return new ResolutionReport(found, failures);
    }

    private void Put(string name, string? value, SecretException? error)
    {
        lock (_lock)
        {
            if (!_secrets.TryGetValue(name, out var old)) _order.Add(name);
            _secrets[name] = (value, error, old.Version + 1);
        }
    }

    private static SecretException NotThere(string name) => new(SecretErrorKind.NotFound, "is not there", "test", "read", name);
}
