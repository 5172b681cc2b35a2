using Strongroom.Secrets;
using Strongroom.Vault.Embedded;

namespace Strongroom.Cli.Project;

/// <summary>One secret inside an open embedded vault.</summary>
internal sealed record VaultTarget(EmbeddedVault Vault, SecretReference Reference, string Environment)
{
    public string Path => Reference.Address.Path;
}
