using Strongroom.Vault.Auth.AppRole;
using Strongroom.Vault.Auth.Cert;
using Strongroom.Vault.Auth.Jwt;
using Strongroom.Vault.Auth.Kubernetes;
using Strongroom.Vault.Auth.Token;
using Strongroom.Vault.Auth.UserPass;
using Strongroom.Vault.Barrier;
using Strongroom.Vault.Engines.Cubbyhole;
using Strongroom.Vault.Engines.Identity;
using Strongroom.Vault.Engines.Kv;
using Strongroom.Vault.Engines.KvV1;
using Strongroom.Vault.Engines.Sys;
using Strongroom.Vault.Requests;

namespace Strongroom.Vault.Mounts;

/// <summary>Every engine there is, by the type that a mount names. The one list to add to.</summary>
internal static class EngineCatalog
{
    /// <summary>The engines of secrets that can be mounted.</summary>
    public static IReadOnlyList<string> SecretTypes { get; } = ["kv"];

    /// <summary>The ways to log in that can be mounted.</summary>
    public static IReadOnlyList<string> AuthTypes { get; } = ["approle", "cert", "jwt", "kubernetes", "oidc", "userpass"];

    /// <summary>Makes the engine of a mount.</summary>
    public static Engine Make(MountEntry entry, VaultSystem system) => entry.Type switch
    {
        "kv" when entry.Options.GetOption("version") == "2" => MakeKv2(entry.Id, system.Barrier, system.Time),
        "kv" => new KvV1Engine(system.View(entry), entry.DefaultLeaseTtl > 0 ? entry.DefaultLeaseTtl : system.DefaultLeaseTtl),
        "cubbyhole" => new CubbyholeEngine(system),
        "identity" => new IdentityEngine(system),
        "system" => new SysEngine(system),
        "token" => new TokenEngine(system),
        "approle" => new AppRoleEngine(entry, system),
        "userpass" => new UserPassEngine(entry, system),
        "jwt" or "oidc" => new JwtEngine(entry, system),
        "kubernetes" => new KubernetesEngine(entry, system),
        "cert" => new CertEngine(entry, system),
        _ => throw EntryFormat.Damaged($"names the unknown engine {entry.Type}"),
    };

    /// <summary>The versioned engine that the command line uses without a table of mounts.</summary>
    public static KvEngine MakeKv2(string id, VaultBarrier barrier, TimeProvider time) =>
        new(barrier.View($"kv/{id}/m/"), barrier.View($"kv/{id}/v/"), barrier.View($"kv/{id}/"), time);
}
