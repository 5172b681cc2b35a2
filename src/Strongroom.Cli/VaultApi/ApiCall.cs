using System.Text;
using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi;

/// <summary>One call of a verb: what was typed, the server to ask, the screen to answer on.</summary>
internal sealed class ApiCall : IDisposable
{
    private readonly FlagWords _words;
    private VaultClient? _client;
    private SecretValue? _token;

    public ApiCall(ApiVerb verb, FlagWords words, Screen screen, CancellationToken cancellationToken)
    {
        (Verb, _words, Screen, CancellationToken) = (verb, words, screen, cancellationToken);
        Answer = new Answer(screen, words.Text(CommonFlags.Format) ?? Variable("VAULT_FORMAT"), words.Text(CommonFlags.Field));
    }

    public ApiVerb Verb { get; }

    public Screen Screen { get; }

    public CancellationToken CancellationToken { get; }

    /// <summary>Where the answer goes.</summary>
    public Answer Answer { get; }

    public IReadOnlyList<string> Arguments => _words.Arguments;

    public bool MayAsk => !Switch(CommonFlags.NonInteractive);

    /// <summary>The connection, with the token that was found.</summary>
    public VaultClient Client => _client ??= Connect();

    public string? Text(Flag flag) => _words.Text(flag);

    public bool Switch(Flag flag) => _words.Switch(flag);

    public bool? SwitchOrNull(Flag flag) => _words.SwitchOrNull(flag);

    public IReadOnlyList<string> All(Flag flag) => _words.All(flag);

    public static string? Variable(string name) => Environment.GetEnvironmentVariable(name);

    /// <summary>An argument that is a path of the server.</summary>
    public string Path(int index) => Arguments[index].Trim().TrimStart('/');

    /// <summary>Sends a request that must succeed. The caller disposes the answer.</summary>
    /// <param name="doing">What failed, when it fails: <c>reading secret/x</c>.</param>
    /// <exception cref="RemoteFault">It did not.</exception>
    public async Task<VaultReply> SendAsync(string doing, VaultCall call)
    {
        var reply = await TrySendAsync(call);
        return reply.IsSuccess ? reply : throw Refused(doing, reply, call.Token is not null);
    }

    /// <summary>The same, with null for <c>404</c>, which says that there is nothing.</summary>
    public async Task<VaultReply?> FindAsync(string doing, VaultCall call)
    {
        var reply = await TrySendAsync(call);
        if (reply.IsSuccess) return reply;
        // A deleted version is a 404 with data: that is an answer.
        if (reply.Status != System.Net.HttpStatusCode.NotFound || reply.Errors.Count > 0) throw Refused(doing, reply);
        if (reply.Data.ValueKind == JsonValueKind.Object || reply.Warnings.Count > 0) return reply;
        reply.Dispose();
        return null;
    }

    /// <summary>Sends a request whose answer is all the same for the caller to judge.</summary>
    public async Task<VaultReply> TrySendAsync(VaultCall call)
    {
        if (Switch(CommonFlags.OutputCurl)) throw Show(RequestText.Curl(Client, call));
        if (Switch(CommonFlags.OutputPolicy)) throw Show(RequestText.Policy(call));
        return await Client.SendAsync(call, CancellationToken);
    }

    /// <summary>Sends a request that only prepares the one that was asked for: it is neither shown nor wrapped.</summary>
    public async Task<VaultReply> PrepareAsync(string doing, VaultCall call)
    {
        var reply = await Client.SendAsync(call with { WrapTtl = "" }, CancellationToken);
        return reply.IsSuccess ? reply : throw Refused(doing, reply);
    }

    /// <summary>Sends an object and needs no answer.</summary>
    public async Task PostAsync(string doing, string path, Action<Utf8JsonWriter> fields, string method = "PUT")
    {
        using var reply = await PostForAsync(doing, path, fields, method);
        Answer.Warn(reply);
    }

    /// <summary>Sends an object. The caller disposes the answer.</summary>
    public async Task<VaultReply> PostForAsync(string doing, string path, Action<Utf8JsonWriter> fields, string method = "PUT")
    {
        using var body = Body(fields);
        return await SendAsync(doing, new VaultCall(method, path) { Body = body.WrittenMemory });
    }

    public static SecretBuffer Body(Action<Utf8JsonWriter> fields)
    {
        var buffer = new SecretBuffer();
        using var writer = new Utf8JsonWriter(buffer);
        writer.WriteStartObject();
        fields(writer);
        writer.WriteEndObject();
        return buffer;
    }

    /// <summary>What the server said, in the form that Vault's command line gives it.</summary>
    public RemoteFault Refused(string doing, VaultReply reply, bool hadToken = false)
    {
        var text = new StringBuilder($"Error {doing}: Error making API request.\n\n");
        if (Client.Options.Namespace is { } name) text.Append($"Namespace: {name}\n");
        text.Append($"URL: {reply.Method} {reply.Address}\nCode: {(int)reply.Status}.");
        if (reply.Errors is { Count: > 0 } errors)
        {
            text.Append(" Errors:\n\n");
            text.AppendJoin('\n', errors.Select(e => "* " + e));
        }
        else if (reply.Json.ValueKind == JsonValueKind.Undefined && reply.Bytes.Length is > 0 and < 4096)
        {
            text.Append(" Raw Message:\n\n").Append(Encoding.UTF8.GetString(reply.Bytes));
        }
        else
        {
            text.Append(" Errors:\n");
        }
        var refusal = text.ToString().TrimEnd();
        reply.Dispose();
        if ((int)reply.Status is 401 or 403 && !hadToken && Client.Options.Token is null) refusal += "\n\nNo token was sent: log in first (vault login), or set VAULT_TOKEN.";
        return new RemoteFault(refusal);
    }

    public static SecretException Invalid(string reason, string? help = null) => new(SecretErrorKind.InvalidInput, reason, help: help);

    public void Dispose()
    {
        _client?.Dispose();
        _token?.Dispose();
    }

    private RequestShown Show(string text)
    {
        Screen.Line(text);
        return new RequestShown();
    }

    private VaultClient Connect()
    {
        var options = VaultEnvironment.Read(name => name switch
        {
            VaultEnvironment.Address => Text(CommonFlags.Address) ?? Variable(name),
            "VAULT_NAMESPACE" => Text(CommonFlags.Namespace) ?? Variable(name),
            "VAULT_CACERT" => Text(CommonFlags.AuthorityFile) ?? Variable(name),
            "VAULT_CAPATH" => Text(CommonFlags.AuthorityFolder) ?? Variable(name),
            "VAULT_CLIENT_CERT" => Text(CommonFlags.ClientCertificate) ?? Variable(name),
            "VAULT_CLIENT_KEY" => Text(CommonFlags.ClientKey) ?? Variable(name),
            "VAULT_TLS_SERVER_NAME" => Text(CommonFlags.ServerName) ?? Variable(name),
            "VAULT_SKIP_VERIFY" => Text(CommonFlags.SkipVerify) ?? Variable(name),
            "VAULT_WRAP_TTL" => Text(CommonFlags.WrapTtl) ?? Variable(name),
            // A person sees at once that it failed; repeating is for programs.
            "VAULT_MAX_RETRIES" => Variable(name) ?? "0",
            _ => Variable(name),
        });
        _token = VaultTokenFile.Find(Variable);
        return new VaultClient(options with { Token = _token, Headers = [.. All(CommonFlags.Header).Select(HeaderOf)] });
    }

    private static KeyValuePair<string, string> HeaderOf(string text)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        if (equals <= 0) throw Invalid("-header is name=value");
        var name = text[..equals];
        return name.StartsWith("X-Vault-", StringComparison.OrdinalIgnoreCase)
            ? throw Invalid($"{name} has its own way: -namespace, -wrap-ttl, VAULT_TOKEN")
            : new(name, text[(equals + 1)..]);
    }
}
