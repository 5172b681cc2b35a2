using System.Net;
using Strongroom.Secrets;

namespace Strongroom.Server;

/// <summary>The command line of the server, with Vault's own words: <c>-dev</c>, <c>-dev-root-token-id=…</c>.</summary>
internal sealed record ServerArguments
{
    private const string Help = """
        strongroom server: serves a vault to Vault's clients

        Usage:
          strongroom server -dev                  in memory, unsealed, for trying things out

        Options:
          -dev-root-token-id=TOKEN                the root token of -dev (default: root)
          -dev-listen-address=ADDRESS:PORT        where -dev listens (default: 127.0.0.1:8200)
        """;

    /// <summary>Whether to serve a new vault in memory.</summary>
    public bool Dev { get; init; }

    public string DevRootToken { get; init; } = "root";

    public IPEndPoint DevListen { get; init; } = new(IPAddress.Loopback, 8200);

    /// <summary>Reads the arguments; null when help was asked for and given. Throws InvalidInput.</summary>
    public static ServerArguments? Parse(string[] args)
    {
        var arguments = new ServerArguments();
        foreach (var arg in args)
        {
            var equals = arg.IndexOf('=', StringComparison.Ordinal);
            var (name, value) = equals < 0 ? (arg, "") : (arg[..equals], arg[(equals + 1)..]);
            switch (name.TrimStart('-'))
            {
                case "help" or "h":
                    Console.Out.WriteLine(Help);
                    return null;
                case "dev":
                    arguments = arguments with { Dev = true };
                    break;
                case "dev-root-token-id":
                    arguments = arguments with { DevRootToken = value };
                    break;
                case "dev-listen-address":
                    arguments = arguments with { DevListen = IPEndPoint.TryParse(value, out var end) ? end : throw Fault($"'{value}' is not an address and port such as 127.0.0.1:8200") };
                    break;
                default:
                    throw Fault($"unknown option {name}");
            }
        }
        return arguments.Dev ? arguments : throw Fault("say -dev");
    }

    private static SecretException Fault(string reason) => new(SecretErrorKind.InvalidInput, reason, help: "see: strongroom server -help");
}
