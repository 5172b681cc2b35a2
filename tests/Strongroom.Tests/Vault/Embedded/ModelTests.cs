using Shouldly;
using Strongroom.Secrets;
using Strongroom.Storage.Memory;
using Strongroom.Vault.Embedded;
using Xunit;

namespace Strongroom.Tests.Vault.Embedded;

/// <summary>Random operations on a vault and on a dictionary: both must always agree.</summary>
public sealed class ModelTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public async Task Vault_agrees_with_a_simple_model(int seed)
    {
        using var workshop = new VaultWorkshop();
        var storage = new SharedStorage(new MemoryStorage());
        var vault = await workshop.CreateAsync(storage);
        var model = new Dictionary<string, List<(string Value, bool Deleted, bool Destroyed)>>(StringComparer.Ordinal);
        string[] paths = ["a", "a/b", "a/b/c", "d/e", "d/f", "ü/x y"];
        var random = new Random(seed);

        for (var step = 0; step < 300; step++)
        {
            var path = paths[random.Next(paths.Length)];
            var known = model.GetValueOrDefault(path);
            var version = known is null ? 1 : random.Next(known.Count) + 1;
            switch (random.Next(9))
            {
                case 0 or 1 or 2:
                    var value = $"value-{step}";
                    (await vault.PutAsync(path, VaultWorkshop.Fields("value", value), known?.Count ?? 0, default)).ShouldBe((known?.Count ?? 0) + 1);
                    (known ?? (model[path] = [])).Add((value, false, false));
                    break;
                case 3:
                    var deletable = known is not null && known[version - 1] is { Deleted: false, Destroyed: false };
                    await ExpectAsync(vault.DeleteAsync(path, [version], default), deletable);
                    if (deletable) known![version - 1] = known[version - 1] with { Deleted = true };
                    break;
                case 4:
                    var undeletable = known is not null && known[version - 1] is { Deleted: true, Destroyed: false };
                    await ExpectAsync(vault.UndeleteAsync(path, [version], default), undeletable);
                    if (undeletable) known![version - 1] = known[version - 1] with { Deleted = false };
                    break;
                case 5:
                    var destroyable = known is not null && !known[version - 1].Destroyed;
                    await ExpectAsync(vault.DestroyAsync(path, [version], default), destroyable);
                    if (destroyable) known![version - 1] = known[version - 1] with { Destroyed = true };
                    break;
                case 6 when random.Next(3) == 0:
                    await ExpectAsync(vault.PurgeAsync(path, default), known is not null);
                    model.Remove(path);
                    break;
                case 7 when random.Next(4) == 0:
                    await vault.DisposeAsync();
                    vault = await workshop.OpenAsync(storage);
                    break;
                case 8 when random.Next(4) == 0:
                    await vault.RotateKeyAsync(default);
                    break;
            }
            // Keeping to fewer versions than are kept by default makes the model simple.
            if (model.GetValueOrDefault(path) is { Count: >= 10 })
            {
                await vault.PurgeAsync(path, default);
                model.Remove(path);
            }
            await AgreeAsync(vault, model, path);
        }
        (await vault.ListAsync("", recursive: true, default)).ShouldBe(model.Keys.Order(StringComparer.Ordinal));
        (await vault.VerifyAsync(default)).IsIntact.ShouldBeTrue();
        await vault.DisposeAsync();
    }

    private static async Task AgreeAsync(EmbeddedVault vault, Dictionary<string, List<(string Value, bool Deleted, bool Destroyed)>> model, string path)
    {
        if (!model.TryGetValue(path, out var versions))
        {
            (await ErrorAsync(vault.ReadAsync(path, null, default))).ShouldBe(SecretErrorKind.NotFound);
            return;
        }
        for (var i = 0; i < versions.Count; i++)
        {
            if (versions[i].Deleted || versions[i].Destroyed)
            {
                (await ErrorAsync(vault.ReadAsync(path, i + 1, default))).ShouldBe(SecretErrorKind.Unreadable);
                continue;
            }
            using var secret = await vault.ReadAsync(path, i + 1, default);
            secret.Default().RevealText().ShouldBe(versions[i].Value);
        }
    }

    private static async Task ExpectAsync(ValueTask change, bool works)
    {
        if (works) await change;
        else (await Should.ThrowAsync<SecretException>(change.AsTask())).Kind.ShouldBe(SecretErrorKind.NotFound);
    }

    private static async Task<SecretErrorKind> ErrorAsync<T>(ValueTask<T> task) => (await Should.ThrowAsync<SecretException>(task.AsTask())).Kind;
}
