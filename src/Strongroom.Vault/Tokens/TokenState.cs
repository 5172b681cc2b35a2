using Strongroom.Vault.Policies;

namespace Strongroom.Vault.Tokens;

/// <summary>A token in use: what is stored of it, and its compiled permissions as of the last change of policies.</summary>
internal sealed class TokenState(TokenHash hash, TokenEntry entry, long revision)
{
    private volatile CompiledAcl? _acl;

    public TokenHash Hash { get; } = hash;

    public TokenEntry Entry { get; } = entry;

    /// <summary>Storage revision of the entry.</summary>
    public long Revision { get; } = revision;

    /// <summary>The caller this token stands for, compiled once for each change of policies.</summary>
    public async ValueTask<Requests.Caller> CallerAsync(PolicyStore policies, CancellationToken cancellationToken)
    {
        var generation = policies.Generation;
        if (_acl is { } compiled && compiled.Generation == generation) return compiled.Caller;
        var caller = Requests.Caller.Holder(this, await policies.CompileAsync(Entry, cancellationToken));
        _acl = new CompiledAcl(caller, generation);
        return caller;
    }

    private sealed record CompiledAcl(Requests.Caller Caller, long Generation);
}
