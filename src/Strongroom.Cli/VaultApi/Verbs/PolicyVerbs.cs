using Strongroom.Cli.VaultApi.Input;
using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>Policies on the server.</summary>
internal static class PolicyVerbs
{
    public static readonly ApiVerb[] All =
    [
        new("policy list", "", "List policies.", ListAsync) { Examples = [("vault policy list", "their names")] },
        new("policy read", "NAME", "Print a policy.", ReadAsync) { Takes = (1, 1), Examples = [("vault policy read app-policy", "its text")] },
        new("policy write", "NAME FILE", "Write a policy from a file, or from standard input with -. Of a file with several, the one of that name.", WriteAsync)
        {
            Takes = (2, 2),
            Examples = [("vault policy write app-policy vault-policies.hcl", "from a file"), ("vault policy write ci - < ci.hcl", "from standard input")],
        },
        new("policy delete", "NAME", "Delete a policy.", DeleteAsync) { Takes = (1, 1), Examples = [("vault policy delete app-policy", "tokens that have it lose what it allowed")] },
    ];

    private static async Task<int> ListAsync(ApiCall call)
    {
        using var reply = await call.SendAsync("listing policies", new VaultCall(VaultCall.List, "sys/policies/acl"));
        return call.Answer.Names(Envelope.Member(reply.Data, "keys") ?? default);
    }

    private static async Task<int> ReadAsync(ApiCall call)
    {
        var name = NameOf(call);
        using var reply = await call.FindAsync("reading policy named " + name, new VaultCall("GET", "sys/policies/acl/" + name));
        if (reply is null) return BasicVerbs.Show(call, null, $"No policy named: {name}");
        var text = Envelope.Member(reply.Data, "policy")?.GetString() ?? "";
        return call.Answer.Data(reply.Data, screen => screen.Line(text.TrimEnd('\n')));
    }

    private static async Task<int> WriteAsync(ApiCall call)
    {
        var name = NameOf(call);
        using var text = InputText.Read(call.Arguments[1]);
        if (text.Written.Trim(" \r\n\t"u8).IsEmpty) throw ApiCall.Invalid("the policy is empty");
        await call.PostAsync("uploading policy", "sys/policies/acl/" + name, writer => writer.WriteString("policy"u8, text.Written));
        return BasicVerbs.Done(call, $"Success! Uploaded policy: {name}");
    }

    private static async Task<int> DeleteAsync(ApiCall call)
    {
        var name = NameOf(call);
        using var reply = await call.FindAsync("deleting " + name, new VaultCall("DELETE", "sys/policies/acl/" + name));
        return BasicVerbs.Done(call, $"Success! Deleted policy: {name}");
    }

    /// <summary>Names of policies are in small letters.</summary>
    private static string NameOf(ApiCall call) => call.Arguments[0].Trim().ToLowerInvariant();
}
