using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Xunit;

namespace Strongroom.Conformance;

/// <summary>
/// A real PostgreSQL of its own folder and port, with passwords by SCRAM on 127.0.0.1. It runs as another user where we are root, as it
/// insists on; its administrator is <c>admin</c>. Tests that want it are skipped where it is not installed.
/// </summary>
public sealed class PostgresServer : IAsyncDisposable
{
    private readonly string _folder;
    private readonly string _bin;

    private PostgresServer(string folder, string bin, int port) => (_folder, _bin, Port) = (folder, bin, port);

    public const string Host = "127.0.0.1";

    public const string Admin = "admin";

    public int Port { get; }

    public string AdminPassword { get; } = "admin-of-a-test";

    public string AdminConnectionString => $"Host={Host};Port={Port};Database=postgres;Username={Admin};Password={AdminPassword}";

    /// <summary>Makes and starts a server; it takes about two seconds.</summary>
    public static async Task<PostgresServer> StartAsync()
    {
        var bin = Directory.Exists("/usr/lib/postgresql")
            ? Directory.GetDirectories("/usr/lib/postgresql").Select(version => Path.Combine(version, "bin")).Where(folder => File.Exists(Path.Combine(folder, "initdb"))).Max()
            : null;
        Assert.SkipWhen(bin is null, "PostgreSQL is not installed: apt-get install postgresql");
        var server = new PostgresServer(Directory.CreateTempSubdirectory("strongroom-pg").FullName, bin!, FreePort());
        var passwordFile = Path.Combine(server._folder, "password");
        await File.WriteAllTextAsync(passwordFile, server.AdminPassword);
        if (IsRoot) await RunAsync("chown", "-R", "postgres", server._folder);
        await server.RunToolAsync("initdb", "-D", server.Data, "-U", Admin, "-A", "scram-sha-256", "--pwfile", passwordFile, "--no-sync");
        await server.RunToolAsync("pg_ctl", "start", "-w", "-D", server.Data, "-l", Path.Combine(server._folder, "log"), "-o", $"-p {server.Port} -c listen_addresses={Host} -c unix_socket_directories={server._folder} -c fsync=off -c max_connections=60");
        return server;
    }

    public async ValueTask DisposeAsync()
    {
        await RunToolAsync("pg_ctl", "stop", "-m", "immediate", "-D", Data);
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsRoot => Environment.UserName == "root";

    private string Data => Path.Combine(_folder, "data");

    private Task RunToolAsync(string tool, params string[] arguments)
    {
        var path = Path.Combine(_bin, tool);
        return IsRoot ? RunAsync("setpriv", ["--reuid=postgres", "--regid=postgres", "--clear-groups", path, .. arguments]) : RunAsync(path, arguments);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        // Its output is not taken through a pipe: the server that pg_ctl leaves behind would hold it open.
        using var process = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" >/dev/null 2>&1 </dev/null", "sh", program, .. arguments]) { WorkingDirectory = "/" })!;
        await process.WaitForExitAsync();
        if (process.ExitCode != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
