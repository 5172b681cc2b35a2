using System.CommandLine;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Framework;

/// <summary>A verb about one embedded vault as a whole: opens the one that <c>--store</c> names, or the first of the project.</summary>
internal abstract class VaultVerb : Verb
{
    private readonly Option<string> _store = CommonOptions.VaultStore();

    protected VaultVerb(string name, string description, params (string Command, string Meaning)[] examples)
        : base(VerbGroup.Vault, name, description, examples) => Add(_store);

    /// <summary>True opens a vault that is older than its audit log.</summary>
    protected virtual bool AcceptsRestored => false;

    /// <summary>Does the job on the open vault and returns the exit code.</summary>
    protected abstract Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place);

    /// <summary>Refuses before anything is opened.</summary>
    protected virtual void Require(Invocation invocation)
    {
    }

    protected sealed override async Task<int> RunAsync(Invocation invocation)
    {
        Require(invocation);
        await using var session = invocation.OpenSession(AcceptsRestored);
        var store = session.VaultStore(invocation.Get(_store));
        var vault = await session.OpenVaultAsync(store.Name, invocation.CancellationToken);
        return await RunAsync(invocation, vault, session.PlaceOf(store));
    }
}
