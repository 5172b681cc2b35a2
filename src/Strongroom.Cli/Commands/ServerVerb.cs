using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.VaultApi;

namespace Strongroom.Cli.Commands;

/// <summary>Stands in the overview; the line itself goes to the server as it is.</summary>
internal sealed class ServerVerb : Verb
{
    private readonly Argument<string[]> _arguments = new("arguments") { Description = "What the server understands: strongroom server -help.", Arity = ArgumentArity.ZeroOrMore };

    public ServerVerb() : base(
        VerbGroup.Vault, "server", "Serve a vault to programs that speak HashiCorp Vault's API.",
        ("strongroom server -dev", "in memory, for trying things out"),
        ("strongroom server -project", "the vault of this project, with a token of this run"),
        ("strongroom server -config=/etc/strongroom/server.hcl", "a vault of its own; strongroom server -help tells all"))
    {
        Add(_arguments);
        TreatUnmatchedTokensAsErrors = false;
    }

    protected override Task<int> RunAsync(Invocation invocation) => Task.FromResult(ServerStart.Become("strongroom", invocation.Get(_arguments), invocation.Screen));
}
