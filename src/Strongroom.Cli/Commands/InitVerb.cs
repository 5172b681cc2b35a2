using System.CommandLine;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Cli.Terminal;
using Strongroom.Manifest;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Commands;

/// <summary>Makes the manifest, the vault and its key. Whatever is there already stays.</summary>
internal sealed class InitVerb : Verb
{
    private readonly Option<string> _application = new("--name") { Description = "Name of the application; by default that of the folder.", HelpName = "name" };
    private readonly Option<string> _seal = new Option<string>("--seal")
    {
        Description = "What protects the vault: key-file (in ~/.config/strongroom, the default), passphrase, or static-key (STRONGROOM_ROOT_KEY).",
        HelpName = "kind",
    }.AcceptOnlyFromAmong(SealChoice.Kinds);

    public InitVerb() : base(
        VerbGroup.Start, "init", "Make an encrypted vault for this project.",
        ("strongroom init", "strongroom.yaml, the vault, and a key file in your configuration"),
        ("strongroom init --seal passphrase", "no key file; the passphrase is asked for"))
    {
        Add(_application);
        Add(_seal);
    }

    protected override async Task<int> RunAsync(Invocation invocation)
    {
        var root = Path.GetFullPath(invocation.Directory);
        var setup = await ProjectSetup.RunAsync(root, invocation.Get(_application), invocation.Get(_seal), invocation.CancellationToken);
        if (invocation.Json) WriteJson(invocation.Screen, root, setup);
        else Report(invocation.Screen, root, setup);
        return ExitCode.Success;
    }

    private static void Report(Screen screen, string root, ProjectSetup setup)
    {
        if (setup.Made.Contains(ManifestFiles.Name)) screen.Done($"{ManifestFiles.Name} {screen.Err.Dim("— what your application needs; commit it")}");
        var isNew = setup.Made.Contains(setup.VaultFile);
        if (isNew)
        {
            screen.Done($"{setup.VaultFile} {screen.Err.Dim("— the encrypted vault; stays on this machine")}");
            if (setup.KeyFile is { } keyFile)
            {
                screen.Done($"its key {screen.Err.Dim("— keep a copy in a safe place: nothing else opens the vault")}");
                screen.Note($"  {VaultPlace.Shorten(keyFile)}");
            }
        }
        else
        {
            screen.Done($"the vault is there already {screen.Err.Dim($"({setup.VaultFile})")}");
        }
        if (setup.Made.Contains(".gitignore")) screen.Done($".gitignore {screen.Err.Dim("— leaves out .strongroom/ and strongroom.local.yaml")}");
        if (!isNew) return;
        screen.Note("");
        var first = File.Exists(Path.Combine(root, ".env")) ? "strongroom import .env" : "strongroom set NAME";
        screen.Note($"Next: {screen.Err.Cyan(first)}, then {screen.Err.Cyan("strongroom run -- your-program")}");
    }

    private static void WriteJson(Screen screen, string root, ProjectSetup setup) => JsonOutput.WriteObject(screen, json =>
    {
        json.WriteString("project", root);
        json.WriteString("vaultId", setup.Vault.VaultId);
        json.WriteString("vaultFile", setup.Place.DatabasePath);
        json.WriteString("seal", setup.Vault.SealKind);
        if (setup.KeyFile is { } keyFile) json.WriteString("keyFile", keyFile);
        json.WriteStartArray("made");
        foreach (var made in setup.Made) json.WriteStringValue(made);
        json.WriteEndArray();
    });
}
