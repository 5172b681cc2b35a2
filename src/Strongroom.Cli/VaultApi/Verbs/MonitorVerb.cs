using Strongroom.Cli.VaultApi.Flags;
using Strongroom.Client;

namespace Strongroom.Cli.VaultApi.Verbs;

/// <summary>The server's log as it goes on.</summary>
internal static class MonitorVerb
{
    private static readonly Flag Level = new("log-level", "From which level on: trace, debug, info, warn or error.", "LEVEL");
    private static readonly Flag Form = new("log-format", "standard or json.", "FORMAT");

    public static readonly ApiVerb Verb = new("monitor", "", "Follow the server's log until you interrupt it.", RunAsync)
    {
        Flags = [Level, Form],
        Examples = [("vault monitor -log-level=debug", "everything that is told"), ("vault monitor -log-format=json", "for a program")],
    };

    private static async Task<int> RunAsync(ApiCall call)
    {
        var query = new List<KeyValuePair<string, string>>();
        if (call.Text(Level) is { } level) query.Add(new("log_level", level));
        if (call.Text(Form) is { } form) query.Add(new("log_format", form));
        try
        {
            using var reply = await call.Client.DownloadAsync(new VaultCall("GET", "sys/monitor") { Query = query }, call.Screen.Output, call.CancellationToken);
            return reply.IsSuccess ? ApiExit.Success : throw call.Refused("starting monitor", reply);
        }
        catch (OperationCanceledException) when (call.CancellationToken.IsCancellationRequested)
        {
            return ApiExit.Success;
        }
    }
}
