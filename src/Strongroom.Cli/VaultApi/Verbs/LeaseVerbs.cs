using Strongroom.Cli.VaultApi.Flags;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Leases: what a server gave out for a time.</summary>
internal static class LeaseVerbs
{
    private static readonly Flag Increment = new("increment", "For how long from now.", "DURATION") { Aliases = ["i"] };
    private static readonly Flag Prefix = new("prefix", "All leases below the path.");
    private static readonly Flag Force = new("force", "Forget them even if they cannot be taken back where they were made; needs -prefix.") { Aliases = ["f"] };
    private static readonly Flag Sync = new("sync", "Wait until it is done.");

    public static readonly ApiVerb[] All =
    [
        new("lease lookup", "ID", "Show how long a lease lives.", LookupAsync) { Takes = (1, 1), Examples = [("vault lease lookup database/creds/app/2f6a614c", "when it ends")] },
        new("lease renew", "ID", "Let a lease live longer.", RenewAsync) { Takes = (1, 1), Flags = [Increment], Examples = [("vault lease renew -increment=1h database/creds/app/2f6a614c", "an hour from now")] },
        new("lease revoke", "ID", "End a lease, or with -prefix all below a path.", RevokeAsync)
        {
            Takes = (1, 1),
            Flags = [Prefix, Force, Sync],
            Examples = [("vault lease revoke database/creds/app/2f6a614c", "at once"), ("vault lease revoke -prefix database/creds/app", "all of a role")],
        },
    ];

    private static async Task<int> LookupAsync(ApiCall call)
    {
        using var reply = await call.PostForAsync("looking up lease id " + call.Arguments[0], "sys/leases/lookup", writer => writer.WriteString("lease_id", call.Arguments[0]));
        return call.Answer.Secret(reply);
    }

    private static async Task<int> RenewAsync(ApiCall call)
    {
        using var reply = await call.PostForAsync("renewing lease " + call.Arguments[0], "sys/leases/renew", writer =>
        {
            writer.WriteString("lease_id", call.Arguments[0]);
            if (call.Text(Increment) is { } increment) writer.WriteNumber("increment", TokenVerbs.SecondsOf(increment));
        });
        return call.Answer.Secret(reply);
    }

    private static async Task<int> RevokeAsync(ApiCall call)
    {
        // Nothing is written to a path that ends in a slash.
        var (id, isPrefix, isForced) = (call.Arguments[0].TrimEnd('/'), call.Switch(Prefix), call.Switch(Force));
        if (isForced && !isPrefix) throw ApiCall.Invalid("-force needs -prefix");
        var path = isForced ? "sys/leases/revoke-force/" + id : isPrefix ? "sys/leases/revoke-prefix/" + id : "sys/leases/revoke";
        await call.PostAsync("revoking lease " + id, path, writer =>
        {
            if (!isPrefix) writer.WriteString("lease_id", id);
            if (!isForced) writer.WriteBoolean("sync", call.Switch(Sync));
        });
        if (isForced) return BasicVerbs.Done(call, $"Success! Force revoked any leases with prefix: {id}");
        if (!call.Switch(Sync)) return BasicVerbs.Done(call, "All revocation operations queued successfully!");
        return BasicVerbs.Done(call, isPrefix ? $"Success! Revoked any leases with prefix: {id}" : $"Success! Revoked lease: {id}");
    }
}
