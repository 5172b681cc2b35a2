using System.Text;
using Strongroom.Secrets;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Tokens;

/// <summary>
/// Answers kept for one reader: the answer lies in the cubbyhole of a token that is good for one request
/// (https://developer.hashicorp.com/vault/docs/concepts/response-wrapping).
/// </summary>
internal sealed class ResponseWrapping(VaultSystem system)
{
    /// <summary>The policy of wrapping tokens, by which they are known.</summary>
    public const string PolicyName = "response-wrapping";

    /// <summary>What a wrapping token may do.</summary>
    public const string PolicyText =
        """
        path "cubbyhole/response"  { capabilities = ["create", "read"] }
        path "sys/wrapping/unwrap" { capabilities = ["update"] }
        """;

    private const string ResponsePath = "response";
    private const string CreationPathPath = "creation_path";

    /// <summary>Puts an answer into the cubbyhole of a new wrapping token, and answers with that. An answer that tells nothing stays as it is.</summary>
    public async ValueTask<VaultResponse> WrapAsync(
        VaultRequest request, VaultResponse response, RequestContext context, CancellationToken cancellationToken)
    {
        if (response.Status != VaultStatus.Ok || response.BareContentType is not null) return response;
        using (response)
        {
            using var envelope = new SecretBuffer(1024);
            Envelope.Write(envelope, request with { Path = "" }, response);
            return await KeepAsync(envelope.WrittenMemory, request.Path, request.Origin.WrapTtl, response.Auth?.Accessor, context, cancellationToken);
        }
    }

    /// <summary>
    /// Moves an unused answer to a new wrapping token, in the one commit in which the old token ends: whatever happens, one of the two has it. Throws
    /// InvalidInput when the token is no wrapping token or was used.
    /// </summary>
    public async ValueTask<VaultResponse> MoveAsync(TokenHash hash, RequestContext context, CancellationToken cancellationToken)
    {
        if (await system.Tokens.FindAsync(hash, cancellationToken) is not { } state || !IsWrapping(state.Entry)) throw NotValid();
        var path = await CreationPathAsync(hash, cancellationToken);
        using var stored = await system.Tokens.Cubbyhole(hash).GetAsync(ResponsePath, cancellationToken) ?? throw NotValid();
        try
        {
            var moved = await KeepAsync(
                stored.Value, path, TimeSpan.FromSeconds(state.Entry.CreationTtl), wrappedAccessor: null, context, cancellationToken, commit => system.Tokens.End(commit, state));
            system.Tokens.Ended(state);
            return moved;
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict)
        {
            // Somebody else was faster.
            throw NotValid();
        }
    }

    /// <summary>Puts the bytes of an answer into the cubbyhole of a new wrapping token; what <paramref name="more"/> adds is in the same commit.</summary>
    public async ValueTask<VaultResponse> KeepAsync(
        ReadOnlyMemory<byte> envelope, string creationPath, TimeSpan ttl, string? wrappedAccessor, RequestContext context, CancellationToken cancellationToken,
        Action<BarrierCommit>? more = null)
    {
        var now = system.Tokens.Now;
        var seconds = Math.Max(1, (long)ttl.TotalSeconds);
        if (seconds > system.MaxLeaseTtl) throw RequestFields.Invalid("requested wrap TTL is longer than the longest lease");
        var token = TokenText.NewService(system.Barrier.Random);
        var entry = new TokenEntry
        {
            Accessor = TokenText.NewAccessor(system.Barrier.Random),
            Policies = [PolicyName],
            Path = creationPath,
            DisplayName = "",
            CreatedAt = now,
            CreationTtl = seconds,
            ExpiresAt = now + seconds,
            ExplicitMaxTtl = seconds,
            UsesLeft = 1,
        };
        var cubbyhole = system.Tokens.Cubbyhole(token.Hash);
        var (auth, sequence) = await system.Tokens.CreateAsync(
            token, entry,
            () =>
            {
                var commit = context.BeginCommit();
                commit.PutListed(cubbyhole, ResponsePath, envelope);
                commit.PutListed(cubbyhole, CreationPathPath, Encoding.UTF8.GetBytes(creationPath));
                more?.Invoke(commit);
                return commit;
            },
            cancellationToken);
        var wrap = new WrapInfo(token, auth.Accessor, TimeSpan.FromSeconds(seconds), DateTimeOffset.FromUnixTimeSeconds(now), creationPath, wrappedAccessor);
        return VaultResponse.Wrapped(wrap, sequence);
    }

    /// <summary>
    /// Takes the answer out: its bytes, once. Throws InvalidInput when the token is no wrapping token or was used. A token that the pipeline
    /// has spent already, because the request was made with it, is given as it came.
    /// </summary>
    public async ValueTask<SecretBuffer> TakeAsync(TokenHash hash, bool spent, CancellationToken cancellationToken)
    {
        if (!spent)
        {
            var state = await system.Tokens.FindAsync(hash, cancellationToken);
            if (state is null || !IsWrapping(state.Entry) || await system.Tokens.SpendAsync(state, cancellationToken) is null) throw NotValid();
        }
        SecretBuffer envelope;
        using (var stored = await system.Tokens.Cubbyhole(hash).GetAsync(ResponsePath, cancellationToken) ?? throw NotValid())
        {
            envelope = new SecretBuffer(stored.Value.Length);
            envelope.Write(stored.Value.Span);
        }
        await system.Tokens.RevokeAsync(hash, orphanChildren: false, cancellationToken);
        return envelope;
    }

    /// <summary>The wrapping token with this hash, unused. Throws InvalidInput.</summary>
    public async ValueTask<(TokenEntry Token, string CreationPath)> LookupAsync(TokenHash hash, CancellationToken cancellationToken) =>
        await system.Tokens.FindAsync(hash, cancellationToken) is { } state && IsWrapping(state.Entry)
            ? (state.Entry, await CreationPathAsync(hash, cancellationToken))
            : throw NotValid();

    public static bool IsWrapping(TokenEntry entry) => entry.Policies is [PolicyName];

    public static SecretException NotValid() => RequestFields.Invalid("wrapping token is not valid or does not exist");

    private async ValueTask<string> CreationPathAsync(TokenHash hash, CancellationToken cancellationToken)
    {
        using var stored = await system.Tokens.Cubbyhole(hash).GetAsync(CreationPathPath, cancellationToken);
        return stored is null ? throw NotValid() : Encoding.UTF8.GetString(stored.Value.Span);
    }
}
