using System.Text;
using Strongroom.Backends.DotEnv;
using Strongroom.Backends.Environment;
using Strongroom.Backends.Files;
using Strongroom.Backends.Memory;
using Strongroom.Conformance.Backends;
using Strongroom.Secrets;
using Strongroom.Stores;
using Strongroom.Tests.Vault;
using Strongroom.Vault.Embedded;

namespace Strongroom.Tests.Backends;

public sealed class EnvironmentConformance : BackendConformance
{
    /// <summary>Text only, and no NUL: what an environment can hold.</summary>
    protected override IReadOnlyList<byte[]> OddValues { get; } =
        [.. new[] { "", " spaces ", "line\nbreak\r\n", "quotes ' \" $HOME", "ключ 密钥 🔑" }.Select(Encoding.UTF8.GetBytes)];

    protected override ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds) =>
        new(new EnvironmentBackend(seeds.ToDictionary(s => s.Key, s => Encoding.UTF8.GetString(s.Value))));
}

public sealed class MemoryConformance : BackendConformance
{
    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds) =>
        await Seeding.WriteAsync(new MemoryBackend(TimeProvider.System), seeds);
}

public sealed class FilesConformance : BackendConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds) =>
        await Seeding.WriteAsync(new FilesBackend(_folder.NewPath()), seeds);

    public void Dispose() => _folder.Dispose();
}

public sealed class DotEnvConformance : BackendConformance, IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected override IReadOnlyList<string> OddNames { get; } = ["A", "a", "A_B", "A-B", "A.B", "_A1", new('N', 200)];

    /// <summary>A .env file cannot hold NUL.</summary>
    protected override IReadOnlyList<byte[]> OddValues => [.. base.OddValues.Where(value => !value.Contains((byte)0))];

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var path = _folder.NewPath();
        return await Seeding.WriteAsync(new DotEnvBackend(path, path + ".example"), seeds);
    }

    public void Dispose() => _folder.Dispose();
}

public sealed class EmbeddedConformance : BackendConformance, IDisposable
{
    private readonly List<VaultWorkshop> _workshops = [];

    /// <summary>The vault limits the whole object of a secret, with the names of its fields, to 1 MiB.</summary>
    protected override int ValueLengthMax => 1_000_000;

    protected override async ValueTask<SecretBackend> CreateAsync(IReadOnlyDictionary<string, byte[]> seeds)
    {
        var workshop = new VaultWorkshop();
        _workshops.Add(workshop);
        return await Seeding.WriteAsync(new EmbeddedVaultBackend(await workshop.CreateAsync()), seeds);
    }

    public void Dispose() => _workshops.ForEach(workshop => workshop.Dispose());
}

internal static class Seeding
{
    public static async ValueTask<SecretBackend> WriteAsync(SecretBackend backend, IReadOnlyDictionary<string, byte[]> seeds)
    {
        foreach (var (path, bytes) in seeds)
            await backend.WriteAsync(new SecretAddress(path), new SecretWrite(SecretValue.FromBytes(bytes)), default);
        return backend;
    }
}
