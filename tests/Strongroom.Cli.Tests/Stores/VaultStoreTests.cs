using Shouldly;
using Strongroom.Cli.Tests.VaultApi;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>A project whose secrets lie on a server, as its person sees it.</summary>
[Collection(VaultSession.Collection)]
public sealed class VaultStoreTests : IDisposable
{
    private const string Project = """
        start-vault
        export VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=root
        strongroom init -q
        cat > strongroom.local.yaml <<'Y'
        stores:
          remote:
            kind: vault
            retries: 0
        chain: [remote, vault]
        Y
        printf 'A=one\nB=two\nC=three\n' > .env
        strongroom import .env -q

        """;

    private readonly VaultSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Copy_moves_secrets_to_the_server_and_the_run_gets_them_from_there()
    {
        _session.Succeed($"""
            {Project}
            strongroom copy A B --from vault --to remote 2>&1
            strongroom copy A --from vault --to remote 2>&1
            echo changed | strongroom set A --store remote -q
            strongroom copy A --from vault --to remote 2>&1; echo "copy $?"
            strongroom run -- sh -c 'echo $A $B $C'
            strongroom list --all
            strongroom list | sed 's/20[0-9-]* [0-9:]*/TIME/'
            """).ShouldBe("""
            ✓ copied 2 secrets into remote (development), each read back and equal
            ✓ 1 secret already in remote (development), with equal values
            ! A has another value in remote and was left alone; --overwrite replaces it
            copy 6
            changed two three
            name  declared  in
            A     yes       vault://development/A, remote://development/A
            B     yes       vault://development/B, remote://development/B
            C     yes       vault://development/C
            name  from    version  changed
            A     remote  –        –
            B     remote  –        –
            C     vault   1        TIME

            """);
    }

    [Fact]
    public void Run_starts_from_the_last_known_values_while_the_server_is_down()
    {
        var output = _session.Succeed($$"""
            {{Project}}
            strongroom copy --all --from vault --to remote -q
            strongroom run -q -- true
            kill $(cat server.pid); while curl -s $VAULT_ADDR >/dev/null; do sleep 0.05; done
            strongroom run -- sh -c 'echo $A $B $C' 2>warnings
            grep -c 'old: remote: read development/' warnings
            strongroom cache clear -q
            strongroom run -- sh -c 'echo $A'
            strongroom get A --no-cache; echo "get $?"
            """);

        output.ShouldBe("one two three\n3\none\none\nget 0\n", "without the cache, the chain goes on to the vault");
    }

    [Fact]
    public void Denied_is_not_passed_over_to_the_next_store()
    {
        var output = _session.Succeed($$"""
            {{Project}}
            echo 'path "secret/data/development/B" { capabilities = ["read"] }' > narrow.hcl
            vault policy write narrow narrow.hcl >/dev/null
            export VAULT_TOKEN=$(vault token create -policy=narrow -field=token)
            strongroom get A 2>&1; echo "get $?"
            strongroom doctor remote 2>&1 | sed 's/[0-9hms]* more/TIME more/'
            """);

        output.ShouldContain("remote: read development/A: is not permitted by the token's policies");
        output.ShouldContain("the policy needs read on \"secret/data/development/A\"");
        output.ShouldContain("get 4");
        output.ShouldContain("✓ remote (vault): http://127.0.0.1:8200, KV version 2 at secret/, as token with default, narrow");
    }

    [Fact]
    public void Doctor_prints_the_policy_that_is_enough_and_no_more()
    {
        _session.Succeed($$"""
            {{Project}}
            strongroom copy --all --from vault --to remote -q
            strongroom doctor remote --policy 2>/dev/null > app.hcl
            vault policy write app app.hcl >/dev/null
            export VAULT_TOKEN=$(vault token create -policy=app -field=token)
            strongroom run -- sh -c 'echo $A $B $C'
            echo x | strongroom set A --store remote -q 2>/dev/null; echo "set $?"
            """).ShouldBe("one two three\nset 4\n");
    }
}
