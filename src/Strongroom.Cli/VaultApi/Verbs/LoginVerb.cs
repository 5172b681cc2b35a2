using System.Text;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Gets a token and keeps it for the next call.</summary>
internal static class LoginVerb
{
    private static readonly Flag Method = new("method", "How: token, approle, userpass, ldap, jwt, oidc, kubernetes, cert, or any other that takes key=value.", "METHOD");
    private static readonly Flag Path = new("path", "Where the method is mounted, when that is not its name.", "PATH");
    private static readonly Flag NoStore = new("no-store", "Show the token and do not keep it.");
    private static readonly Flag TokenOnly = new("token-only", "Print the token only and do not keep it.");
    private static readonly Flag NoPrint = new("no-print", "Keep the token and do not show it.");

    public static readonly ApiVerb Verb = new("login", "[TOKEN | KEY=VALUE...]", "Log in, and keep the token in ~/.vault-token for the next commands.", RunAsync)
    {
        Takes = (0, 64),
        Flags = [Method, Path, NoStore, TokenOnly, NoPrint],
        Examples =
        [
            ("vault login", "asks for a token"),
            ("vault login -method=userpass username=alice", "asks for the password"),
            ("vault login -method=oidc role=developer", "in a browser, at the provider of the role"),
            ("vault login -method=approle role_id=$VAULT_ROLE_ID secret_id=$VAULT_SECRET_ID", "in a job"),
        ],
    };

    private static async Task<int> RunAsync(ApiCall call)
    {
        var name = call.Text(Method) ?? "token";
        using var reply = name == "token" ? await TokenAsync(call) : await MethodAsync(call, name);
        if (Envelope.Member(reply.Json, "wrap_info") is not null) return call.Answer.Secret(reply);
        using var token = TokenOf(reply, name);
        if (call.Switch(TokenOnly))
        {
            call.Screen.Bytes(token.Reveal());
            if (Processes.Libc.isatty(1) == 1) call.Screen.Line();
            return ApiExit.Success;
        }
        var isKept = !call.Switch(NoStore);
        if (isKept) Keep(call, token);
        if (call.Switch(NoPrint)) return ApiExit.Success;
        call.Answer.Say(isKept
            ? "Success! You are now authenticated. The token information displayed below\nis already stored in the token helper. You do NOT need to run \"vault login\"\nagain. Future Vault requests will automatically use this token.\n"
            : "Success! You are now authenticated. The token was not stored in token helper.\nSet the VAULT_TOKEN environment variable or pass the token below with each\nrequest to Vault.\n");
        return name == "token" ? ShowToken(call, reply, token) : call.Answer.Secret(reply);
    }

    /// <summary>A token proves itself by a look at itself.</summary>
    private static async Task<VaultReply> TokenAsync(ApiCall call)
    {
        if (call.Arguments.Count > 1) throw ApiCall.Invalid("login takes one token");
        using var token = Typed(call);
        return await call.SendAsync("authenticating: error looking up token", new VaultCall("GET", "auth/token/lookup-self") { Token = token });
    }

    private static SecretValue Typed(ApiCall call)
    {
        var argument = call.Arguments.Count == 0 ? null : call.Arguments[0];
        if (argument is null && call.MayAsk && SecretInput.CanPrompt) return SecretInput.Prompt("Token (will be hidden)");
        if (argument is not null && argument.StartsWith("token=", StringComparison.Ordinal)) argument = argument["token=".Length..];
        using var text = argument is null or "-" ? InputText.ReadStandardInput() : InputText.ReadValue(argument);
        var trimmed = text.Written.Trim(" \r\n\t"u8);
        return trimmed.IsEmpty ? throw ApiCall.Invalid("no token was given") : SecretValue.FromBytes(trimmed);
    }

    private static async Task<VaultReply> MethodAsync(ApiCall call, string name)
    {
        var method = Array.Find(LoginMethod.All, m => m.Name == name) ?? new LoginMethod(name, "key=value…");
        using var values = KeyValues.Parse(call.Arguments);
        var mount = (call.Text(Path) ?? name).Trim('/');
        if (name == "oidc") return await OidcLogin.RunAsync(call, mount, OidcLoginOptions.Of(values));
        var path = $"auth/{mount}/{method.Endpoint(values)}";
        using var body = ApiCall.Body(writer => method.Write(writer, values, call.MayAsk));
        return await call.SendAsync("authenticating", new VaultCall("PUT", path) { Body = body.WrittenMemory, IsAnonymous = true });
    }

    private static SecretValue TokenOf(VaultReply reply, string method)
    {
        var token = method == "token" ? Envelope.Member(reply.Data, "id") : Envelope.Member(reply.Auth, "client_token");
        return token?.GetString() is { Length: > 0 } text
            ? SecretValue.FromBytes(Encoding.UTF8.GetBytes(text))
            : throw new RemoteFault("Error authenticating: the server answered without a token");
    }

    private static void Keep(ApiCall call, SecretValue token)
    {
        var file = VaultTokenFile.OfUser(ApiCall.Variable) ?? throw ApiCall.Invalid("HOME is not set, so the token cannot be kept", "-no-store shows it");
        file.Write(token);
        if (ApiCall.Variable(VaultEnvironment.Token) is { Length: > 0 })
            call.Screen.Note("WARNING! The VAULT_TOKEN environment variable is set! The value of this variable\nwill take precedence; if this is unwanted please unset VAULT_TOKEN or update its\nvalue accordingly.\n");
    }

    /// <summary>A looked up token in the form that a login has.</summary>
    private static int ShowToken(ApiCall call, VaultReply reply, SecretValue token)
    {
        using var body = ApiCall.Body(writer =>
        {
            writer.WriteString("request_id", "");
            writer.WriteString("lease_id", "");
            writer.WriteNumber("lease_duration", 0);
            writer.WriteBoolean("renewable", value: false);
            writer.WriteNull("data");
            writer.WriteNull("warnings");
            writer.WriteStartObject("auth");
            writer.WriteString("client_token"u8, token.Reveal());
            foreach (var (member, source) in new[] { ("accessor", "accessor"), ("policies", "policies"), ("token_policies", "policies"), ("identity_policies", "identity_policies"), ("metadata", "meta"), ("lease_duration", "ttl") })
            {
                if (Envelope.Member(reply.Data, source) is not { } value) continue;
                writer.WritePropertyName(member);
                value.WriteTo(writer);
            }
            writer.WriteBoolean("renewable", Envelope.Member(reply.Data, "renewable") is { ValueKind: System.Text.Json.JsonValueKind.True });
            writer.WriteEndObject();
        });
        using var document = System.Text.Json.JsonDocument.Parse(body.WrittenMemory);
        return call.Answer.Secret(document.RootElement);
    }
}
