using System.Text;
using Shouldly;
using Strongroom.Fakes;
using Strongroom.Fakes.Aws;
using Strongroom.Fakes.Azure;
using Strongroom.Fakes.Contracts;
using Strongroom.Fakes.Fly;
using Strongroom.Fakes.Gcp;
using Strongroom.Fakes.GitHub;
using Strongroom.Fakes.Hcp;
using Strongroom.Fakes.Kubernetes;
using Strongroom.Fakes.PulumiEsc;
using Strongroom.Fakes.Vault;
using Strongroom.Server.Tests;

namespace Strongroom.Cli.Tests.Samples;

/// <summary>
/// The applications in samples/ get their secrets from the stores of their manifest, over the wire, judged by each vendor's description;
/// and when the first store is down, from the next.
/// </summary>
public sealed class SeedSampleTests : IDisposable
{
    private const string Keys = "sh -c 'echo $OPENAI_API_KEY $ANTHROPIC_API_KEY'";

    /// <summary>The second store of the chain is configured, and away.</summary>
    private const string NoVault = "VAULT_ADDR=http://127.0.0.1:1 VAULT_TOKEN=t";

    private readonly Workshop _workshop = new();

    public void Dispose() => _workshop.Dispose();

    [Fact]
    public async Task Simba_gets_the_fields_that_its_rotation_writes_and_falls_back_to_the_shell()
    {
        Use("simba");
        await using var server = await RunningServer.StartAsync();
        await using var front = new VaultFront(new Uri(server.Address), VaultContract.For(["secret"]));
        await front.StartAsync();
        await server.SendAsync("POST", "/v1/secret/data/development/database/postgres",
            """{"data":{"host":"db","port":5432,"database":"simba","username":"vault_user","password":"p@ss/word","rotation_count":15}}""");
        await server.SendAsync("POST", "/v1/secret/data/development/api-keys/openrouter", """{"data":{"api_key":"sk-or-1","previous_api_key":"sk-or-0"}}""");
        await server.SendAsync("POST", "/v1/secret/data/development/storage/minio", """{"data":{"access_key":"AK","secret_key":"SK","endpoint":"minio:9000","bucket":"simba-data"}}""");
        var run = $"VAULT_ADDR={front.Address} VAULT_TOKEN={RunningServer.RootToken} strongroom run -- sh -c 'echo $DATABASE_URL $OPENROUTER_API_KEY $MINIO_BUCKET'";

        Output(run).ShouldBe("postgres://vault_user:p%40ss%2Fword@db:5432/simba sk-or-1 simba-data\n");
        front.Exchanges.Count(e => e.Target.Contains("/data/development/", StringComparison.Ordinal)).ShouldBe(3, "one request for each object, not for each field");

        Output("strongroom cache clear -q; echo cleared").ShouldBe("cleared\n");
        front.Faults.Always(new Fault.Failing(503));
        Output($"export POSTGRES_HOST=old POSTGRES_PORT=5432 POSTGRES_DB=d POSTGRES_USER=u POSTGRES_PASSWORD=p OPENROUTER_API_KEY=sk-env MINIO_ENDPOINT=m MINIO_BUCKET=b MINIO_ACCESS_KEY=a MINIO_SECRET_KEY=s; {run}")
            .ShouldBe("postgres://u:p@old:5432/d sk-env b\n");
    }

    [Fact]
    public async Task Orchestrator_reads_its_app_and_falls_back_to_the_vault_and_the_shell()
    {
        Use("orchestrator");
        await using var service = new HcpService();
        await service.StartAsync();
        foreach (var (name, value) in new[] { ("openrouter_api_key", "sk-or"), ("deepseek_api_key", "sk-ds"), ("hostinger_smtp_pass", "smtp"), ("hostinger_imap_pass", "imap") })
            service.Add(name, value);
        var environment = $"export HCP_API_ADDRESS={service.Address} HCP_AUTH_URL={service.Address} HCP_CLIENT_ID={HcpService.ClientId} HCP_CLIENT_SECRET='{HcpService.ClientSecret}' "
            + $"HCP_ORGANIZATION_ID={HcpService.Organization} HCP_PROJECT_ID={HcpService.Project} HCP_APP_NAME={HcpService.App}; ";
        const string Run = "strongroom run -q -- sh -c 'echo $OPENROUTER_API_KEY $DEEPSEEK_API_KEY $HOSTINGER_SMTP_PASS $HOSTINGER_IMAP_PASS'";
        Output("strongroom init -q; echo made").ShouldBe("made\n");

        Output(environment + Run).ShouldBe("sk-or sk-ds smtp imap\n");
        Output(environment + "strongroom copy --all --from hcp --to vault -q && strongroom list --all | grep -c vault:").ShouldBe("4\n");
        service.Faults.Always(new Fault.Reset());
        Output(environment + Run).ShouldBe("sk-or sk-ds smtp imap\n", "the last known values");
        Output(environment + "strongroom cache clear -q; HOSTINGER_IMAP_PASS=shell " + Run).ShouldBe("sk-or sk-ds smtp imap\n", "from the vault, which stands before the shell");
    }

    [Fact]
    public async Task Sophia_passes_over_what_cannot_be_read_here_and_writes_to_it()
    {
        Use("sophia");
        await using var github = new FakeGitHub();
        await using var esc = new FakePulumiEsc();
        await using var fly = new FakeFly();
        foreach (var fake in new FakeService[] { github, esc, fly }) await fake.StartAsync();
        var place = github.Open("repos/acme/sophia/actions");
        esc.Put("sophia/sophia-ai/production", "values:\n  OPENAI_API_KEY:\n    fn::secret: sk-esc\n  NEON_DATABASE_URL:\n    fn::secret: postgres://neon\n");
        fly.Put("OPENAI_API_KEY", "sk-fly"u8.ToArray());
        var environment = $"export GITHUB_API_URL={github.Address} GITHUB_REPOSITORY=acme/sophia GITHUB_TOKEN={github.Token} PULUMI_BACKEND_URL={esc.Address} PULUMI_ACCESS_TOKEN={esc.Token} "
            + $"FLY_FLAPS_BASE_URL={fly.Address} FLY_API_TOKEN='{fly.Authorization}' FLY_ORG=sophia; ";
        const string Run = "strongroom run -q -- sh -c 'echo $OPENAI_API_KEY $NEON_DATABASE_URL'";
        File.WriteAllText(Path.Combine(_workshop.Folder, "strongroom.local.yaml"), "stores:\n  fly:\n    kind: fly\n    app: shop\n");

        Output(environment + Run).ShouldBe("sk-esc postgres://neon\n");
        Output(environment + "GITHUB_ACTIONS=true OPENAI_API_KEY=sk-job " + Run).ShouldBe("sk-job postgres://neon\n", "inside a job, GitHub's come first");
        Output(environment + "echo sk-new | strongroom set NEW_API_KEY --store github --no-manifest --yes -q; strongroom list --all | grep NEW_API_KEY").ShouldContain("github");
        Encoding.UTF8.GetString(place.Secrets["NEW_API_KEY"].Value).ShouldBe("sk-new");
        esc.Faults.Always(new Fault.Failing(500));
        Output(environment + "strongroom cache clear -q; OPENAI_API_KEY=sk-shell NEON_DATABASE_URL=shell " + Run).ShouldBe("sk-shell shell\n");
    }

    [Fact]
    public async Task AgentDs_gets_its_keys_from_aws_and_from_vault_when_aws_is_down()
    {
        Use("agentds/cloud");
        await using var aws = new FakeAws();
        await aws.StartAsync();
        aws.Seed("agentds/api-keys", """{"openai_api_key":"sk-aws","anthropic_api_key":"sk-ant-aws"}"""u8.ToArray());
        await using var server = await RunningServer.StartAsync();
        await server.SendAsync("POST", "/v1/secret/data/agentds/api-keys", """{"data":{"openai_api_key":"sk-vault","anthropic_api_key":"sk-ant-vault"}}""");
        var environment = $"export AWS_ENDPOINT_URL={aws.Address} AWS_REGION={aws.Region} AWS_ACCESS_KEY_ID=AKIAFAKE0000USER0001 AWS_SECRET_ACCESS_KEY=canary-credential "
            + $"VAULT_ADDR={server.Address} VAULT_TOKEN={RunningServer.RootToken}; ";

        Output(environment + $"strongroom run -e aws -q -- {Keys}").ShouldBe("sk-aws sk-ant-aws\n");
        Overrides("aws: {kind: aws, prefix: agentds/, retries: 0}");
        aws.Faults.Always(new Fault.Failing(500));
        Output(environment + $"strongroom cache clear -q; strongroom run -e aws -q -- {Keys}").ShouldBe("sk-vault sk-ant-vault\n");
        aws.Faults.Clear();
        aws.Denied.Add("BatchGetSecretValue");
        aws.Denied.Add("GetSecretValue");
        var refused = _workshop.Run(environment + $"strongroom cache clear -q; strongroom run -e aws -- {Keys}");
        refused.Output.ShouldBeEmpty("what AWS refuses is not looked for elsewhere");
        refused.ExitCode.ShouldBe(125, refused.Error);
    }

    [Fact]
    public async Task AgentDs_gets_its_keys_from_google()
    {
        Use("agentds/cloud");
        await using var google = new FakeGcp();
        await google.StartAsync();
        google.Seed("agentds-api-keys", """{"openai_api_key":"sk-google","anthropic_api_key":"sk-ant-google"}"""u8.ToArray());
        File.WriteAllText(Path.Combine(_workshop.Folder, "person.json"),
            $$"""{"type":"authorized_user","client_id":"c","client_secret":"s","refresh_token":"refresh-token","token_uri":"{{google.Address}}oauth2/token"}""");
        Overrides($"google: {{kind: gcp, project: {FakeGcp.Project}, endpoint: '{google.Address}', credentials-file: person.json, retries: 0}}");

        Output($"{NoVault} strongroom run -e google -q -- {Keys}").ShouldBe("sk-google sk-ant-google\n");
        google.Faults.Always(new Fault.Failing(503));
        Output($"strongroom cache clear -q; {NoVault} OPENAI_API_KEY=a ANTHROPIC_API_KEY=b strongroom run -e google -q -- {Keys}").ShouldBe("a b\n");
    }

    [Fact]
    public async Task AgentDs_gets_its_keys_from_azure()
    {
        Use("agentds/cloud");
        await using var azure = new FakeKeyVault();
        await azure.StartAsync(withTls: true);
        azure.Seed("openai-api-key", "sk-azure");
        azure.Seed("anthropic-api-key", "sk-ant-azure");
        File.WriteAllText(Path.Combine(_workshop.Folder, "authority.pem"), azure.Certificate!.ExportCertificatePem());
        Overrides($"azure: {{kind: azure, vault: '{azure.Address}', naming: kebab, retries: 0}}");
        var environment = $"export SSL_CERT_FILE=$PWD/authority.pem AZURE_AUTHORITY_HOST={azure.Address} AZURE_TENANT_ID={FakeKeyVault.Tenant} AZURE_CLIENT_ID=11111111-0000-0000-0000-000000000000 AZURE_CLIENT_SECRET=canary-credential; ";

        Output(environment + $"{NoVault} strongroom run -e azure -q -- {Keys}").ShouldBe("sk-azure sk-ant-azure\n");
    }

    [Fact]
    public async Task AgentDs_gets_its_keys_from_the_cluster()
    {
        Use("agentds/cloud");
        await using var cluster = new FakeKubernetes();
        await cluster.StartAsync();
        cluster.Put("agentds-secrets", new Dictionary<string, byte[]> { ["OPENAI_API_KEY"] = "sk-k8s"u8.ToArray(), ["ANTHROPIC_API_KEY"] = "sk-ant-k8s"u8.ToArray() });
        File.WriteAllText(Path.Combine(_workshop.Folder, "kubeconfig"), $$$"""
            apiVersion: v1
            kind: Config
            current-context: here
            contexts: [{name: here, context: {cluster: here, user: me, namespace: default}}]
            clusters: [{name: here, cluster: {server: "{{{cluster.Address.AbsoluteUri.TrimEnd('/')}}}"}}]
            users: [{name: me, user: {token: good}}]
            """);

        Output($"KUBECONFIG=$PWD/kubeconfig {NoVault} strongroom run -e kubernetes -q -- {Keys}").ShouldBe("sk-k8s sk-ant-k8s\n");
    }

    private void Use(string sample) =>
        File.Copy(Path.Combine(Workshop.Repository, "samples", sample, "strongroom.yaml"), Path.Combine(_workshop.Folder, "strongroom.yaml"));

    /// <summary>Settings that only a test has, where people have their own machine's.</summary>
    private void Overrides(string store) =>
        File.WriteAllText(Path.Combine(_workshop.Folder, "strongroom.local.yaml"), $"stores:\n  {store}\n");

    private string Output(string command)
    {
        var outcome = _workshop.Run(command);
        outcome.ExitCode.ShouldBe(0, outcome.Output + outcome.Error);
        return outcome.Output;
    }
}
