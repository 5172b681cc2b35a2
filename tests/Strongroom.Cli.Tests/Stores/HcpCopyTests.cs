using Shouldly;
using Strongroom.Fakes;
using Strongroom.Fakes.Hcp;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>Many secrets on their way to a service that takes them one by one.</summary>
public sealed class HcpCopyTests : IDisposable
{
    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Copy_writes_side_by_side()
    {
        await using var hcp = new HcpService();
        await hcp.StartAsync();
        hcp.Faults.Next(new Fault.Meeting(3), times: 3, when: request => request.Method == "POST" && request.Path.EndsWith("/kv", StringComparison.Ordinal));
        var environment = $"export HCP_ORGANIZATION_ID={HcpService.Organization} HCP_PROJECT_ID={HcpService.Project} HCP_APP_NAME={HcpService.App} HCP_CLIENT_ID={HcpService.ClientId} HCP_CLIENT_SECRET='{HcpService.ClientSecret}'; ";
        _workshop.Run("strongroom init -q; for name in A B C D E; do echo of-$name | strongroom set $name -q; done");
        _workshop.Run($"printf 'stores:\n  hcp: {{kind: hcp, address: \"{hcp.Address}\"}}\n' > strongroom.local.yaml");

        var outcome = _workshop.Run(environment + "strongroom copy A B C D E --to hcp --yes 2>&1; strongroom list --store hcp; strongroom get hcp://D");

        outcome.Output.ShouldBe("""
            ✓ copied 5 secrets into hcp (development), each read back and equal
            A
            B
            C
            D
            E
            of-D

            """);
    }
}
