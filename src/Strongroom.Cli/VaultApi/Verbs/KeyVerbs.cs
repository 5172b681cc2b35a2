using System.Text;
using System.Text.Json;
using Strongroom.Cli.Terminal;
using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;
using Strongroom.Secrets;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>The keys of a server: new data key, new shares, a new root token.</summary>
internal static class KeyVerbs
{
    private static readonly Flag Init = new("init", "Begin.");
    private static readonly Flag Cancel = new("cancel", "Give up what was begun.");
    private static readonly Flag Status = new("status", "Show how far it is.");
    private static readonly Flag Verify = new("verify", "The share is a new one, to prove that it was received.");
    private static readonly Flag Nonce = new("nonce", "Which one: -init tells it.", "NONCE");
    private static readonly Flag Target = new("target", "barrier, or recovery for a server that unseals itself.", "WORD");
    private static readonly Flag Shares = new("key-shares", "In how many shares the new key is split: 5 unless said otherwise.", "N") { Aliases = ["n"] };
    private static readonly Flag Threshold = new("key-threshold", "How many of them open the vault: 3 unless said otherwise.", "N") { Aliases = ["t"] };
    private static readonly Flag NeedsVerify = new("require-verification", "The new shares count once enough of them were given back.");
    private static readonly Flag Otp = new("otp", "The one-time password of -init.", "OTP");
    private static readonly Flag Decode = new("decode", "Decode this token with -otp.", "TOKEN");
    private static readonly Flag GenerateOtp = new("generate-otp", "Print a one-time password.");

    public static readonly ApiVerb[] All =
    [
        new("operator key-status", "", "Show the term of the data key.", KeyStatusAsync) { Examples = [("vault operator key-status", "its number, its age, how often it was used")] },
        new("operator rotate", "", "Begin a new data key; what is stored stays readable.", RotateAsync) { Examples = [("vault operator rotate", "a new term")] },
        new("operator rekey", "[KEY]", "Make new shares of the key: -init begins, then each keeper gives a share.", RekeyAsync)
        {
            Takes = (0, 1),
            Flags = [Init, Cancel, Status, Verify, Nonce, Target, Shares, Threshold, NeedsVerify],
            Examples = [("vault operator rekey -init -key-shares=5 -key-threshold=3", "prints a nonce"), ("vault operator rekey -nonce=…", "asks for a share")],
        },
        new("operator generate-root", "[KEY]", "Make a root token with shares of the key: -init begins, then each keeper gives a share.", GenerateRootAsync)
        {
            Takes = (0, 1),
            Flags = [Init, Cancel, Status, Nonce, Otp, Decode, GenerateOtp],
            Examples = [("vault operator generate-root -init", "prints a nonce and a one-time password"), ("vault operator generate-root -decode=… -otp=…", "the token at the end")],
        },
    ];

    private static async Task<int> KeyStatusAsync(ApiCall call)
    {
        using var reply = await call.SendAsync("reading key status", new VaultCall("GET", "sys/key-status"));
        return ShowKey(call, reply);
    }

    private static async Task<int> RotateAsync(ApiCall call)
    {
        await call.PostAsync("rotating key", "sys/rotate", _ => { });
        call.Answer.Say("Success! Rotated key\n");
        return await KeyStatusAsync(call);
    }

    private static int ShowKey(ApiCall call, VaultReply reply)
    {
        var data = reply.Data.ValueKind == JsonValueKind.Object ? reply.Data : reply.Json;
        return call.Answer.Data(data, screen =>
        {
            var table = new Columns("Key", "Value");
            table.Add("Key Term", Text(data, "term"));
            table.Add("Install Time", Text(data, "install_time"));
            table.Add("Encryption Count", Text(data, "encryptions"));
            table.Write(screen);
        });
    }

    private static async Task<int> RekeyAsync(ApiCall call)
    {
        var root = call.Text(Target) is "recovery" ? "sys/rekey-recovery-key" : "sys/rekey";
        if (call.Switch(Verify)) return await GiveShareAsync(call, root + "/verify", root + "/verify", "verifying the rekey");
        return await StepsAsync(call, root + "/init", root + "/update", "rekeying", writer =>
        {
            OperatorVerbs.WriteNumber(writer, "secret_shares", call.Text(Shares) ?? "5");
            OperatorVerbs.WriteNumber(writer, "secret_threshold", call.Text(Threshold) ?? "3");
            if (call.Switch(NeedsVerify)) writer.WriteBoolean("require_verification", value: true);
        });
    }

    private static async Task<int> GenerateRootAsync(ApiCall call)
    {
        if (call.Text(Decode) is { } encoded) return DecodeToken(call, encoded);
        if (call.Switch(GenerateOtp))
        {
            using var status = await call.SendAsync("asking for the length of the password", new VaultCall("GET", "sys/generate-root/attempt"));
            var length = Envelope.Member(status.Json, "otp_length")?.GetInt32() ?? 28;
            call.Screen.Line(System.Security.Cryptography.RandomNumberGenerator.GetString("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz", length));
            return ApiExit.Success;
        }
        return await StepsAsync(call, "sys/generate-root/attempt", "sys/generate-root/update", "generating a root token", writer =>
        {
            if (call.Text(Otp) is { } otp) writer.WriteString("otp", otp);
        });
    }

    private static async Task<int> StepsAsync(ApiCall call, string attempt, string update, string doing, Action<Utf8JsonWriter> begin)
    {
        if (call.Switch(Cancel))
        {
            using var cancelled = await call.SendAsync("cancelling", new VaultCall("DELETE", attempt));
            return BasicVerbs.Done(call, $"Success! Canceled {doing} (if it was started)");
        }
        if (!call.Switch(Init) && !call.Switch(Status)) return await GiveShareAsync(call, attempt, update, doing);
        using var reply = call.Switch(Init) ? await call.PostForAsync("initializing " + doing, attempt, begin) : await call.SendAsync("reading the status of " + doing, new VaultCall("GET", attempt));
        return ShowProgress(call, reply.Json);
    }

    private static async Task<int> GiveShareAsync(ApiCall call, string attempt, string update, string doing)
    {
        var nonce = call.Text(Nonce);
        if (nonce is null)
        {
            using var status = await call.SendAsync("reading the status of " + doing, new VaultCall("GET", attempt));
            if (Envelope.Member(status.Json, "started") is { ValueKind: JsonValueKind.False }) throw ApiCall.Invalid("nothing was begun", $"vault {call.Verb.Name} -init");
            nonce = Text(status.Json, "nonce");
            if (nonce.Length == 0) throw ApiCall.Invalid("the server tells nobody which one was begun", "give -nonce, which -init printed");
        }
        using var share = Share(call, 0, "Unseal Key (will be hidden)");
        using var reply = await call.PostForAsync(doing, update, writer =>
        {
            writer.WriteString("key"u8, share.Reveal());
            writer.WriteString("nonce", nonce);
        });
        return ShowProgress(call, reply.Json);
    }

    /// <summary>How far it is, or what came out at the end.</summary>
    private static int ShowProgress(ApiCall call, JsonElement state) => call.Answer.Data(state, screen =>
    {
        if (Envelope.Member(state, "keys_base64") is { ValueKind: JsonValueKind.Array } keys)
        {
            var number = 0;
            foreach (var key in keys.EnumerateArray()) screen.Line($"Key {++number}: {key.GetString()}");
            screen.Line();
            screen.Line($"Operation nonce: {Text(state, "nonce")}");
            if (Text(state, "verification_required") == "true") screen.Line($"\nThe new shares count once they were given back: vault operator rekey -verify -nonce={Text(state, "verification_nonce")}");
            return;
        }
        var table = new Columns("Key", "Value");
        foreach (var (member, title) in new[]
                 {
                     ("nonce", "Nonce"), ("started", "Started"), ("n", "New Shares"), ("t", "New Threshold"), ("progress", "Progress"), ("required", "Required"),
                     ("complete", "Complete"), ("otp", "OTP"), ("otp_length", "OTP Length"), ("encoded_token", "Encoded Token"),
                 })
        {
            if (Envelope.Member(state, member) is { } value && GoText.Of(value).Length > 0) table.Add(title, GoText.Of(value));
        }
        table.Write(screen);
    });

    /// <summary>A share of the key: an argument, standard input for <c>-</c>, or asked for.</summary>
    public static SecretValue Share(ApiCall call, int argument, string question)
    {
        if (call.Arguments.Count <= argument)
        {
            if (!call.MayAsk || !SecretInput.CanPrompt) throw ApiCall.Invalid("no share of the key was given", "pipe it in with - as the argument");
            return SecretInput.Prompt(question);
        }
        using var text = InputText.ReadValue(call.Arguments[argument]);
        return SecretValue.FromBytes(text.Written.Trim(" \r\n\t"u8));
    }

    /// <summary>The token is laid over the one-time password byte by byte, in base64 without padding.</summary>
    private static int DecodeToken(ApiCall call, string encoded)
    {
        var otp = Encoding.UTF8.GetBytes(call.Text(Otp) ?? throw ApiCall.Invalid("-decode needs -otp"));
        var bytes = new byte[encoded.Length];
        if (!Convert.TryFromBase64String(encoded.TrimEnd('=').PadRight((encoded.TrimEnd('=').Length + 3) / 4 * 4, '='), bytes, out var length) || length != otp.Length)
            throw ApiCall.Invalid("the token does not belong to this one-time password");
        for (var i = 0; i < length; i++) bytes[i] ^= otp[i];
        call.Screen.Bytes(bytes.AsSpan(0, length));
        call.Screen.Line();
        return ApiExit.Success;
    }

    private static string Text(JsonElement root, string name) => Envelope.Member(root, name) is { } value ? GoText.Of(value) : "";
}
