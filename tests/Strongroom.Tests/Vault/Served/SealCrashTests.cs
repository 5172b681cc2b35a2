using Shouldly;
using Strongroom.Secrets;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

/// <summary>The server dies at every commit of init and rekey, before and after it: there is always somebody who can open the vault, or none to open.</summary>
public sealed class SealCrashTests
{
    private const int CommitsMax = 12;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Init_that_dies_can_be_done_again(bool afterCommit)
    {
        for (var commit = 1; ; commit++)
        {
            commit.ShouldBeLessThan(CommitsMax);
            await using var bench = new SealBench();
            DyingStorage? dying = null;
            await bench.RestartAsync(storage => dying = new DyingStorage(storage, commit, afterCommit));
            await Survives(() => bench.InitializeAsync(3, 2));
            await bench.RestartAsync();
            if (bench.HandedOut is { } made)
            {
                (await bench.UnsealAsync(SealBench.Texts(made["keys"])[..2]))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
                (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeTrue();
                if (!dying!.IsDead) return;
                continue;
            }
            (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeFalse($"died at {commit}");
            var (keys, root) = await bench.InitializeAsync(3, 2);
            await bench.UnsealAsync(keys[1], keys[2]);
            (await bench.ReadAsync("auth/token/lookup-self", root)).ShouldNotBeNull();
            (await bench.Vault.CheckAsync(CancellationToken.None)).Damaged.ShouldBeEmpty();
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Rekey_that_dies_leaves_keys_that_open(bool afterCommit)
    {
        for (var commit = 1; ; commit++)
        {
            commit.ShouldBeLessThan(CommitsMax);
            await using var bench = new SealBench();
            var (old, root) = await bench.InitializeAsync(3, 2);
            DyingStorage? dying = null;
            await bench.RestartAsync(storage => dying = new DyingStorage(storage, commit, afterCommit));
            var made = bench.HandedOut;
            await Survives(async () =>
            {
                await bench.UnsealAsync(old[0], old[1]);
                await RekeyTests.RekeyAsync(bench, old, 1, 1);
            });
            await bench.RestartAsync();
            string[] keys = ReferenceEquals(bench.HandedOut, made) ? [old[2], old[0]] : SealBench.Texts(bench.HandedOut!["keys"]);
            (await bench.UnsealAsync(keys))!["sealed"]!.GetValue<bool>().ShouldBeFalse($"died at {commit}");
            (await bench.ReadAsync("auth/token/lookup-self", root)).ShouldNotBeNull();
            if (!dying!.IsDead) return;
        }
    }

    [Fact]
    public async Task Init_whose_answer_is_lost_can_be_done_again()
    {
        await using var bench = new SealBench { AnswersArrive = false };
        await bench.InitializeAsync(3, 2);
        (await bench.ReadAsync("sys/init"))!["initialized"]!.GetValue<bool>().ShouldBeFalse();
        bench.AnswersArrive = true;
        var (keys, _) = await bench.InitializeAsync(1, 1);
        (await bench.UnsealAsync(keys))!["sealed"]!.GetValue<bool>().ShouldBeFalse();
        Directory.GetFiles(bench.Folder, "audit.log.abandoned-*").ShouldHaveSingleItem();
        await SealLifeTests.Fault(bench.WriteAsync("sys/init", """{"secret_shares": 1, "secret_threshold": 1}"""));
    }

    private static async Task Survives(Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (SecretException)
        {
            // The process died; what it left is looked at.
        }
    }
}
