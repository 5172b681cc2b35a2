using System.Security.Cryptography;
using Strongroom.Cli.Framework;
using Strongroom.Manifest;
using Strongroom.Secrets;
using Strongroom.Storage.Sqlite;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Embedded;
using Strongroom.Vault.Seal;

namespace Strongroom.Cli.Project;

/// <summary>
/// Makes a project step by step: manifest, vault with its key, .gitignore. Every step leaves alone what is there, so that an
/// interrupted one is finished by the next. A key file is written before the vault that needs it and never removed.
/// </summary>
internal sealed class ProjectSetup
{
    private readonly string _root;
    private readonly List<string> _made = [];

    private ProjectSetup(string root, VaultPlace place, VaultHeader vault) => (_root, Place, Vault) = (root, place, vault);

    public VaultPlace Place { get; }

    public VaultHeader Vault { get; }

    /// <summary>What was not there before, by its path.</summary>
    public IReadOnlyList<string> Made => _made;

    /// <summary>The vault's file as seen from the project.</summary>
    public string VaultFile => Path.GetRelativePath(_root, Place.DatabasePath);

    /// <summary>The vault's key file; null when another seal closes it.</summary>
    public string? KeyFile => Vault.SealKind == KeyFileSeal.KindName ? Place.KeyPath(Vault.VaultId) : null;

    /// <summary>Makes what is missing and proves that the key file opens the vault.</summary>
    /// <param name="root">Folder of the project.</param>
    /// <param name="application">Its name; null takes that of the folder.</param>
    /// <param name="sealKind">What closes the vault; null takes a key file, or what closes the one that is there.</param>
    /// <param name="cancellationToken">Stops the waiting.</param>
    /// <exception cref="SecretException">Conflict, with nothing changed, when what is there is not what was asked for.</exception>
    public static async Task<ProjectSetup> RunAsync(string root, string? application, string? sealKind, CancellationToken cancellationToken)
    {
        var manifestPath = Path.Combine(root, ManifestFiles.Name);
        var hasManifest = File.Exists(manifestPath);
        if (hasManifest) RequireName(root, application);
        else RequireOwnFolder(root);
        await RequireSealAsync(PlaceOf(root, hasManifest), sealKind, cancellationToken);

        if (!hasManifest) OutputFile.ReplaceText(manifestPath, ManifestTemplate.Create(application ?? Path.GetFileName(root)));
        await using var session = Session.Open(root);
        var place = session.PlaceOf(session.VaultStore());
        var made = await MakeVaultAsync(place, sealKind ?? KeyFileSeal.KindName, session.Time, cancellationToken);
        var setup = new ProjectSetup(root, place, made ?? (await PeekAsync(place, cancellationToken))!);

        if (!hasManifest) setup._made.Add(ManifestFiles.Name);
        if (made is not null) setup._made.Add(setup.VaultFile);
        if (setup.Ignore()) setup._made.Add(".gitignore");
        if (made is null && setup.KeyFile is not null) await session.OpenVaultAsync(name: null, cancellationToken);
        return setup;
    }

    private static void RequireName(string root, string? application)
    {
        var present = ManifestLoader.Load(root, Environment.GetEnvironmentVariable)!.Application;
        if (application is null || application == present) return;
        throw new SecretException(
            SecretErrorKind.Conflict, $"the project is there already, and its name is {(present.Length == 0 ? "not given" : present)}; nothing was changed",
            operation: "init", help: $"change application: in {ManifestFiles.Name}");
    }

    private static void RequireOwnFolder(string root)
    {
        if (ManifestFiles.Find(root) is not { } above) return;
        throw new SecretException(
            SecretErrorKind.Conflict, $"the folder belongs to the project in {above}", operation: "init",
            help: $"run it there, or make a {ManifestFiles.Name} here first if this is to be a project of its own");
    }

    private static async Task RequireSealAsync(VaultPlace place, string? sealKind, CancellationToken cancellationToken)
    {
        var vault = await PeekAsync(place, cancellationToken);
        if (vault is null && File.Exists(place.AuditPath))
        {
            throw new SecretException(
                SecretErrorKind.Conflict, "there is an audit log without its vault; nothing was changed", operation: "init", name: place.AuditPath,
                help: "restore vault.db from a backup, or move the log away to begin anew");
        }
        if (vault is null || sealKind is null || sealKind == vault.SealKind) return;
        throw new SecretException(
            SecretErrorKind.Conflict, $"the vault is there already, closed with a {vault.SealKind}; nothing was changed", operation: "init",
            help: $"strongroom vault reseal --seal {sealKind}");
    }

    private static VaultPlace PlaceOf(string root, bool hasManifest)
    {
        if (!hasManifest) return VaultPlace.Default(root);
        var session = Session.Open(root);
        return session.PlaceOf(session.VaultStore());
    }

    /// <summary>The vault that is there; null when there is none, or a crash came between its file and what is in it.</summary>
    private static async Task<VaultHeader?> PeekAsync(VaultPlace place, CancellationToken cancellationToken)
    {
        if (!File.Exists(place.DatabasePath)) return null;
        await using var storage = CreateOrOpen(place.DatabasePath);
        return await VaultHeader.ReadAsync(storage, cancellationToken);
    }

    /// <summary>The new vault; null when there is one already.</summary>
    private static async Task<VaultHeader?> MakeVaultAsync(VaultPlace place, string sealKind, TimeProvider time, CancellationToken cancellationToken)
    {
        if (await PeekAsync(place, cancellationToken) is not null) return null;
        Span<byte> random = stackalloc byte[16];
        RandomNumberGenerator.Fill(random);
        var vaultId = new Guid(random);
        // The seal first: a passphrase given up, or a key file that cannot be written, leaves no vault that nothing opens.
        using var seal = SealChoice.Create(sealKind, place, vaultId);
        place.MakeFolder();
        var options = new EmbeddedVaultOptions { AuditPath = place.AuditPath, Time = time };
        await using var vault = await EmbeddedVault.CreateAsync(CreateOrOpen(place.DatabasePath), seal, vaultId, options, cancellationToken);
        return new VaultHeader(vaultId, sealKind);
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

    private bool Ignore()
    {
        string[] wanted = [VaultPlace.FolderName + "/", ManifestFiles.LocalName];
        var path = Path.Combine(_root, ".gitignore");
        var text = File.Exists(path) ? File.ReadAllText(path) : "";
        var lines = text.Split('\n', StringSplitOptions.TrimEntries);
        var missing = Array.FindAll(wanted, w => Array.IndexOf(lines, w) < 0);
        if (missing.Length == 0) return false;
        var separator = text.Length == 0 || text.EndsWith('\n') ? "" : "\n";
        OutputFile.ReplaceText(path, $"{text}{separator}{string.Join('\n', missing)}\n");
        return true;
    }
}
