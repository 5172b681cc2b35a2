using Shouldly;

namespace Strongroom.Cli.Tests.VaultApi;

/// <summary>A server from its first start to its restore, by Vault's commands alone.</summary>
[Collection(VaultSession.Collection)]
public sealed class ServerLifeTests : IDisposable
{
    private const string Start = """
        cat > vault.hcl <<'H'
        listener "tcp" {
          address = "127.0.0.1:8200"
          tls_disable = 1
        }
        storage "file" {
          path = "data"
        }
        H
        vault server -config=vault.hcl >server.log 2>&1 &
        until curl -s http://127.0.0.1:8200/v1/sys/health >/dev/null; do sleep 0.05; done
        export VAULT_ADDR=http://127.0.0.1:8200
        share() { jq -r ".unseal_keys_b64[$1]" init.json; }
        """;

    private const string Open = Start + """

        vault operator init -key-shares=3 -key-threshold=2 -format=json > init.json
        vault operator unseal $(share 0) >/dev/null
        share 2 | vault operator unseal - >/dev/null
        export VAULT_TOKEN=$(jq -r .root_token init.json)
        vault secrets enable -path=secret kv-v2 >/dev/null

        """;

    private readonly VaultSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Monitor_follows_the_log_until_the_vault_is_sealed()
    {
        _session.Succeed($"""
            {Open}
            vault monitor -log-format=json > monitor.log &
            until [ -s monitor.log ]; do vault secrets enable -path=more kv >/dev/null && vault secrets disable more >/dev/null; done
            vault operator seal >/dev/null
            wait $!; echo "monitor $?"
            head -1 monitor.log | jq -r '.["@module"] + " " + .["@level"]'
            vault monitor -log-level=loud 2>/dev/null; echo "sealed $?"
            tail -1 server.log | cut -d' ' -f2-
            """).ShouldBe("""
            monitor 0
            core info
            sealed 2
            [INFO]  core: vault is sealed

            """);
    }

    [Fact]
    public void Status_tells_by_its_exit_code_how_the_server_is()
    {
        _session.Succeed($"""
            {Start}
            vault operator init -status; echo "init $?"
            vault status >/dev/null; echo "status $?"
            vault operator init -key-shares=1 -key-threshold=1 -format=json > init.json
            vault operator init -status; echo "init $?"
            vault operator unseal $(share 0) >/dev/null; vault status >/dev/null; echo "status $?"
            VAULT_TOKEN=$(jq -r .root_token init.json) vault operator seal; vault status >/dev/null; echo "status $?"
            VAULT_ADDR=http://127.0.0.1:1 vault status 2>/dev/null; echo "status $?"
            """).ShouldBe("Vault is not initialized\ninit 2\nstatus 2\nVault is initialized\ninit 0\nstatus 0\nSuccess! Vault is sealed.\nstatus 2\nstatus 1\n");
    }

    [Fact]
    public void Rekey_makes_shares_that_open_and_ends_the_old_ones()
    {
        var output = _session.Succeed($$"""
            {{Open}}
            vault kv put secret/app a=b >/dev/null
            vault operator rekey -init -key-shares=1 -key-threshold=1 >/dev/null
            vault operator rekey $(share 0) >/dev/null
            new=$(vault operator rekey $(share 1) | sed -n 's/^Key 1: //p')
            vault operator seal >/dev/null
            vault operator unseal $(share 0) >/dev/null 2>&1; vault status -field=sealed; echo
            vault operator unseal "$new" >/dev/null
            vault kv get -field=a secret/app
            """);
        output.ShouldBe("true\nb");
    }

    [Fact]
    public void Generate_root_gives_a_token_to_the_keepers_of_the_shares()
    {
        var output = _session.Succeed($$"""
            {{Open}}
            unset VAULT_TOKEN
            vault operator generate-root -init -format=json > attempt.json
            nonce=$(jq -r .nonce attempt.json) otp=$(jq -r .otp attempt.json)
            vault operator generate-root -nonce=$nonce $(share 0) >/dev/null
            encoded=$(vault operator generate-root -nonce=$nonce -field=encoded_token $(share 1))
            VAULT_TOKEN=$(vault operator generate-root -decode=$encoded -otp=$otp) vault token lookup -field=policies
            """);
        output.ShouldBe("""["root"]""");
    }

    [Fact]
    public void Snapshot_brings_back_what_was_there()
    {
        var output = _session.Succeed($$"""
            {{Open}}
            vault kv put secret/app a=before >/dev/null
            vault operator raft snapshot save backup.snap
            vault operator raft snapshot inspect backup.snap
            vault kv put secret/app a=after >/dev/null
            vault operator raft snapshot restore backup.snap
            vault kv get -field=a secret/app
            """);
        output.ShouldMatch(@"state\.bin +\d+");
        output.ShouldEndWith("before");
        File.GetUnixFileMode(_session.PathOf("backup.snap")).ShouldBe(UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.ReadAllText(_session.PathOf("backup.snap")).ShouldNotContain("before");
    }
}
