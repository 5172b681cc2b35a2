using Strongroom.Backends.Aws;
using Strongroom.Backends.Azure;
using Strongroom.Backends.DotEnv;
using Strongroom.Backends.Environment;
using Strongroom.Backends.Files;
using Strongroom.Backends.Fly;
using Strongroom.Backends.Gcp;
using Strongroom.Backends.GitHub;
using Strongroom.Backends.Hcp;
using Strongroom.Backends.Kubernetes;
using Strongroom.Backends.Memory;
using Strongroom.Backends.PulumiEsc;
using Strongroom.Backends.Vault;

namespace Strongroom.Backends;

/// <summary>The one list of backends. A host adds those that need more than settings, as the embedded vault.</summary>
public static class All
{
    /// <summary>The words that name them in a manifest.</summary>
    public static IReadOnlyList<string> Kinds { get; } =
    [
        EnvironmentBackend.KindName,
        DotEnvBackend.KindName,
        FilesBackend.KindName,
        MemoryBackend.KindName,
        VaultBackend.KindName,
        GitHubBackend.KindName,
        HcpBackend.KindName,
        KubernetesBackend.KindName,
        AwsBackend.KindName,
        GcpBackend.KindName,
        PulumiEscBackend.KindName,
        FlyBackend.KindName,
        AzureBackend.KindName,
    ];

    /// <summary>What makes backends of a kind; null when there is no such kind here. Only the one asked for is loaded.</summary>
    public static BackendFactory? Find(string kind) => kind switch
    {
        EnvironmentBackend.KindName => EnvironmentBackend.Create,
        DotEnvBackend.KindName => DotEnvBackend.Create,
        FilesBackend.KindName => FilesBackend.Create,
        MemoryBackend.KindName => MemoryBackend.Create,
        VaultBackend.KindName => VaultBackend.Create,
        GitHubBackend.KindName => GitHubBackend.Create,
        HcpBackend.KindName => HcpBackend.Create,
        KubernetesBackend.KindName => KubernetesBackend.Create,
        AwsBackend.KindName => AwsBackend.Create,
        GcpBackend.KindName => GcpBackend.Create,
        PulumiEscBackend.KindName => PulumiEscBackend.Create,
        FlyBackend.KindName => FlyBackend.Create,
        AzureBackend.KindName => AzureBackend.Create,
        _ => null,
    };
}
