using System.Net;
using Strongroom.Secrets;
using Strongroom.Server.Configuration;

namespace Strongroom.Server;

/// <summary>The command line of the server, with Vault's own words: <c>-config=…</c>, <c>-dev</c>.</summary>
internal sealed record ServerArguments
{
    private const string Help = """
        strongroom server: serves a vault to programs that speak the API of HashiCorp Vault

        Usage:
          strongroom server -config=FILE          a vault of its own, as the file says (HCL or JSON)
          strongroom server -dev                  in memory, unsealed, for trying things out
          strongroom server -project[=FOLDER]     the vault of a project, with a token of this run

        Options:
          -config=PATH                            a file, or a folder of .hcl and .json files; may be repeated
          -accept-restored                        serve a vault that is older than its audit log, as after restoring a copy
          -new-root-token                         with -config of a vault that opens by itself: print a root token of one hour, and end
          -dev-root-token-id=TOKEN                the root token of -dev (default: root)
          -dev-listen-address=ADDRESS:PORT        where -dev and -project listen (default: 127.0.0.1:8200)
          -allow-host=NAME                        a name besides localhost by which -dev and -project may be asked, as vault in http://vault:8200; may be repeated
          -help                                   this text
          -version                                the version

        Examples:
          strongroom server -dev
              then, elsewhere: export VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=root

          strongroom server -config=/etc/strongroom/server.hcl
              with, in the file:
                listener "tcp" {
                  address       = "0.0.0.0:8200"
                  tls_cert_file = "/etc/strongroom/tls.crt"
                  tls_key_file  = "/etc/strongroom/tls.key"
                }
                storage "file" { path = "/var/lib/strongroom" }
              then, once: strongroom operator init

          strongroom server -project
              serves .strongroom/vault.db of the project here

        Signals: SIGHUP reads the certificates again and opens the files of audit devices anew; SIGTERM and Ctrl-C stop, after running requests.
        """;

    /// <summary>Whether to serve a new vault in memory.</summary>
    public bool Dev { get; init; }

    public string? DevRootToken { get; init; } = "root";

    public IPEndPoint DevListen { get; init; } = new(IPAddress.Loopback, 8200);

    /// <summary>The names by which -dev and -project may be asked besides those of this machine.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = [];

    /// <summary>The listener of -dev and -project.</summary>
    public ListenerConfiguration LocalListener => new() { Address = DevListen, HostNames = AllowedHosts };

    /// <summary>Files and folders of configuration.</summary>
    public IReadOnlyList<string> Configurations { get; init; } = [];

    /// <summary>Folder of the project whose vault is served, or null.</summary>
    public string? Project { get; init; }

    public bool AcceptRestored { get; init; }

    /// <summary>Whether to make a root token and end, instead of serving.</summary>
    public bool NewRootToken { get; init; }

    /// <summary>Reads the arguments; null when help or the version was asked for and given. Throws InvalidInput.</summary>
    public static ServerArguments? Parse(string[] args)
    {
        var arguments = new ServerArguments();
        for (var i = 0; i < args.Length; i++)
        {
            var equals = args[i].IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (args[i], null) : (args[i][..equals], args[i][(equals + 1)..]);
            // As with Vault, a value may also be the next word.
            string Value() => value ?? (i + 1 < args.Length ? args[++i] : throw Fault($"{name} needs a value"));
            switch (name.TrimStart('-'))
            {
                case "help" or "h":
                    Console.Out.WriteLine(Help);
                    return null;
                case "version":
                    Console.Out.WriteLine($"strongroom-server {typeof(ServerArguments).Assembly.GetName().Version?.ToString(3)}");
                    return null;
                case "dev":
                    arguments = arguments with { Dev = value is null or "true" or "1" };
                    break;
                case "dev-root-token-id":
                    arguments = arguments with { DevRootToken = Value(), Dev = true };
                    break;
                case "dev-listen-address":
                    arguments = arguments with { DevListen = ParseAddress(Value()) };
                    break;
                case "allow-host":
                    arguments = arguments with { AllowedHosts = [.. arguments.AllowedHosts, Value()] };
                    break;
                case "config":
                    arguments = arguments with { Configurations = [.. arguments.Configurations, Value()] };
                    break;
                case "project":
                    arguments = arguments with { Project = value is null or "" ? "." : value };
                    break;
                case "accept-restored":
                    arguments = arguments with { AcceptRestored = true };
                    break;
                case "new-root-token":
                    arguments = arguments with { NewRootToken = true };
                    break;
                default:
                    throw Fault($"unknown option {name}");
            }
        }
        var modes = (arguments.Dev ? 1 : 0) + (arguments.Project is null ? 0 : 1) + (arguments.Configurations.Count > 0 ? 1 : 0);
        if (arguments.NewRootToken && arguments.Configurations.Count == 0) throw Fault("-new-root-token needs -config=FILE");
        return modes == 1 ? arguments : throw Fault(modes == 0 ? "say -config=FILE, -dev or -project" : "-config, -dev and -project exclude each other");
    }

    private static IPEndPoint ParseAddress(string text) => IPEndPoint.TryParse(text.Replace("localhost", "127.0.0.1", StringComparison.Ordinal), out var end) && end.Port > 0
        ? end
        : throw Fault($"'{text}' is not an address and port such as 127.0.0.1:8200");

    private static SecretException Fault(string reason) => new(SecretErrorKind.InvalidInput, reason, help: "see: strongroom server -help");
}
