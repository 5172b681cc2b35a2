using Strongroom.Cli.VaultApi.Output;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>How to log in with a method that the server has.</summary>
internal static class AuthHelpVerb
{
    public static readonly ApiVerb Verb = new("auth help", "TYPE|PATH", "Show how to log in with an auth method.", RunAsync)
    {
        Takes = (1, 1),
        Examples = [("vault auth help userpass", "what its login takes")],
    };

    private static async Task<int> RunAsync(ApiCall call)
    {
        var typed = call.Path(0).TrimEnd('/');
        if (Array.Find(LoginMethod.All, m => m.Name == typed) is { } known) return Show(call, known, typed);
        using var reply = await call.SendAsync("listing auth methods", new VaultCall("GET", "sys/auth"));
        var type = Envelope.Member(reply.Data, typed + "/") is { } mount ? Envelope.Member(mount, "type")?.GetString() : null;
        return Array.Find(LoginMethod.All, m => m.Name == type) is { } method
            ? Show(call, method, typed)
            : throw ApiCall.Invalid($"there is no help on {typed}", "vault auth list shows what is enabled");
    }

    private static int Show(ApiCall call, LoginMethod method, string path)
    {
        call.Screen.Line($"vault login -method={method.Name}{(path == method.Name ? "" : " -path=" + path)} {method.Takes}");
        return ApiExit.Success;
    }
}
