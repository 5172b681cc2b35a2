using Shouldly;
using Strongroom.Fakes.Azure;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>The places in which Azure gives a token to a program, as a process meets them: by variables and files.</summary>
public sealed class AzureIdentityTests : IAsyncLifetime
{
    private readonly Workshop _workshop = new();
    private readonly FakeKeyVault _azure = new();

    public async ValueTask InitializeAsync()
    {
        await _azure.StartAsync(withTls: true);
        _azure.Seed("API-x5fKEY", "sk-azure");
        Write("authority.pem", _azure.Certificate!.ExportCertificatePem());
        Write("strongroom.yaml", $"version: 1\nstores:\n  azure: {{kind: azure, vault: '{_azure.Address}', retries: 0}}\nchain: [azure]\nsecrets:\n  API_KEY:\n");
    }

    public async ValueTask DisposeAsync()
    {
        _workshop.Dispose();
        await _azure.DisposeAsync();
    }

    [Fact]
    public void App_service_gives_the_token_of_its_managed_identity()
    {
        _azure.IdentityHeader = "app-service";

        Get($"IDENTITY_ENDPOINT={_azure.Address}msi/token IDENTITY_HEADER=app-service").ShouldBe("sk-azure\n");
    }

    [Fact]
    public void Pod_gets_a_token_for_its_workload_identity()
    {
        _azure.FederatedToken = "platform-token";
        Write("token", "platform-token");

        Get($"AZURE_FEDERATED_TOKEN_FILE=$PWD/token AZURE_AUTHORITY_HOST={_azure.Address} AZURE_TENANT_ID={FakeKeyVault.Tenant} AZURE_CLIENT_ID=11111111-0000-0000-0000-000000000000").ShouldBe("sk-azure\n");
    }

    private string Get(string variables)
    {
        var outcome = _workshop.Run($"export SSL_CERT_FILE=$PWD/authority.pem {variables}; strongroom get API_KEY --reveal");
        outcome.Error.ShouldBeEmpty();
        return outcome.Output;
    }

    private void Write(string name, string text) => File.WriteAllText(Path.Combine(_workshop.Folder, name), text);
}
