namespace Strongroom.Server.Hosting;

/// <summary>What the server logs about itself. Names only, never values.</summary>
internal static partial class ServerLog
{
    [LoggerMessage(10, LogLevel.Information, "{File}: certificate loaded, good until {Until:u}.")]
    public static partial void CertificateLoaded(ILogger log, string file, DateTimeOffset until);

    [LoggerMessage(11, LogLevel.Error, "{File}: the certificate cannot be used ({Reason}); the one from before stays.")]
    public static partial void CertificateRefused(ILogger log, string file, string reason);

    [LoggerMessage(12, LogLevel.Information, "SIGHUP: certificates are read again, files of audit devices opened anew.")]
    public static partial void Reloading(ILogger log);

    [LoggerMessage(13, LogLevel.Information, "Stopping: running requests have {Seconds} seconds to finish.")]
    public static partial void Stopping(ILogger log, int seconds);

    [LoggerMessage(14, LogLevel.Information, "Listening on {Address}.")]
    public static partial void Listening(ILogger log, string address);
}
