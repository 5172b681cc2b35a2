using Shouldly;
using Xunit;

namespace Strongroom.Tests.Vault.Served;

public sealed class MetricsTests
{
    [Fact]
    public async Task Read_tells_gauges_of_process_and_vault()
    {
        await using var bench = await VaultBench.CreateAsync();
        var gauges = (await bench.ReadAsync("sys/metrics"))!["Gauges"]!.AsArray().ToDictionary(g => g!["Name"]!.GetValue<string>(), g => g!["Value"]!.GetValue<double>());
        gauges["vault.core.unsealed"].ShouldBe(1);
        gauges["vault.barrier.key_term"].ShouldBe(1);
        gauges["vault.runtime.sys_bytes"].ShouldBeGreaterThan(0);
    }
}
