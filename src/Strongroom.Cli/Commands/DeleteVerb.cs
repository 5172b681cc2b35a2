using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Stores;

namespace Strongroom.Cli.Commands;

/// <summary>Deletes a secret from a store: softly where the store can, for good when asked.</summary>
internal sealed class DeleteVerb : Verb
{
    private readonly Argument<string> _name = Names.Argument("Name of the secret.");
    private readonly Option<string> _store = CommonOptions.Store("The store to delete it from; by default the embedded vault.");
    private readonly Option<bool> _purge = new("--purge") { Description = "Remove every version and all metadata for good." };
    private readonly Option<bool> _undeclare = new("--undeclare") { Description = "Take it out of strongroom.yaml too." };
    private readonly Option<bool> _yes = CommonOptions.Yes();

    public DeleteVerb() : base(
        VerbGroup.Secrets, "delete", "Delete a secret; restore brings it back unless it was purged.",
        ("strongroom delete OLD_API_KEY", "softly, in the default environment"),
        ("strongroom delete OLD_API_KEY -e production --purge --yes", "for good, without asking"))
    {
        Aliases.Add("rm");
        Add(_name);
        foreach (var option in new Option[] { _store, _purge, _undeclare, _yes }) Add(option);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        await using var session = invocation.OpenSession();
        var name = invocation.Get(_name);
        var plan = session.Plan(invocation.Environment);
        var storeName = invocation.Get(_store) ?? session.VaultStore().Name;
        var reference = plan.ReferenceIn(storeName, name);
        var store = session.Store(storeName);
        var forGood = invocation.Get(_purge) || !store.Can(BackendCapabilities.Versions);
        if (forGood) Protection.Require(invocation.Get(_yes), "deleting for good needs a yes", $"Delete {reference} for good?");
        else Protection.BeforeChange(plan, invocation.Get(_yes), $"Delete {name}");

        if (store.Kind == Session.EmbeddedKind && invocation.Get(_purge))
        {
            var vault = await session.OpenVaultAsync(storeName, invocation.CancellationToken);
            await vault.PurgeAsync(reference.Address.Path, invocation.CancellationToken);
        }
        else
        {
            await store.DeleteAsync(reference.Address, invocation.CancellationToken);
        }
        var undeclared = invocation.Get(_undeclare) && ManifestFile.Remove(session.Root, name);
        invocation.Answer($"deleted {reference}{(forGood ? "" : invocation.Screen.Err.Dim($"; strongroom restore {name} brings it back"))}", json =>
        {
            json.WriteString("name", name);
            json.WriteString("reference", reference.ToString());
            json.WriteBoolean("canBeRestored", !forGood);
            json.WriteBoolean("undeclared", undeclared);
        });
        return ExitCode.Success;
    }
}
