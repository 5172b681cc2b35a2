using Shouldly;
using Strongroom.Caching;
using Strongroom.Manifest;
using Xunit;

namespace Strongroom.Tests.Manifest;

public sealed class StoreTuningTests
{
    [Fact]
    public void Has_knows_the_keys_of_the_list_and_no_others()
    {
        StoreTuning.Settings.ShouldAllBe(setting => StoreTuning.Has(setting.Key));
        StoreKind.All.SelectMany(kind => kind.Settings).ShouldAllBe(setting => !StoreTuning.Has(setting.Key), "a kind's own setting must not hide one of these");
    }

    [Fact]
    public void Store_behind_a_network_takes_them_and_hands_the_rest_to_its_backend()
    {
        var store = Read("""
            stores:
              remote: {kind: vault, mount: kv, timeout: 2s, total-timeout: 5s, retries: 0, concurrency: 4, calls-per-second: 2.5, cache: 10s, reuse: 1m, stale: 2h}
            """).Stores[0];

        store.BackendSettings.ShouldBe(new Dictionary<string, string> { ["mount"] = "kv" });
        (store.Resilience.AttemptTimeout, store.Resilience.TotalTimeout, store.Resilience.RetriesMax).ShouldBe((TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), 0));
        (store.Resilience.ConcurrentCallsMax, store.Resilience.CallsPerSecond).ShouldBe((4, 2.5));
        (store.Cache.Ttl, store.Cache.Reuse, store.Cache.StaleMax).ShouldBe((TimeSpan.FromSeconds(10), TimeSpan.FromMinutes(1), TimeSpan.FromHours(2)));
    }

    [Fact]
    public void Cache_can_be_off_and_one_limit_draws_the_other_along()
    {
        Read("stores:\n  remote: {kind: vault, cache: off}\n").Stores[0].Cache.ShouldBe(CacheOptions.Off);
        Read("stores:\n  remote: {kind: vault, stale: off}\n").Stores[0].Cache.StaleMax.ShouldBe(TimeSpan.Zero);
        Read("stores:\n  remote: {kind: vault, cache: 3h}\n").Stores[0].Cache.StaleMax.ShouldBe(TimeSpan.FromHours(3));
        Read("stores:\n  remote: {kind: vault, timeout: 2m}\n").Stores[0].Resilience.TotalTimeout.ShouldBe(TimeSpan.FromMinutes(2));
    }

    [Theory]
    [InlineData("timeout: 0s", "timeout: expected a duration up to an hour")]
    [InlineData("retries: 21", "retries: expected a number from 0 to 20")]
    [InlineData("calls-per-second: -1", "calls-per-second: expected a number above 0")]
    [InlineData("cache: 2d", "cache: expected a duration up to a day")]
    public void Fault_is_told_with_its_place(string setting, string words)
    {
        var faults = ManifestReader.Read($"version: 1\nstores:\n  remote:\n    kind: vault\n    {setting}\n", localText: null).Faults;

        var fault = faults.ShouldHaveSingleItem();
        fault.ToString().ShouldContain(words);
        fault.Line.ShouldBe(5);
    }

    [Fact]
    public void Store_of_this_machine_does_not_take_them() =>
        ManifestReader.Read("version: 1\nstores:\n  here: {kind: dotenv, timeout: 2s}\n", localText: null).Faults.ShouldHaveSingleItem().ToString().ShouldContain("timeout");

    private static ProjectManifest Read(string stores) => ManifestReader.Read("version: 1\n" + stores, localText: null).Manifest.ShouldNotBeNull();
}
