using System.Globalization;
using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Making, opening and closing a server's vault.</summary>
internal static class OperatorVerbs
{
    private static readonly Flag Shares = new("key-shares", "In how many shares the key is split: 5 unless said otherwise.", "N") { Aliases = ["n"] };
    private static readonly Flag Threshold = new("key-threshold", "How many of them open the vault: 3 unless said otherwise.", "N") { Aliases = ["t"] };
    private static readonly Flag RecoveryShares = new("recovery-shares", "The same for a server that unseals itself.", "N");
    private static readonly Flag RecoveryThreshold = new("recovery-threshold", "The same for a server that unseals itself.", "N");
    private static readonly Flag InitStatus = new("status", "Only tell: exit code 0 when it is initialised, 2 when not.");
    private static readonly Flag Reset = new("reset", "Forget the shares given so far.");
    private static readonly Flag Migrate = new("migrate", "The share is for a change of the seal.");

    public static readonly ApiVerb[] All =
    [
        new("operator init", "", "Make a new vault: prints the shares of its key and its first token, once.", InitAsync)
        {
            Flags = [Shares, Threshold, RecoveryShares, RecoveryThreshold, InitStatus],
            Examples = [("vault operator init -key-shares=5 -key-threshold=3", "give each share to another person"), ("vault operator init -status", "whether it was done")],
        },
        new("operator unseal", "[KEY]", "Give one share of the key; asked for when it is not an argument.", UnsealAsync)
        {
            Takes = (0, 1),
            Flags = [Reset, Migrate],
            Examples = [("vault operator unseal", "each keeper of a share does this"), ("vault operator unseal -reset", "begin again")],
        },
        new("operator seal", "", "Close the vault: nothing can be read until it is unsealed.", SealAsync) { Examples = [("vault operator seal", "in an emergency")] },
        new("operator step-down", "", "Let another server take over.", StepDownAsync) { Examples = [("vault operator step-down", "before maintenance")] },
    ];

    private static async Task<int> InitAsync(ApiCall call)
    {
        if (call.Switch(InitStatus)) return await StatusAsync(call);
        using var reply = await call.PostForAsync("initializing", "sys/init", writer =>
        {
            WriteNumber(writer, "secret_shares", call.Text(Shares) ?? "5");
            WriteNumber(writer, "secret_threshold", call.Text(Threshold) ?? "3");
            if (call.Text(RecoveryShares) is { } shares) WriteNumber(writer, "recovery_shares", shares);
            if (call.Text(RecoveryThreshold) is { } threshold) WriteNumber(writer, "recovery_threshold", threshold);
        });
        var keys = Envelope.Member(reply.Json, "keys_base64") ?? default;
        if (!call.Answer.IsTable || call.Answer.IsField)
        {
            using var body = ApiCall.Body(writer => WriteInit(writer, call, reply.Json));
            using var document = JsonDocument.Parse(body.WrittenMemory);
            return call.Answer.Data(document.RootElement, _ => { });
        }
        ShowKeys(call.Screen, "Unseal Key", keys);
        if (Envelope.Member(reply.Json, "recovery_keys_base64") is { } recovery) ShowKeys(call.Screen, "Recovery Key", recovery);
        call.Screen.Line();
        call.Screen.Line("Initial Root Token: " + (Envelope.Member(reply.Json, "root_token")?.GetString() ?? ""));
        var (count, needed) = (keys.ValueKind == JsonValueKind.Array ? keys.GetArrayLength() : 0, call.Text(Threshold) ?? "3");
        if (count == 0) return ApiExit.Success;
        call.Screen.Line();
        call.Screen.Line($"""
            Vault initialized with {count} key shares and a key threshold of {needed}. Please securely
            distribute the key shares printed above. When the Vault is re-sealed,
            restarted, or stopped, you must supply at least {needed} of these keys to unseal it
            before it can start servicing requests.

            Vault does not store the generated root key. Without at least {needed} keys to
            reconstruct the root key, Vault will remain permanently sealed!

            It is possible to generate new unseal keys, provided you have a quorum of
            existing unseal keys shares. See "vault operator rekey" for more information.
            """);
        return ApiExit.Success;
    }

    private static void ShowKeys(Screen screen, string title, JsonElement keys)
    {
        if (keys.ValueKind != JsonValueKind.Array) return;
        var number = 0;
        foreach (var key in keys.EnumerateArray()) screen.Line($"{title} {++number}: {key.GetString()}");
    }

    private static void WriteInit(Utf8JsonWriter writer, ApiCall call, JsonElement reply)
    {
        foreach (var (member, source) in new[] { ("unseal_keys_b64", "keys_base64"), ("unseal_keys_hex", "keys") })
        {
            writer.WritePropertyName(member);
            if (Envelope.Member(reply, source) is { } keys) keys.WriteTo(writer);
            else writer.WriteNullValue();
        }
        WriteNumber(writer, "unseal_shares", call.Text(Shares) ?? "5");
        WriteNumber(writer, "unseal_threshold", call.Text(Threshold) ?? "3");
        foreach (var (member, source) in new[] { ("recovery_keys_b64", "recovery_keys_base64"), ("recovery_keys_hex", "recovery_keys") })
        {
            writer.WritePropertyName(member);
            if (Envelope.Member(reply, source) is { } keys)
            {
                keys.WriteTo(writer);
                continue;
            }
            writer.WriteStartArray();
            writer.WriteEndArray();
        }
        WriteNumber(writer, "recovery_keys_shares", call.Text(RecoveryShares) ?? "0");
        WriteNumber(writer, "recovery_keys_threshold", call.Text(RecoveryThreshold) ?? "0");
        writer.WriteString("root_token", Envelope.Member(reply, "root_token")?.GetString());
    }

    private static async Task<int> StatusAsync(ApiCall call)
    {
        using var reply = await call.SendAsync("checking init status", new VaultCall("GET", "sys/init") { IsAnonymous = true });
        var isDone = Envelope.Member(reply.Json, "initialized") is { ValueKind: JsonValueKind.True };
        call.Answer.Data(reply.Json, screen => screen.Line(isDone ? "Vault is initialized" : "Vault is not initialized"));
        return isDone ? ApiExit.Success : ApiExit.Remote;
    }

    private static async Task<int> UnsealAsync(ApiCall call)
    {
        using var share = call.Switch(Reset) ? null : KeyVerbs.Share(call, 0, "Unseal Key (will be hidden)");
        using var reply = await call.PostForAsync("unsealing", "sys/unseal", writer =>
        {
            if (share is not null) writer.WriteString("key"u8, share.Reveal());
            else writer.WriteBoolean("reset", value: true);
            if (call.Switch(Migrate)) writer.WriteBoolean("migrate", value: true);
        });
        return call.Answer.Data(reply.Json, _ => StatusVerb.Table(call, reply.Json, default, Envelope.Member(reply.Json, "sealed") is { ValueKind: JsonValueKind.True }));
    }

    private static async Task<int> SealAsync(ApiCall call)
    {
        await call.PostAsync("sealing", "sys/seal", _ => { });
        return BasicVerbs.Done(call, "Success! Vault is sealed.");
    }

    private static async Task<int> StepDownAsync(ApiCall call)
    {
        await call.PostAsync("stepping down", "sys/step-down", _ => { });
        return BasicVerbs.Done(call, $"Success! Stepped down: {call.Client.Options.Address.AbsoluteUri.TrimEnd('/')}");
    }

    public static void WriteNumber(Utf8JsonWriter writer, string name, string text) => writer.WriteNumber(
        name, int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : throw ApiCall.Invalid($"{name.Replace('_', '-')} is a number"));
}
