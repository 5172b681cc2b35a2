using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Commands;

/// <summary>Puts the vault under another seal.</summary>
internal sealed class VaultResealVerb : VaultVerb
{
    private readonly Option<string> _seal = new Option<string>("--seal") { Description = "key-file, passphrase or static-key.", Required = true, HelpName = "kind" }
        .AcceptOnlyFromAmong(SealChoice.Kinds);

    public VaultResealVerb() : base(
        "reseal", "Protect the vault by another seal: a key file, a passphrase, or a key from the environment.",
        ("strongroom vault reseal --seal passphrase", "asks for a new passphrase; the key file no longer opens the vault"),
        ("STRONGROOM_NEW_ROOT_KEY=… strongroom vault reseal --seal static-key", "a new key; STRONGROOM_ROOT_KEY opens the vault once more"))
    {
        Add(_seal);
    }

    protected override async Task<int> RunAsync(Invocation invocation, EmbeddedVault vault, VaultPlace place)
    {
        var kind = invocation.Get(_seal)!;
        var keyPath = place.KeyPath(vault.VaultId);
        if (kind == KeyFileSeal.KindName)
        {
            await vault.ReplaceKeyFileAsync(keyPath, invocation.CancellationToken);
        }
        else
        {
            var current = (await vault.StatusAsync(invocation.CancellationToken)).SealKind;
            using var seal = SealChoice.Replace(current, kind);
            await vault.ResealAsync(seal, invocation.CancellationToken);
        }
        invocation.Answer($"the vault is sealed with a {kind} now", json =>
        {
            json.WriteString("seal", kind);
            if (kind == KeyFileSeal.KindName) json.WriteString("keyFile", keyPath);
        });
        if (kind != KeyFileSeal.KindName && File.Exists(keyPath))
        {
            invocation.Screen.Note($"  {VaultPlace.Shorten(keyPath)}");
            invocation.Screen.Note("  opens nothing any more; older copies of the vault still need it");
        }
        return ExitCode.Success;
    }
}
