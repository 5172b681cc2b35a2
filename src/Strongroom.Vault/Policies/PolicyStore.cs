using System.Collections.Concurrent;
using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Identity;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Tokens;

namespace Strongroom.Vault.Policies;

/// <summary>
/// The policies of a vault, as text under their names. Parsed ones are kept in memory; this process is the only one that changes
/// them. Every change raises <see cref="Generation"/>, by which compiled permissions know that they are old.
/// </summary>
internal sealed class PolicyStore(VaultBarrier barrier, IdentityStore identity)
{
    /// <summary>The policy of tokens that may do everything. It has no text and cannot be changed.</summary>
    public const string Root = AccessPolicy.RootName;

    /// <summary>The policy that every token has unless told otherwise.</summary>
    public const string Default = AccessPolicy.DefaultName;

    /// <summary>The longest text of a policy, in bytes.</summary>
    public const int TextLengthMax = 256 * 1024;

    private readonly BarrierView _view = barrier.View("sys/policy/");
    private readonly ConcurrentDictionary<string, AccessPolicy> _parsed = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _change = new(1, 1);
    private long _generation;

    /// <summary>Counts changes of policies and of identities: both change what a token may do.</summary>
    public long Generation => Interlocked.Read(ref _generation) + identity.Generation;

    /// <summary>
    /// Has the default policy be stored, if only as an empty entry that stands for the built-in text: almost every token asks for it, and that
    /// something is absent is proved by going over all keys of the storage.
    /// </summary>
    public async ValueTask LoadAsync(CancellationToken cancellationToken)
    {
        using var entry = await _view.GetAsync(Default, cancellationToken);
        if (entry is not null) return;
        var commit = new BarrierCommit(barrier);
        commit.PutListed(_view, Default, default, expectedRevision: 0);
        if (await commit.CommitAsync(cancellationToken) is null) throw BarrierCommit.Raced();
    }

    public async ValueTask<List<string>> ListAsync(CancellationToken cancellationToken)
    {
        var names = await _view.ListAsync("", cancellationToken);
        names.Remove(Default);
        names.Insert(0, Default);
        names.Add(Root);
        return names;
    }

    /// <summary>The text of a policy, or null when there is none of that name.</summary>
    public async ValueTask<string?> GetAsync(string name, CancellationToken cancellationToken)
    {
        if (name is Root or ResponseWrapping.PolicyName) return name == Root ? "" : ResponseWrapping.PolicyText;
        using var entry = await _view.GetAsync(name, cancellationToken);
        if (name == Default && entry is not { Value.IsEmpty: false }) return DefaultPolicy.Text;
        return entry is null ? null : Encoding.UTF8.GetString(entry.Value.Span);
    }

    /// <summary>Stores a policy that was parsed before.</summary>
    public ValueTask<long> PutAsync(AccessPolicy policy, string text, RequestContext context, CancellationToken cancellationToken)
    {
        RequireChangeable(policy.Name);
        return ChangeAsync(commit => commit.PutListed(_view, policy.Name, Encoding.UTF8.GetBytes(text)), context, cancellationToken);
    }

    public ValueTask<long> DeleteAsync(string name, RequestContext context, CancellationToken cancellationToken)
    {
        RequireChangeable(name);
        if (string.Equals(name, Default, StringComparison.Ordinal)) throw RequestFields.Invalid("cannot delete \"default\" policy");
        return ChangeAsync(commit => commit.DeleteListed(_view, name), context, cancellationToken);
    }

    /// <summary>The permissions of a token: its own policies and its identity's. Policies that are not there give nothing, and so does a token whose identity is gone or disabled.</summary>
    public async ValueTask<Acl> CompileAsync(TokenEntry token, CancellationToken cancellationToken)
    {
        if (token.Policies.Contains(Root, StringComparer.Ordinal)) return Acl.Root;
        IdentityHolding? holding;
        try
        {
            holding = await identity.HoldingAsync(token.EntityId, cancellationToken);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Denied)
        {
            return Acl.Compile([]);
        }
        var policies = new List<AccessPolicy>(token.Policies.Length);
        foreach (var name in token.Policies)
        {
            if (await FindAsync(name, cancellationToken) is { } policy) policies.Add(policy);
        }
        foreach (var name in holding?.Policies ?? [])
        {
            // Only a token itself can be root.
            if (name != Root && !token.Policies.Contains(name, StringComparer.Ordinal) && await FindAsync(name, cancellationToken) is { } policy) policies.Add(policy);
        }
        return Acl.Compile(policies, holding?.Values);
    }

    private async ValueTask<AccessPolicy?> FindAsync(string name, CancellationToken cancellationToken)
    {
        if (_parsed.TryGetValue(name, out var known)) return known;
        var generation = Generation;
        if (await GetAsync(name, cancellationToken) is not { } text) return null;
        var policy = AccessPolicy.Parse(name, text);
        await _change.WaitAsync(cancellationToken);
        try
        {
            if (generation == Generation) _parsed[name] = policy;
        }
        finally
        {
            _change.Release();
        }
        return policy;
    }

    private async ValueTask<long> ChangeAsync(Action<BarrierCommit> change, RequestContext context, CancellationToken cancellationToken)
    {
        await _change.WaitAsync(cancellationToken);
        try
        {
            var sequence = await context.CommitAsync(change, cancellationToken);
            _parsed.Clear();
            Interlocked.Increment(ref _generation);
            return sequence;
        }
        finally
        {
            _change.Release();
        }
    }

    private static void RequireChangeable(string name)
    {
        if (name is Root or ResponseWrapping.PolicyName) throw RequestFields.Invalid($"cannot update \"{name}\" policy");
        if (name.Length is 0 or > 128 || name.Contains('/', StringComparison.Ordinal)) throw RequestFields.Invalid("the name of a policy has 1 to 128 characters and no slash");
    }
}
