using System.Security.Cryptography;
using Strongroom.Server.Configuration;
using Strongroom.Server.Hcp;
using Strongroom.Server.Hosting;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Seal;
using Strongroom.Vault.Served;
using Strongroom.Vault.Tokens;

namespace Strongroom.Server;

/// <summary>A vault in memory for trying things out: unsealed, with <c>secret/</c> mounted and a root token that is told. Gone when the server stops.</summary>
internal sealed class DevVault : HostedVault
{
    private readonly DirectoryInfo _folder;
    private readonly ShamirSeal _seal;
    private readonly ClientToken _root;
    private readonly ServerArguments _arguments;

    private DevVault(ServedVault vault, ShamirSeal seal, DirectoryInfo folder, ClientToken root, ServerArguments arguments) =>
        (Vault, _seal, _folder, _root, _arguments) = (vault, seal, folder, root, arguments);

    public override ServedVault Vault { get; }

    public override IReadOnlyList<ListenerConfiguration> Listeners => [_arguments.LocalListener];

    public override HcpFacadeConfiguration? HcpFacade => HcpFacadeConfiguration.Default;

    public static async ValueTask<DevVault> StartAsync(
        ServerArguments arguments, RandomNumberGenerator random, TimeProvider time, CancellationToken cancellationToken)
    {
        // Only the audit log is a file; the folder is private and removed with the vault.
        var folder = Directory.CreateTempSubdirectory("strongroom-dev-");
        var vault = new ServedVault(
            new MemoryStorage(),
            new ServedVaultOptions { AuditPath = Path.Combine(folder.FullName, "audit.log"), Random = random, Time = time, StorageType = "inmem" });
        var seal = ShamirSeal.Generate(ShareSplit.One, random);
        var id = new byte[16];
        random.GetBytes(id);
        await vault.CreateAsync(seal, new Guid(id), withSecrets: true, cancellationToken);
        return new DevVault(vault, seal, folder, await vault.CreateRootTokenAsync(arguments.DevRootToken, cancellationToken), arguments);
    }

    public override Task AnnounceAsync(TextWriter output) => output.WriteLineAsync($"""
        Strongroom server in dev mode: everything is in memory and gone when it stops. Not for production.

            export VAULT_ADDR='http://{_arguments.DevListen}'
            export VAULT_TOKEN='{_root.Reveal()}'

        Unseal Key: {Convert.ToBase64String(_seal.MakeShares()[0])}

        """);

    public override async ValueTask DisposeAsync()
    {
        await Vault.DisposeAsync();
        _seal.Dispose();
        _folder.Delete(recursive: true);
    }
}
