using System.Globalization;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Tokens: make, look at, renew, revoke.</summary>
internal static class TokenVerbs
{
    private static readonly Flag Policy = new("policy", "A policy of the token; may be repeated.", "NAME") { Repeats = true };
    private static readonly Flag Ttl = new("ttl", "How long it lives unless it is renewed.", "DURATION");
    private static readonly Flag ExplicitMaxTtl = new("explicit-max-ttl", "How long it lives at most.", "DURATION");
    private static readonly Flag Period = new("period", "Renewed within this time, it lives on without end.", "DURATION");
    private static readonly Flag UseLimit = new("use-limit", "For how many requests it is good.", "N");
    private static readonly Flag DisplayName = new("display-name", "What the audit log calls it.", "NAME");
    private static readonly Flag Role = new("role", "The token role that says what it may be.", "NAME");
    private static readonly Flag Type = new("type", "service or batch.", "TYPE");
    private static readonly Flag Id = new("id", "The token itself, in the place of a random one.", "TOKEN");
    private static readonly Flag EntityAlias = new("entity-alias", "The alias to make it for; needs -role.", "NAME");
    private static readonly Flag Renewable = new("renewable", "Whether it can be renewed; it can unless said otherwise.");
    private static readonly Flag Orphan = new("orphan", "It outlives the token that makes it.");
    private static readonly Flag NoDefaultPolicy = new("no-default-policy", "Without the policy 'default'.");
    private static readonly Flag Metadata = new("metadata", "A note, key=value; may be repeated.", "KEY=VALUE") { Repeats = true };

    private static readonly Flag Accessor = new("accessor", "The argument is the accessor of a token, not the token.");
    private static readonly Flag Self = new("self", "The token that asks.");
    private static readonly Flag Mode = new("mode", "orphan: the tokens it made stay; path: the argument is a path, and all that were made there go.", "MODE");
    private static readonly Flag Increment = new("increment", "For how long from now.", "DURATION") { Aliases = ["i"] };

    public static readonly ApiVerb[] All =
    [
        new("token create", "", "Make a token.", CreateAsync)
        {
            Flags = [Policy, Ttl, ExplicitMaxTtl, Period, UseLimit, DisplayName, Role, Type, Id, EntityAlias, Renewable, Orphan, NoDefaultPolicy, Metadata],
            Examples = [("vault token create -policy=app-policy", "for an application"), ("vault token create -policy=ci -ttl=10m -use-limit=5 -field=token", "only the token, for a script")],
        },
        new("token lookup", "[TOKEN]", "Show what a token may and how long it lives; without argument, the own one.", LookupAsync)
        {
            Takes = (0, 1),
            Flags = [Accessor, Self],
            Examples = [("vault token lookup", "the own token"), ("vault token lookup -accessor 9793c9b3-e04a-46f3-e7b8-748d7da248da", "a token that is not known")],
        },
        new("token renew", "[TOKEN]", "Let a token live longer; without argument, the own one.", RenewAsync)
        {
            Takes = (0, 1),
            Flags = [Accessor, Increment],
            Examples = [("vault token renew -increment=1h", "the own token")],
        },
        new("token revoke", "[TOKEN]", "End a token, all that it made, and its leases.", RevokeAsync)
        {
            Takes = (0, 1),
            Flags = [Accessor, Self, Mode],
            Examples = [("vault token revoke s.8mfjDdCLXtt3gJgbYvyPnzBi", "a token that leaked"), ("vault token revoke -self", "the own one")],
        },
        new("token capabilities", "[TOKEN] PATH", "Show what a token may do at a path.", CapabilitiesAsync)
        {
            Takes = (1, 2),
            Flags = [Accessor],
            Examples = [("vault token capabilities secret/data/app", "what the own token may")],
        },
    ];

    private static async Task<int> CreateAsync(ApiCall call)
    {
        var path = call.Text(Role) is { } role ? "auth/token/create/" + role : call.Switch(Orphan) ? "auth/token/create-orphan" : "auth/token/create";
        using var reply = await call.PostForAsync("creating token", path, writer =>
        {
            foreach (var (flag, member) in new[] { (Ttl, "ttl"), (ExplicitMaxTtl, "explicit_max_ttl"), (Period, "period"), (DisplayName, "display_name"), (Type, "type"), (Id, "id"), (EntityAlias, "entity_alias") })
                if (call.Text(flag) is { } text) writer.WriteString(member, text);
            if (call.All(Policy) is { Count: > 0 } policies) writer.WriteStrings("policies", policies);
            writer.WriteBoolean("renewable", call.SwitchOrNull(Renewable) ?? true);
            if (call.Switch(NoDefaultPolicy)) writer.WriteBoolean("no_default_policy", value: true);
            if (call.Text(UseLimit) is { } uses) writer.WriteNumber("num_uses", int.TryParse(uses, NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? count : throw ApiCall.Invalid("-use-limit is a number"));
            if (call.All(Metadata) is not { Count: > 0 } notes) return;
            using var values = KeyValues.Parse(notes);
            writer.WriteStartObject("meta");
            values.WriteTo(writer);
            writer.WriteEndObject();
        });
        return call.Answer.Secret(reply);
    }

    private static async Task<int> LookupAsync(ApiCall call)
    {
        using var reply = call.Arguments.Count == 0
            ? await call.SendAsync("looking up token", new VaultCall("GET", "auth/token/lookup-self"))
            : call.Switch(Accessor)
                ? await call.PostForAsync("looking up token", "auth/token/lookup-accessor", w => w.WriteString("accessor", call.Arguments[0]))
                : await call.PostForAsync("looking up token", "auth/token/lookup", w => w.WriteString("token", call.Arguments[0]));
        return call.Answer.Secret(reply);
    }

    private static async Task<int> RenewAsync(ApiCall call)
    {
        var (path, member) = call.Arguments.Count == 0 ? ("renew-self", "") : call.Switch(Accessor) ? ("renew-accessor", "accessor") : ("renew", "token");
        using var reply = await call.PostForAsync("renewing token", "auth/token/" + path, writer =>
        {
            if (member.Length > 0) writer.WriteString(member, call.Arguments[0]);
            if (call.Text(Increment) is { } increment) writer.WriteNumber("increment", SecondsOf(increment));
        });
        return call.Answer.Secret(reply);
    }

    private static async Task<int> RevokeAsync(ApiCall call)
    {
        if (call.Arguments.Count == 0 != call.Switch(Self)) throw ApiCall.Invalid("token revoke takes a token, or -self");
        var mode = call.Text(Mode);
        var (path, member) = (call.Switch(Self), call.Switch(Accessor), mode) switch
        {
            (true, false, null) => ("auth/token/revoke-self", ""),
            (false, true, null) => ("auth/token/revoke-accessor", "accessor"),
            (false, false, null) => ("auth/token/revoke", "token"),
            (false, false, "orphan") => ("auth/token/revoke-orphan", "token"),
            (false, false, "path") => ("sys/revoke-prefix/" + call.Path(0), ""),
            _ => throw ApiCall.Invalid("-self, -accessor and -mode=orphan|path exclude each other"),
        };
        await call.PostAsync("revoking token", path, writer =>
        {
            if (member.Length > 0) writer.WriteString(member, call.Arguments[0]);
        });
        if (call.Switch(Self) && ApiCall.Variable(VaultEnvironment.Token) is null or "") VaultTokenFile.OfUser(ApiCall.Variable)?.Delete();
        return BasicVerbs.Done(call, "Success! Revoked token (if it existed)");
    }

    private static async Task<int> CapabilitiesAsync(ApiCall call)
    {
        var path = call.Path(call.Arguments.Count - 1);
        var (endpoint, member) = call.Arguments.Count == 1 ? ("sys/capabilities-self", "") : call.Switch(Accessor) ? ("sys/capabilities-accessor", "accessor") : ("sys/capabilities", "token");
        using var reply = await call.PostForAsync("listing capabilities", endpoint, writer =>
        {
            if (member.Length > 0) writer.WriteString(member, call.Arguments[0]);
            writer.WriteStrings("paths", [path]);
        });
        var capabilities = Envelope.Member(reply.Data, path) ?? Envelope.Member(reply.Data, "capabilities") ?? throw new RemoteFault($"Error listing capabilities: the server does not tell those of {path}");
        return call.Answer.Data(capabilities, screen => screen.Line(string.Join(", ", capabilities.EnumerateArray().Select(c => c.GetString()).Order(StringComparer.Ordinal))));
    }

    /// <summary>Seconds of a flag that is a duration.</summary>
    public static long SecondsOf(string text) =>
        GoDuration.TryParse(text, out var span) ? (long)span.TotalSeconds : throw ApiCall.Invalid("a duration is seconds, or like 90s, 1h30m or 768h");

    public static void WriteStrings(this Utf8JsonWriter writer, string name, IEnumerable<string> texts)
    {
        writer.WriteStartArray(name);
        foreach (var text in texts) writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
