using Strongroom.Secrets;

namespace Strongroom.Backends.Http;

/// <summary>A credential that a vendor gave, and when it is to be got anew.</summary>
/// <param name="Token">The credential; shared by everyone who has it.</param>
/// <param name="RenewAt">From when on another is got before it is used; null never.</param>
internal record Credential(SecretValue Token, DateTimeOffset? RenewAt);

/// <summary>
/// Keeps one credential: callers that need it at the same time share one login, it is got anew at its time, and one that the vendor
/// refuses is thrown away once. Safe for many callers at once.
/// </summary>
/// <param name="obtain">Logs in; gets the credential there was, for renewal, or null.</param>
/// <param name="time">The clock.</param>
internal sealed class CredentialKeeper(Func<Credential?, CancellationToken, ValueTask<Credential>> obtain, TimeProvider time) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1);
    private Credential? _current;
    private bool _isRefused;

    /// <summary>The credential to use now.</summary>
    /// <exception cref="SecretException">Why none could be got.</exception>
    public async ValueTask<Credential> GetAsync(CancellationToken cancellationToken)
    {
        if (Usable() is { } known) return known;
        await _turn.WaitAsync(cancellationToken);
        try
        {
            if (Usable() is { } meanwhile) return meanwhile;
            var fresh = await obtain(_isRefused ? null : _current, cancellationToken);
            fresh.Token.Share();
            _isRefused = false;
            Volatile.Write(ref _current, fresh);
            return fresh;
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>The vendor refused <paramref name="refused"/>: the next caller gets another, unless somebody did already.</summary>
    public void Refuse(Credential refused)
    {
        if (!ReferenceEquals(Volatile.Read(ref _current), refused)) return;
        _isRefused = true;
    }

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();

    private Credential? Usable() =>
        !_isRefused && Volatile.Read(ref _current) is { } current && (current.RenewAt is not { } renewAt || time.GetUtcNow() < renewAt) ? current : null;
}
