using System.Net;
using System.Text;
using System.Text.Json;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Verbs on any path.</summary>
internal static class BasicVerbs
{
    private static readonly Flag Force = new("force", "Send it without any value.") { Aliases = ["f"] };

    public static readonly ApiVerb[] All =
    [
        new("read", "PATH [KEY=VALUE...]", "Read what is at a path.", ReadAsync)
        {
            Takes = (1, 64),
            Examples = [("vault read secret/data/database/postgres", "everything"), ("vault read -field=password secret/data/database/postgres", "one field, for a script")],
        },
        new("write", "PATH [KEY=VALUE...]", "Write values to a path.", WriteAsync)
        {
            Takes = (1, int.MaxValue),
            Flags = [Force],
            Examples = [("vault write auth/approle/role/ci token_policies=ci token_ttl=10m", "a role"), ("vault write -f auth/approle/role/ci/secret-id", "without any value")],
        },
        new("patch", "PATH KEY=VALUE...", "Change some values of what is at a path.", PatchAsync)
        {
            Takes = (1, int.MaxValue),
            Flags = [Force],
            Examples = [("vault patch secret/data/app data=@changes.json", "a merge patch")],
        },
        new("list", "PATH", "List what is below a path.", ListAsync) { Takes = (1, 1), Examples = [("vault list auth/approle/role", "the roles")] },
        new("delete", "PATH", "Delete what is at a path.", DeleteAsync) { Takes = (1, 1), Examples = [("vault delete auth/approle/role/ci", "the role is gone")] },
        new("unwrap", "[TOKEN]", "Read what a wrapping token holds; that works once.", UnwrapAsync) { Takes = (0, 1), Examples = [("vault unwrap s.8mfjDdCLXtt3gJgbYvyPnzBi", "the answer that was wrapped")] },
        new("path-help", "PATH", "Describe a path.", HelpAsync) { Takes = (1, 1), Examples = [("vault path-help secret/", "the paths of the engine there")] },
        new("print token", "", "Print the token that the other commands send.", PrintTokenAsync) { Examples = [("vault print token", "from VAULT_TOKEN or ~/.vault-token")] },
        new("version", "", "Print the version.", VersionAsync) { Examples = [("vault version", "of this program; status shows that of the server")] },
    ];

    private static async Task<int> ReadAsync(ApiCall call)
    {
        var path = call.Path(0);
        using var reply = await call.FindAsync("reading " + path, new VaultCall("GET", path) { Query = Query(call.Arguments.Skip(1)) });
        return Show(call, reply, $"No value found at {path}");
    }

    private static async Task<int> WriteAsync(ApiCall call)
    {
        var path = call.Path(0);
        if (call.Arguments.Count == 1 && !call.Switch(Force)) throw ApiCall.Invalid("there is nothing to write", "give key=value, or -force to write without any");
        using var values = KeyValues.Parse(call.Arguments.Skip(1));
        using var reply = await call.PostForAsync("writing data to " + path, path, values.WriteTo);
        if (HasAnswer(reply)) return call.Answer.Secret(reply);
        call.Answer.Warn(reply);
        return Done(call, $"Success! Data written to: {path}");
    }

    private static async Task<int> PatchAsync(ApiCall call)
    {
        var path = call.Path(0);
        if (call.Arguments.Count == 1 && !call.Switch(Force)) throw ApiCall.Invalid("there is nothing to change", "give key=value");
        using var values = KeyValues.Parse(call.Arguments.Skip(1));
        using var body = ApiCall.Body(values.WriteTo);
        using var reply = await call.SendAsync("patching data at " + path, new VaultCall("PATCH", path) { Body = body.WrittenMemory, ContentType = "application/merge-patch+json" });
        return HasAnswer(reply) ? call.Answer.Secret(reply) : Done(call, $"Success! Data written to: {path}");
    }

    private static async Task<int> ListAsync(ApiCall call)
    {
        var path = call.Path(0).TrimEnd('/') + "/";
        using var reply = await call.FindAsync("listing " + path, new VaultCall(VaultCall.List, path));
        return ShowKeys(call, reply, $"No value found at {path}");
    }

    private static async Task<int> DeleteAsync(ApiCall call)
    {
        var path = call.Path(0);
        using var reply = await call.FindAsync("deleting " + path, new VaultCall("DELETE", path));
        if (reply is not null && HasAnswer(reply)) return call.Answer.Secret(reply);
        return Done(call, $"Success! Data deleted (if it existed) at: {path}");
    }

    private static async Task<int> UnwrapAsync(ApiCall call)
    {
        using var token = call.Arguments.Count == 0 ? null : TokenOf(call.Arguments[0]);
        // The wrapping token may be the one the caller has, or another one, which then is the only thing that proves who asks.
        using var reply = await call.SendAsync("unwrapping", new VaultCall("PUT", "sys/wrapping/unwrap") { Token = token });
        return Show(call, reply, "Could not find wrapped response");
    }

    private static async Task<int> HelpAsync(ApiCall call)
    {
        var path = call.Path(0);
        using var reply = await call.SendAsync("retrieving help for " + path, new VaultCall("GET", path) { Query = [new("help", "1")] });
        return call.Answer.Data(reply.Json, screen => screen.Line(Envelope.Member(reply.Json, "help")?.GetString()?.TrimEnd() ?? ""));
    }

    private static Task<int> PrintTokenAsync(ApiCall call)
    {
        using var token = VaultTokenFile.Find(ApiCall.Variable);
        if (token is not null) call.Screen.Bytes(token.Reveal());
        call.Screen.Line();
        return Task.FromResult(ApiExit.Success);
    }

    private static Task<int> VersionAsync(ApiCall call)
    {
        call.Screen.Line($"Strongroom v{typeof(BasicVerbs).Assembly.GetName().Version?.ToString(3)}, speaking the API of Vault v1.15");
        return Task.FromResult(ApiExit.Success);
    }

    /// <summary>An answer, or its absence.</summary>
    public static int Show(ApiCall call, VaultReply? reply, string nothing)
    {
        if (reply is not null && reply.Json.ValueKind == JsonValueKind.Undefined && reply.Bytes.Length > 0)
        {
            call.Screen.Bytes(reply.Bytes);
            return ApiExit.Success;
        }
        if (reply is not null && HasAnswer(reply)) return call.Answer.Secret(reply);
        if (reply is not null) call.Answer.Warn(reply);
        call.Screen.Note(nothing);
        return ApiExit.Remote;
    }

    /// <summary>The keys of a listing, or their absence.</summary>
    public static int ShowKeys(ApiCall call, VaultReply? reply, string nothing)
    {
        if (reply is not null && Envelope.Member(reply.Data, "keys") is { ValueKind: JsonValueKind.Array } keys && keys.GetArrayLength() > 0)
        {
            call.Answer.Warn(reply);
            return call.Answer.Names(keys, "Keys");
        }
        if (!call.Answer.IsTable) call.Answer.Element(writer => { writer.WriteStartObject(); writer.WriteEndObject(); });
        else call.Screen.Note(nothing);
        return ApiExit.Remote;
    }

    /// <summary>A change that has no answer of its own.</summary>
    public static int Done(ApiCall call, string text)
    {
        call.Answer.Say(text);
        return ApiExit.Success;
    }

    public static bool HasAnswer(VaultReply reply) =>
        reply.Status != HttpStatusCode.NoContent && reply.Json.ValueKind == JsonValueKind.Object
        && (!Envelope.IsEnvelope(reply.Json) || Envelope.Member(reply.Json, "data") is not null
            || Envelope.Member(reply.Json, "auth") is not null || Envelope.Member(reply.Json, "wrap_info") is not null);

    /// <summary>A token that was typed.</summary>
    public static SecretValue TokenOf(string text) => SecretValue.FromBytes(Encoding.UTF8.GetBytes(text.Trim()));

    /// <summary>Arguments of a read are parameters of its query.</summary>
    private static List<KeyValuePair<string, string>> Query(IEnumerable<string> arguments) =>
        [.. arguments.Select(a => a.Split('=', 2)).Where(p => p.Length == 2).Select(p => new KeyValuePair<string, string>(p[0], p[1]))];
}
