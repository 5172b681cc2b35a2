using System.CommandLine;
using System.Security.Cryptography;
using Strongroom.Cli.Framework;
using Strongroom.Cli.Project;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

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
        var screen = invocation.Screen;
        var madeManifest = MakeManifest(root, invocation.Get(_application));
        await using var session = Session.Open(root);
        var store = session.VaultStore();
        var place = session.PlaceOf(store);

        VaultPlace.MakePrivateFolder(place.Folder);
        var vaultId = await MakeVaultAsync(session, place, invocation.Get(_seal) ?? KeyFileSeal.KindName, invocation.CancellationToken);
        var ignored = Ignore(root);

        if (madeManifest) screen.Done($"strongroom.yaml {screen.Err.Dim("— what your application needs; commit it")}");
        if (vaultId is not { } id)
        {
            screen.Done($"the vault is there already {screen.Err.Dim($"({Path.GetRelativePath(root, place.DatabasePath)})")}");
            return ExitCode.Success;
        }
        screen.Done($"{Path.GetRelativePath(root, place.DatabasePath)} {screen.Err.Dim("— the encrypted vault; stays on this machine")}");
        if ((invocation.Get(_seal) ?? KeyFileSeal.KindName) == KeyFileSeal.KindName)
            screen.Done($"{Home(place.KeyPath(id))} {screen.Err.Dim("— its key; keep a copy in a safe place, without it the vault cannot be opened")}");
        if (ignored) screen.Done($".gitignore {screen.Err.Dim("— leaves out .strongroom/ and strongroom.local.yaml")}");
        screen.Note("");
        screen.Note($"Next: {screen.Err.Cyan(File.Exists(Path.Combine(root, ".env")) ? "strongroom import .env" : "strongroom set NAME")}, then {screen.Err.Cyan("strongroom run -- your-program")}");
        return ExitCode.Success;
    }

    private static bool MakeManifest(string root, string? application)
    {
        var path = Path.Combine(root, ManifestFiles.Name);
        if (File.Exists(path)) return false;
        var above = ManifestFiles.Find(root);
        if (above is not null)
        {
            throw new SecretException(
                SecretErrorKind.Conflict, $"the folder belongs to the project in {above}", operation: "init",
                help: $"run it there, or make a {ManifestFiles.Name} here first if this is to be a project of its own");
        }
        OutputFile.ReplaceText(path, ManifestTemplate.Create(application ?? Path.GetFileName(root)));
        return true;
    }

    /// <summary>The new vault's identity; null when there is one already.</summary>
    private static async Task<Guid?> MakeVaultAsync(Session session, VaultPlace place, string sealKind, CancellationToken cancellationToken)
    {
        var storage = CreateOrOpen(place.DatabasePath);
        // A crash may have come between the file and the vault in it; then there is no vault yet.
        if (await VaultHeader.ReadAsync(storage, cancellationToken) is not null)
        {
            await storage.DisposeAsync();
            return null;
        }
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var vaultId = new Guid(random);
        using var seal = SealChoice.Create(sealKind, place, vaultId);
        await using var vault = await EmbeddedVault.CreateAsync(
            storage, seal, vaultId, new EmbeddedVaultOptions { AuditPath = place.AuditPath, Time = session.Time }, cancellationToken);
        return vaultId;
    }

    private static SqliteStorage CreateOrOpen(string path)
    {
        try
        {
            return SqliteStorage.Create(path);
        }
        catch (SecretException e) when (e.Kind == SecretErrorKind.Conflict)
        {
            return SqliteStorage.Open(path);
        }
    }

    private static bool Ignore(string root)
    {
        string[] wanted = [VaultPlace.FolderName + "/", ManifestFiles.LocalName];
        var path = Path.Combine(root, ".gitignore");
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        var missing = Array.FindAll(wanted, w => Array.IndexOf(lines, w) < 0);
        if (missing.Length == 0) return false;
        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        OutputFile.ReplaceText(path, $"{text}{separator}{string.Join('\n', missing)}\n");
        return true;
    }

    private static string Home(string path)
    {
        var home = Environment.GetEnvironmentVariable("HOME");
        return home is { Length: > 1 } && path.StartsWith(home + "/", StringComparison.Ordinal) ? "~" + path[home.Length..] : path;
    }
}
