using Shouldly;
using Strongroom.Cli.Tests.VaultApi;

namespace Strongroom.Cli.Tests.Stores;

/// <summary>The move from HCP Vault Secrets, from a server that answers in its place, as its person sees it.</summary>
[Collection(VaultSession.Collection)]
public sealed class HcpStoreTests : IDisposable
{
    private readonly VaultSession _session = new();

    public void Dispose() => _session.Dispose();

    [Fact]
    public void Copy_moves_an_app_and_the_service_that_is_closed_says_so()
    {
        var output = _session.Succeed("""
            start-vault
            export VAULT_ADDR=http://127.0.0.1:8200 VAULT_TOKEN=root
            vault auth enable approle >/dev/null
            printf 'path "secret/+/hcp/org/proj/*" { capabilities = ["create", "read", "update", "list"] }' | vault policy write web - >/dev/null
            vault write auth/approle/role/web token_policies=web token_ttl=1h >/dev/null
            export HCP_CLIENT_ID=$(vault read -field=role_id auth/approle/role/web/role-id)
            export HCP_CLIENT_SECRET=$(vault write -f -field=secret_id auth/approle/role/web/secret-id)
            export HCP_ORGANIZATION_ID=org HCP_PROJECT_ID=proj HCP_APP_NAME=web
            vault kv put secret/hcp/org/proj/web/API_KEY value=from-hcp >/dev/null
            vault kv put secret/hcp/org/proj/web/DB user=ann password=pw >/dev/null
            strongroom init -q
            cat > strongroom.local.yaml <<'Y'
            stores:
              hcp: {kind: hcp, address: "http://127.0.0.1:8200", retries: 0}
              closed: {kind: hcp, retries: 0}
            chain: [vault]
            Y
            strongroom list --store hcp
            strongroom copy --all --from hcp --to vault 2>&1
            strongroom get API_KEY
            strongroom get 'hcp://DB#password'
            echo new | strongroom set NEW --store hcp -q; vault kv get -field=value secret/hcp/org/proj/web/NEW; echo
            strongroom get closed://API_KEY 2>&1; echo "get $?"
            """);

        output.ShouldBe("""
            API_KEY
            DB
            ✓ copied 2 secrets into vault (development), each read back and equal
            from-hcp
            pw
            new
            ✗ closed: read API_KEY: there is no host auth.idp.hashicorp.com
              → HCP Vault Secrets closed on 1 July 2026: set address to a server that speaks its API, and move with strongroom copy --all --from hcp --to vault
            get 5

            """);
    }
}
