using Strongroom.Backends.DotEnv;
using Strongroom.Backends.Environment;
using Strongroom.Backends.Files;
using Strongroom.Backends.Memory;

namespace Strongroom.Backends;

/// <summary>The one list of backends. A host adds those that need more than settings, as the embedded vault, and hands it on.</summary>
public static class All
{
    /// <summary>A new table of the backends of this project, by the word that names them in a manifest.</summary>
    public static Dictionary<string, BackendFactory> Factories() => new()
    {
        [EnvironmentBackend.KindName] = EnvironmentBackend.Create,
        [DotEnvBackend.KindName] = DotEnvBackend.Create,
        [FilesBackend.KindName] = FilesBackend.Create,
        [MemoryBackend.KindName] = MemoryBackend.Create,
    };
}
