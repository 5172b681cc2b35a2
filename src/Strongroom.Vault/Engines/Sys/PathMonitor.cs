using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Strongroom.Vault.Requests;
using Strongroom.Vault.Served;

namespace Strongroom.Vault.Engines.Sys;

/// <summary><c>sys/monitor</c>: the server's log as it goes on, until the client leaves, its token ends, the vault is sealed or the server stops.</summary>
internal static class PathMonitor
{
    /// <summary>How often it is looked whether the token is still good.</summary>
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(10);

    public static ValueTask<VaultResponse> HandleAsync(SysCall call, CancellationToken cancellationToken)
    {
        if (call.Request.Operation != VaultOperation.Read || call.Argument.Length > 0) throw call.Unsupported();
        var query = call.Request.Query;
        var level = VaultLogLine.LevelOf(query.GetValueOrDefault("log_level", "info")) ?? throw RequestFields.Invalid("unknown log level");
        var json = query.GetValueOrDefault("log_format", "standard") switch
        {
            "standard" or "unspecified" or "" => false,
            "json" => true,
            _ => throw RequestFields.Invalid("unknown log format"),
        };
        var monitor = call.Served.Options.Log.Follow(level) ?? throw RequestFields.Invalid($"{VaultLog.MonitorsMax} clients follow the log already");
        return new(VaultResponse.Streamed(json ? "application/json" : "text/plain; charset=utf-8", new LogStream(call, monitor, json)));
    }

    private sealed class LogStream(SysCall call, LogMonitor monitor, bool json) : ResponseStream
    {
        public override async ValueTask WriteAsync(PipeWriter output, CancellationToken cancellationToken)
        {
            var time = call.System.Time;
            var looked = time.GetTimestamp();
            // The client hears at once that it is let in.
            await output.FlushAsync(cancellationToken);
            while (await monitor.NextAsync(LookInterval, time, cancellationToken) is { } lines)
            {
                if (time.GetElapsedTime(looked) >= LookInterval)
                {
                    looked = time.GetTimestamp();
                    if (call.Request.Origin.Token is { } token && await call.System.Tokens.FindAsync(token, cancellationToken) is null) return;
                }
                foreach (var line in lines)
                {
                    if (json) line.WriteJson(output);
                    else output.Write(Encoding.UTF8.GetBytes(line.ToString()));
                    output.Write("\n"u8);
                }
                if (lines.Count > 0) await output.FlushAsync(cancellationToken);
            }
        }

        public override void Dispose() => monitor.Dispose();
    }
}
