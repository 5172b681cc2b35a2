using Shouldly;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary>
/// Code blocks that people have in their documents for HashiCorp Vault, run as they stand: Blocks/ holds them to the letter. What stands
/// in angle brackets there is filled in, as a reader would.
/// </summary>
[Collection(VaultSession.Collection)]
public sealed class SeedBlockTests : IDisposable
{
    private const string ServerCommand = "vault server -dev\n";

    private readonly VaultSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Initial_setup()
    {
        var block = VaultSession.Block("initial-setup.sh");
        var end = block.IndexOf(ServerCommand, StringComparison.Ordinal) + ServerCommand.Length;
        File.WriteAllText(_session.PathOf("vault-policies.hcl"), VaultSession.Block("vault-policies.hcl"));
        // The first command stays in the foreground, in a terminal of its own; the others are typed into a second one.
        var output = _session.Succeed($"""
            bash -c '{block[..end]}' >server.log 2>&1 &
            until grep -q VAULT_TOKEN server.log; do sleep 0.05; done
            set -e
            {block[end..]}
            """);
        output.ShouldContain("Success! Uploaded policy: app-policy");
        output.ShouldMatch("""token_policies +\["app-policy" "default"\]""");
    }

    [Fact]
    public void Vault_unavailable()
    {
        _session.Succeed("prepare\n" + VaultSession.Block("unavailable.sh")).ShouldMatch("Sealed +false");

        using var other = new VaultSession();
        var outcome = other.Run("export VAULT_ADDR=http://localhost:8200\n" + VaultSession.Block("unavailable.sh"));
        outcome.ExitCode.ShouldBe(1);
        outcome.Error.ShouldContain("nothing listens on http://localhost:8200");
    }

    [Fact]
    public void Restore_service() => _session.Succeed("prepare\n" + VaultSession.Block("restore-service.sh")).ShouldMatch("Sealed +false");

    [Fact]
    public void Compromised_token()
    {
        var block = VaultSession.Block("compromised-token.sh").Replace("<compromised_token>", "$compromised", StringComparison.Ordinal);
        var outcome = _session.Run($"""
            prepare
            compromised=$(vault token create -policy=app-policy -field=token)
            {block}
            echo "the old one:"
            VAULT_TOKEN=$compromised vault token lookup
            """);
        outcome.Output.ShouldContain("Success! Revoked token (if it existed)");
        outcome.Output.ShouldMatch("""token_policies +\["app-policy" "default"\]""");
        outcome.ExitCode.ShouldBe(2);
        outcome.Error.ShouldContain("Code: 403");
    }

    [Fact]
    public void Ci_job()
    {
        var steps = string.Concat(VaultSession.Block("ci-job.yaml").Split('\n').Where(l => l.StartsWith("    ", StringComparison.Ordinal)).Select(l => l[4..] + "\n"));
        _session.Succeed($"""
            prepare
            vault auth enable approle
            vault write auth/approle/role/ci token_policies=app-policy
            export VAULT_ROLE_ID=$(vault read -field=role_id auth/approle/role/ci/role-id)
            export VAULT_SECRET_ID=$(vault write -f -field=secret_id auth/approle/role/ci/secret-id)
            unset VAULT_TOKEN
            set -e
            {steps}
            """).ShouldContain("Success! You are now authenticated.");
        File.ReadAllText(_session.PathOf("db-creds.json")).ShouldBe("""{"password":"production"}""");
    }

    [Fact]
    public void Connection_issues()
    {
        var output = _session.Succeed("prepare\n" + VaultSession.Block("connection.sh"));
        output.ShouldMatch("Sealed +false");
        output.ShouldContain("vault-server -dev");
        output.ShouldContain("\"sealed\":false");
    }

    [Fact]
    public void Authentication_failures()
    {
        var output = _session.Succeed($"""
            prepare
            token=$(vault token create -policy=app-policy -field=token)
            {VaultSession.Block("authentication.sh").Replace("<token>", "$token", StringComparison.Ordinal)}
            unset VAULT_TOKEN
            vault token lookup -field=policies
            """);
        output.ShouldContain("Success! You are now authenticated.");
        output.ShouldEndWith("""["app-policy","default"]""");
    }

    [Fact]
    public void Secret_retrieval_failures()
    {
        var output = _session.Succeed("prepare\nset -e\n" + VaultSession.Block("retrieval.sh"));
        output.ShouldMatch(@"data +map\[password:vault_generated_password username:vault_user\]");
        output.ShouldContain("path \"secret/data/storage/*\" {");
        output.ShouldEndWith("vault_generated_password");
    }

    [Fact]
    public void Rotation_issues()
    {
        var outcome = _session.Run("prepare\n" + VaultSession.Block("rotation-issues.sh"));
        outcome.Output.ShouldEndWith("No audit devices are enabled.\n");
        outcome.ExitCode.ShouldBe(2, "as Vault ends when there are none");
    }

    [Fact]
    public void Vault_debugging()
    {
        var output = _session.Succeed("prepare\nset -e\n" + VaultSession.Block("debugging.sh"));
        output.ShouldContain("Success! Enabled the file audit device at: file/");
        output.ShouldMatch("Node +Address +State +Voter");
        output.ShouldContain("\"type\":\"response\"");
    }

    [Fact]
    public void Vault_performance()
    {
        var output = _session.Succeed("prepare\nset -e\n" + VaultSession.Block("performance.sh"));
        output.ShouldContain("Gauges");
        output.ShouldMatch(@"config +map\[");
    }
}
