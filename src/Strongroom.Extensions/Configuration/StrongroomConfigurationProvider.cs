using System.Text.Unicode;
using Microsoft.Extensions.Configuration;
using Strongroom.Caching;
using Strongroom.Resolution;
using Strongroom.Secrets;

namespace Strongroom.Extensions.Configuration;

/// <summary>
/// Gives the secrets of a project out as configuration, and looks for changes while the program runs. A value that was there stays
/// until there is another: a store that fails later takes nothing away.
/// </summary>
/// <remarks>
/// Configuration holds values as strings, which stay in memory until they are collected. Code that can, gets a secret from
/// <see cref="ISecretSource"/> at the time of use instead.
/// </remarks>
public sealed class StrongroomConfigurationProvider : ConfigurationProvider, IDisposable
{
    private readonly StrongroomOptions _options;
    private readonly SemaphoreSlim _turn = new(1);
    private readonly CancellationTokenSource _ending = new();
    private readonly Dictionary<string, Held> _held = [];
    private StrongroomProject? _project;
    private ISecretSource? _source;
    private ITimer? _timer;
    private StrongroomStatus? _status;
    private IReadOnlyDictionary<string, string> _values = new Dictionary<string, string>();

    /// <summary>Does nothing before <see cref="Load"/>.</summary>
    public StrongroomConfigurationProvider(StrongroomOptions options) => _options = options;

    /// <summary>How the secrets stand; null before the first <see cref="Load"/>.</summary>
    public StrongroomStatus? Status => Volatile.Read(ref _status);

    /// <summary>Where the values come from; the same for everybody in the program.</summary>
    /// <exception cref="SecretException">As <see cref="StrongroomProject.Open"/>.</exception>
    public ISecretSource Source => _source ??= _options.Source ?? (_project = StrongroomProject.Open(_options));

    /// <summary>Called after each look that brought another value or another failure.</summary>
    internal Action<StrongroomStatus>? Checked { get; set; }

    /// <summary>Called when a look of the timer failed: what the program does at a change threw, for whatever a store does stands in <see cref="Status"/>.</summary>
    internal Action<Exception>? Faulted { get; set; }

    /// <summary>The values in use, by name, without the defaults of the manifest, which everybody may read.</summary>
    internal IReadOnlyDictionary<string, string> Values => Volatile.Read(ref _values);

    /// <inheritdoc/>
    /// <exception cref="SecretException">One error that names every secret without which the program cannot start.</exception>
    public override void Load()
    {
        // The contract is synchronous, and nothing here comes back to a context that waits.
        Task.Run(() => CheckAsync(isStart: Status is null, _ending.Token)).GetAwaiter().GetResult();
        if (_timer is null && _options.ReloadInterval > TimeSpan.Zero)
            _timer = _options.Time.CreateTimer(_ => _ = LookAsync(), state: null, _options.ReloadInterval, _options.ReloadInterval);
    }

    /// <summary>Looks for changes now. Throws nothing for a secret that cannot be had; see <see cref="Status"/>.</summary>
    public async Task ReloadAsync(CancellationToken cancellationToken = default)
    {
        try
        {
            using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, _ending.Token);
            await CheckAsync(isStart: false, both.Token);
        }
        catch (Exception e) when (e is ObjectDisposedException || (e is OperationCanceledException && _ending.IsCancellationRequested))
        {
            // The program ends.
        }
    }

    /// <summary>Whether the program said that it can start without a name.</summary>
    internal bool CanDoWithout(string name) => _options.Optional.Contains(name) || (_options.Only.Count > 0 && !_options.Only.Contains(name));

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_ending.IsCancellationRequested) return;
        _ending.Cancel();
        _timer?.Dispose();
        _project?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        foreach (var held in _held.Values) held.Value.Dispose();
    }

    private async Task LookAsync()
    {
        try
        {
            await ReloadAsync();
        }
        catch (Exception e)
        {
            // Nobody waits for the timer, so nobody else would hear of it; the next look comes all the same.
            Faulted?.Invoke(e);
        }
    }

    private async Task CheckAsync(bool isStart, CancellationToken cancellationToken)
    {
        await _turn.WaitAsync(cancellationToken);
        try
        {
            var names = _options.Only.Count > 0 ? [.. Source.Names.Where(_options.Only.Contains)] : Source.Names;
            using var report = isStart ? await StartAsync(names, cancellationToken) : await Source.ResolveAllAsync(names, CacheMode.Use, cancellationToken);
            if (isStart) ThrowIfBlocked(report);
            Take(names, report);
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>Asks the stores, and when they take longer than the start may, what is kept of them.</summary>
    private async Task<ResolutionReport> StartAsync(IReadOnlyList<string> names, CancellationToken cancellationToken)
    {
        using var budget = new CancellationTokenSource(_options.StartupBudget, _options.Time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, budget.Token);
        try
        {
            return await Source.ResolveAllAsync(names, CacheMode.Use, both.Token);
        }
        catch (OperationCanceledException) when (budget.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            var kept = await Source.ResolveAllAsync(names, CacheMode.Offline, cancellationToken);
            return new ResolutionReport(kept.Secrets, [.. kept.Failures.Select(f => f.Error.Kind == SecretErrorKind.Unreachable ? f with { Error = TooLate(f.Error) } : f)]);
        }
    }

    /// <summary>Nobody wanted to be offline: what is missing is missing because the stores were slow.</summary>
    private SecretException TooLate(SecretException offline) => new(
        SecretErrorKind.Unreachable, $"gave no answer within the {_options.StartupBudget.TotalSeconds:0.###} s that the start may take, and no cache holds it",
        offline.Store, offline.Operation, offline.Name, help: "StartupBudget is that time", inner: offline);

    private void ThrowIfBlocked(ResolutionReport report)
    {
        var blocking = report.Failures.Where(f => f.IsBlocking && !_options.Optional.Contains(f.Name)).ToList();
        if (blocking.Count > 0) new ResolutionReport([], blocking).ThrowIfBlocked();
    }

    private void Take(IReadOnlyList<string> names, ResolutionReport report)
    {
        var hasChanged = false;
        var states = new Dictionary<string, SecretState>();
        foreach (var secret in report.Secrets)
        {
            states[secret.Name] = StrongroomStatus.Of(secret, KeyOf(secret.Name));
            if (_held.TryGetValue(secret.Name, out var held) && held.Value.Equals(secret.Value))
            {
                _held[secret.Name] = held with { State = states[secret.Name] };
                continue;
            }
            held?.Value.Dispose();
            _held[secret.Name] = new Held(secret.Value.Copy(), states[secret.Name], IsSecret: secret.Source != AnswerSource.Default);
            hasChanged = true;
        }
        foreach (var failure in report.Failures)
        {
            // An optional secret that is gone is gone; everything else stays as it was last known.
            var isGone = !failure.Required && failure.Error.Kind == SecretErrorKind.NotFound;
            if (isGone && _held.Remove(failure.Name, out var old))
            {
                old.Value.Dispose();
                hasChanged = true;
            }
            states[failure.Name] = _held.TryGetValue(failure.Name, out var kept)
                ? kept.State with { Error = failure.Error }
                : new SecretState(failure.Name, KeyOf(failure.Name), Origin: null, Version: null, FetchedAt: null, isGone ? null : failure.Error);
        }
        var before = Status;
        var status = new StrongroomStatus(_options.Time.GetUtcNow(), [.. names.Where(states.ContainsKey).Select(name => states[name])]);
        Volatile.Write(ref _status, status);
        if (hasChanged || before is null || FailuresOf(before) != FailuresOf(status)) Checked?.Invoke(status);
        if (hasChanged) Publish();
    }

    private static string FailuresOf(StrongroomStatus status) => string.Join('|', status.Failures.Select(f => $"{f.Name} {f.Error!.Kind}"));

    private void Publish()
    {
        var data = new Dictionary<string, string?>(StringComparer.OrdinalIgnoreCase);
        var values = new Dictionary<string, string>();
        foreach (var (name, held) in _held)
        {
            var text = TextOf(held.Value);
            if (held.IsSecret) values[name] = text;
            data[_options.KeyOf(name)] = text;
            data[KeyOf(name)] = text;
        }
        Data = data;
        Volatile.Write(ref _values, values);
        OnReload();
    }

    /// <summary>Configuration holds texts: bytes that are none stand in it as base64, so that one such secret does not hold up all the others.</summary>
    private static string TextOf(SecretValue value) => Utf8.IsValid(value.Reveal()) ? value.RevealText() : Convert.ToBase64String(value.Reveal());

    /// <summary>The place of a secret in typed settings, or else its key by name.</summary>
    private string KeyOf(string name) =>
        _project?.Manifest.FindSecret(name)?.Setting is { } setting ? setting.Replace('.', ':') : _options.KeyOf(name);

    private sealed record Held(SecretValue Value, SecretState State, bool IsSecret);
}
